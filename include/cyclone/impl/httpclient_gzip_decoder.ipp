#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <new>

#include <zlib.h>

#include <cyclone/httpclient/gzip_decoder.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::httpclient {

namespace detail {

struct GzipStream {
    z_stream zlib{};
    std::array<char, 16 * 1024> out;
};

CYCLONE_INLINE void GzipStreamDeleter::operator()(GzipStream* stream) const noexcept {
    ::inflateEnd(&stream->zlib);
    delete stream;
}

}  // namespace detail

CYCLONE_INLINE GzipDecoder::GzipDecoder() : stream_(new detail::GzipStream) {
    constexpr int only_gzip = 15 + 16;
    if (::inflateInit2(&stream_->zlib, only_gzip) != Z_OK) {
        throw std::bad_alloc();
    }
}

CYCLONE_INLINE GzipDecoder::State GzipDecoder::decode(std::string_view& bytes) {
    z_stream& zlib = stream_->zlib;
    while (!bytes.empty() || (started_ && !at_end_)) {
        if (at_end_) {
            constexpr char magic = '\x1f';
            if (bytes[0] != magic) {
                bytes = {};
                break;
            }
            ::inflateReset(&zlib);
            at_end_ = false;
        }
        started_ = true;
        const std::size_t given =
            std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max());
        zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
        zlib.avail_in = static_cast<uInt>(given);
        zlib.next_out = reinterpret_cast<Bytef*>(stream_->out.data());
        zlib.avail_out = static_cast<uInt>(stream_->out.size());
        const int result = ::inflate(&zlib, Z_NO_FLUSH);
        bytes.remove_prefix(given - zlib.avail_in);
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
            return State::refused;
        }
        at_end_ = result == Z_STREAM_END;
        data_ = {stream_->out.data(), stream_->out.size() - zlib.avail_out};
        if (!data_.empty()) {
            return State::data;
        }
        if (result == Z_BUF_ERROR) {
            break;
        }
    }
    return State::incomplete;
}

}  // namespace cyclone::httpclient
