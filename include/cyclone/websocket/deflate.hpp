#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <cyclone/websocket/deflate_parameters.hpp>

namespace cyclone::websocket {

namespace detail {
struct DeflateStream;
struct InflateStream;
struct DeflateStreamDeleter {
    void operator()(DeflateStream* stream) const noexcept;
};
struct InflateStreamDeleter {
    void operator()(InflateStream* stream) const noexcept;
};
}  // namespace detail

/// Compresses the messages of one direction. RFC 7692 7.2.1.
///
/// Holds zlib's state from the first message on; without context takeover only during compress().
class Deflater {
public:
    Deflater(const CompressionOptions& options, std::uint8_t window_bits, bool context_takeover)
        : level_(static_cast<std::int8_t>(options.compression_level)),
          mem_level_(static_cast<std::int8_t>(options.mem_level)),
          window_bits_(window_bits),
          context_takeover_(context_takeover) {}

    /// Appends the payload of the message that `message` becomes. Throws std::bad_alloc, and
    /// std::invalid_argument for options that zlib doesn't know.
    void compress(std::string_view message, std::string& out);

    /// The next message refers to none before: something else has been sent in between.
    void forget_context() { forget_ = true; }

    std::uint8_t window_bits() const { return window_bits_; }
    bool context_takeover() const { return context_takeover_; }

private:
    using Stream = std::unique_ptr<detail::DeflateStream, detail::DeflateStreamDeleter>;

    Stream stream_;
    std::int8_t level_;
    std::int8_t mem_level_;
    std::uint8_t window_bits_;
    bool context_takeover_;
    bool forget_ = false;
};

/// Inflates the messages of one direction, piece by piece. RFC 7692 7.2.2.
///
/// Holds zlib's state from the first message on; without context takeover only within a message.
class Inflater {
public:
    enum class Result : std::uint8_t {
        ok,
        too_long,  ///< the message becomes longer than `most`
        invalid,   ///< this is no DEFLATE data
    };

    Inflater(std::uint8_t window_bits, bool context_takeover)
        : window_bits_(window_bits), context_takeover_(context_takeover) {}

    /// Appends what `piece` inflates to, as long as `out` stays within `most` bytes; after any
    /// other result than ok the Inflater is of no more use. The memory that is taken grows with
    /// what has been inflated, never with what is announced. Throws std::bad_alloc.
    Result inflate(std::string_view piece, std::string& out, std::size_t most);

    /// The same for the end of a message, whose last four bytes are not sent.
    Result finish(std::string& out, std::size_t most);

private:
    using Stream = std::unique_ptr<detail::InflateStream, detail::InflateStreamDeleter>;

    Stream stream_;
    std::uint8_t window_bits_;
    bool context_takeover_;
};

}  // namespace cyclone::websocket

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/websocket_deflate.ipp>
#endif
