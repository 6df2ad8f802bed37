#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include <cyclone/http/exchange.hpp>

namespace cyclone::http {

/// What frames the body, and what becomes of the connection.
struct ResponseFraming {
    std::optional<std::uint64_t> content_length{};
    bool chunked = false;
    /// "close", "keep-alive", "Upgrade" or nothing.
    std::string_view connection{};
};

/// Appends status line, Date, the response's own header fields, what `framing` says, and as much of the body as is
/// given here.
void append_response_head(std::string& out, const Response& response, const ResponseFraming& framing,
                          std::string_view body = {});

/// `HTTP/1.1 200 OK`, `Date: Tue, 24 Nov 2026 15:04:05 GMT` and line ends: how nearly all responses begin. Made once a
/// second for each thread.
std::string_view usual_beginning(std::time_t now);

/// Whether a response of this status has no body, whatever its handler says (RFC 9112 6.3).
constexpr bool is_bodiless(unsigned status) { return status < 200 || status == 204 || status == 304; }

}  // namespace cyclone::http

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/http_response_head.ipp>
#endif
