#pragma once

#include <optional>
#include <string_view>

namespace cyclone::httputil {

/// `GET /path HTTP/1.1`, its parts pointing into the text that was taken apart.
struct RequestStartLine {
    std::string_view method;
    std::string_view path;
    std::string_view version;
};

/// `HTTP/1.1 200 OK`, its parts pointing into the text that was taken apart.
struct ResponseStartLine {
    std::string_view version;
    unsigned code;
    std::string_view reason;
};

/// nullopt for what RFC 9112 3 does not allow and for any version but HTTP/1.x. `line` comes
/// without its end.
std::optional<RequestStartLine> parse_request_start_line(std::string_view line);

/// nullopt for what RFC 9112 4 does not allow and for any version but HTTP/1.x; the space behind
/// the code may be missing where the reason is. `line` comes without its end.
std::optional<ResponseStartLine> parse_response_start_line(std::string_view line);

}  // namespace cyclone::httputil

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/httputil_start_line.ipp>
#endif
