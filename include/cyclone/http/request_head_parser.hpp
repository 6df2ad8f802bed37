#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <cyclone/httputil/http_server_request.hpp>

namespace cyclone::http {

struct HeadLimits {
    std::size_t bytes = 64 * 1024;
    std::size_t fields = 100;
    std::size_t target = 16 * 1024;
};

/// Why a message is not served: the status to answer with, and a sentence.
struct Refusal {
    unsigned status = 0;
    std::string_view why{};
    explicit operator bool() const { return status != 0; }
};

/// What a head says about what follows it.
struct HeadFacts {
    std::optional<std::uint64_t> content_length{};
    bool chunked = false;
    /// Whether the connection goes on after this message (RFC 9112 9.3).
    bool keep_alive = false;
    bool http_1_0 = false;
    bool expect_continue = false;
    /// Connection: upgrade, with an Upgrade field.
    bool upgrade = false;
};

/// Reads the head of a request, RFC 9112 2 to 6 and RFC 9110 5, as strictly as they allow: whatever another reader might
/// understand differently is refused. Does no I/O and copies nothing.
///
/// Resumable: each line is looked at once, however the bytes are split.
class RequestHeadParser {
public:
    enum class State : std::uint8_t { incomplete, complete, refused };

    /// Looks at `bytes`, all that has come of the head so far, at the same address as before (or call rebase()). On
    /// completion fills `request` with views into them; consumed() says where the head ends.
    State parse(std::string_view bytes, const HeadLimits& limits,
                httputil::HTTPServerRequest& request);

    std::size_t consumed() const { return position_; }
    const HeadFacts& facts() const { return facts_; }
    const Refusal& refusal() const { return refusal_; }

    /// For the next message.
    void reset() { *this = RequestHeadParser(); }
    /// The bytes have moved: starts over. `request` must be cleared too.
    void rebase() { reset(); }

private:
    State refuse(unsigned status, std::string_view why);
    bool too_long(std::size_t bytes, const HeadLimits& limits);
    bool parse_request_line(std::string_view line, const HeadLimits& limits,
                            httputil::HTTPServerRequest& request);
    bool read_version(std::string_view version);
    bool parse_target(std::string_view target, httputil::HTTPServerRequest& request);
    bool parse_field(const char* line, const char* end, httputil::HTTPServerRequest& request);
    bool note_field(std::string_view name, std::string_view value,
                    httputil::HTTPServerRequest& request);
    bool note_connection(std::string_view value);
    bool note_transfer_encoding(std::string_view value);
    State finish(const httputil::HTTPServerRequest& request);

    /// Of the first byte that is not part of a line which was parsed.
    std::size_t position_ = 0;
    /// Up to where there is no line end.
    std::size_t searched_ = 0;
    HeadFacts facts_{};
    Refusal refusal_{};
    bool request_line_read_ = false;
    bool host_seen_ = false;
    bool close_ = false;
    bool keep_alive_ = false;
    bool upgrade_token_ = false;
    bool upgrade_field_ = false;
    bool absolute_form_ = false;
    bool transfer_encoding_ = false;
};

}  // namespace cyclone::http

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/http_request_head_parser.ipp>
#endif
