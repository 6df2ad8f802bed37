#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <cyclone/http/request_head_parser.hpp>

namespace cyclone::http {

/// Takes the chunked transfer coding away (RFC 9112 7.1), whatever way the bytes are split. Extensions and trailers are
/// checked and dropped. Does no I/O and keeps no bytes.
class ChunkedDecoder {
public:
    enum class State : std::uint8_t {
        incomplete,  ///< all of `bytes` was read
        data,        ///< data() is a piece of the body; call again with what follows it
        complete,    ///< the last chunk and the trailer have been read
        refused,     ///< refusal() says why
    };

    /// Reads on. `bytes` is cut by what was read of it.
    State decode(std::string_view& bytes);

    std::string_view data() const { return data_; }
    const Refusal& refusal() const { return refusal_; }

    /// Of one chunk's extensions.
    static constexpr std::size_t max_extension = 1024;
    /// By how much the lines around the chunks may outgrow what is in them, in all.
    static constexpr std::size_t max_excess = 16 * 1024;
    /// Of the trailer.
    static constexpr std::size_t max_trailer = 8192;

private:
    enum class Expect : std::uint8_t {
        size,
        size_digits,
        extension,
        size_newline,
        data,
        data_return,
        data_newline,
        trailer_start,
        trailer_name,
        trailer_value,
        trailer_newline,
        last_newline,
        end,
    };

    State refuse(std::string_view why);
    bool read_syntax(char c);

    std::uint64_t left_ = 0;
    std::size_t overhead_ = 0;
    std::uint64_t excess_ = 0;
    std::string_view data_{};
    Refusal refusal_{};
    Expect expect_ = Expect::size;
    bool quoted_ = false;
    bool escaped_ = false;
};

}  // namespace cyclone::http

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/http_chunked_decoder.ipp>
#endif
