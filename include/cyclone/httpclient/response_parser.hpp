#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <cyclone/http/chunked_decoder.hpp>
#include <cyclone/httputil/http_headers.hpp>

namespace cyclone::httpclient {

/// The head of a response.
struct ResponseHead {
    unsigned code = 0;
    /// Empty where the server says nothing.
    std::string reason{};
    bool http_1_0 = false;
    httputil::HTTPHeaders headers{};
};

struct ResponseLimits {
    /// Of the head, with those of the informational responses in front of it.
    std::size_t header = 64 * 1024;
    std::uint64_t body = 100 * 1024 * 1024;
};

/// Reads one response, whatever way its bytes are split (RFC 9112). Does no I/O and keeps nothing
/// of the body.
///
/// As lenient as Tornado where nobody can be hurt: lines may end without a carriage return, and a
/// field may be folded.
class ResponseParser {
public:
    enum class State : std::uint8_t {
        incomplete,     ///< all of `bytes` was read
        informational,  ///< a 1xx has been read, whose code is head().code; call again
        head,           ///< head() is there; call again
        data,           ///< data() is a piece of the body; call again
        complete,       ///< the response has ended; `bytes` begins behind it
        refused,        ///< refusal() says why
    };

    /// `method` is the request's: the response to a HEAD has no body, nor has that to a CONNECT
    /// that is granted.
    explicit ResponseParser(std::string_view method, ResponseLimits limits = {})
        : limits_(limits), head_request_(method == "HEAD"), connect_request_(method == "CONNECT") {}

    /// Reads on. `bytes` is cut by what was read of it.
    State parse(std::string_view& bytes);
    /// The server has closed: complete, where the body was to last as long as the connection, or
    /// refused.
    State end_of_input();

    ResponseHead& head() { return head_; }
    const ResponseHead& head() const { return head_; }
    std::string_view data() const { return data_; }
    const std::string& refusal() const { return refusal_; }

    /// Whether anything of a response has come.
    bool started() const { return header_size_ > 0; }
    /// Once complete: whether the server will take another request.
    bool keep_alive() const { return keep_alive_; }

private:
    enum class Expect : std::uint8_t {
        status_line,
        fields,
        body,
        length,
        chunks,
        close,
        end,
    };

    State refuse(std::string why);
    State parse_head(std::string_view& bytes);
    bool read_line();
    bool read_status_line(std::string_view line);
    bool add_field();
    State finish_head();
    State choose_framing();
    bool read_content_length(bool& present);
    State deliver(std::string_view data);

    ResponseLimits limits_;
    ResponseHead head_;
    std::string line_;
    /// A field to which a folded line may still be added.
    std::string field_;
    std::string refusal_;
    std::string_view data_;
    std::size_t header_size_ = 0;
    std::uint64_t left_ = 0;
    std::uint64_t body_size_ = 0;
    http::ChunkedDecoder chunks_;
    Expect expect_ = Expect::status_line;
    bool head_request_;
    bool connect_request_;
    bool head_complete_ = false;
    bool keep_alive_ = false;
};

}  // namespace cyclone::httpclient

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/httpclient_response_parser.ipp>
#endif
