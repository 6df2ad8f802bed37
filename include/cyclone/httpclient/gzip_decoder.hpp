#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace cyclone::httpclient {

namespace detail {
struct GzipStream;
struct GzipStreamDeleter {
    void operator()(GzipStream* stream) const noexcept;
};
}  // namespace detail

/// Takes the content coding gzip away (RFC 1952), piece by piece, at most 16 KiB at a time. By
/// zlib.
class GzipDecoder {
public:
    enum class State : std::uint8_t {
        incomplete,  ///< all of `bytes` was read
        data,        ///< data() is a piece; call again with what is left
        refused,     ///< it is no gzip
    };

    /// Throws std::bad_alloc.
    GzipDecoder();
    GzipDecoder(GzipDecoder&&) noexcept = default;
    GzipDecoder& operator=(GzipDecoder&&) noexcept = default;

    /// Reads on. `bytes` is cut by what was read of it. What follows the last member is dropped, as
    /// by gzip.
    State decode(std::string_view& bytes);

    std::string_view data() const { return data_; }
    /// Whether what was read could end here: nothing, or whole members.
    bool may_end() const { return at_end_ || !started_; }

private:
    std::unique_ptr<detail::GzipStream, detail::GzipStreamDeleter> stream_;
    std::string_view data_{};
    bool started_ = false;
    bool at_end_ = false;
};

}  // namespace cyclone::httpclient

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/httpclient_gzip_decoder.ipp>
#endif
