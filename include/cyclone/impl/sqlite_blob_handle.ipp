#pragma once

#include <sqlite3.h>

#include <cyclone/impl/config.hpp>
#include <cyclone/sqlite/blob_handle.hpp>
#include <cyclone/sqlite/error.hpp>

namespace cyclone::sqlite {

CYCLONE_INLINE void BlobHandle::Close::operator()(sqlite3_blob* handle) const noexcept {
    sqlite3_blob_close(handle);
}

CYCLONE_INLINE std::size_t BlobHandle::size() const {
    return static_cast<std::size_t>(sqlite3_blob_bytes(handle_.get()));
}

CYCLONE_INLINE void BlobHandle::require(int result, std::size_t offset, std::size_t size) const {
    if (result != SQLITE_OK) {
        throw Error("sqlite: " + name_ + ": " + std::to_string(size) + " bytes from " +
                        std::to_string(offset) + " on, of " + std::to_string(this->size()) + ": " +
                        sqlite3_errstr(result),
                    result);
    }
}

CYCLONE_INLINE void BlobHandle::read(std::span<char> buffer, std::size_t offset) const {
    // sqlite3 counts with int, which what lies within the blob fits.
    const bool within = offset <= size() && buffer.size() <= size() - offset;
    require(within ? sqlite3_blob_read(handle_.get(), buffer.data(),
                                       static_cast<int>(buffer.size()), static_cast<int>(offset))
                   : SQLITE_RANGE,
            offset, buffer.size());
}

CYCLONE_INLINE void BlobHandle::write(std::string_view bytes, std::size_t offset) {
    const bool within = offset <= size() && bytes.size() <= size() - offset;
    require(within ? sqlite3_blob_write(handle_.get(), bytes.data(), static_cast<int>(bytes.size()),
                                        static_cast<int>(offset))
                   : SQLITE_RANGE,
            offset, bytes.size());
}

}  // namespace cyclone::sqlite
