#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct sqlite3_blob;

namespace cyclone::sqlite {

/// A BLOB or TEXT of one row, read and written in pieces where it lies, so that it need not fit
/// into memory. From open_blob(), on the worker thread. Its size stays: make it with zeroblob(n).
class BlobHandle {
public:
    std::size_t size() const;
    /// Fills `buffer` from `offset` on; throws Error beyond the end, or when the row has changed.
    void read(std::span<char> buffer, std::size_t offset) const;
    void write(std::string_view bytes, std::size_t offset);

private:
    friend class Connection;
    struct Close {
        void operator()(sqlite3_blob* handle) const noexcept;
    };

    BlobHandle(sqlite3_blob* handle, std::string name) : handle_(handle), name_(std::move(name)) {}
    void require(int result, std::size_t offset, std::size_t size) const;

    std::unique_ptr<sqlite3_blob, Close> handle_;
    std::string name_;
};

}  // namespace cyclone::sqlite

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/sqlite_blob_handle.ipp>
#endif
