#pragma once

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <cyclone/httputil/http_headers.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/websocket/url.hpp>

namespace cyclone::websocket {

CYCLONE_INLINE WebSocketUrl parse_websocket_url(std::string_view url) {
    const auto refuse = [url](std::string_view why) {
        throw std::invalid_argument("websocket: " + std::string(url) + ": " + std::string(why));
    };
    WebSocketUrl parsed;
    const std::size_t scheme_end = std::min(url.find("://"), url.size());
    const std::string_view scheme = url.substr(0, scheme_end);
    parsed.secure = httputil::detail::equal_ignoring_case(scheme, "wss");
    if (!parsed.secure && !httputil::detail::equal_ignoring_case(scheme, "ws")) {
        refuse("a WebSocket's URL begins with ws:// or wss://");
    }
    std::string_view rest = url.substr(std::min(scheme_end + 3, url.size()));
    if (rest.find('#') != std::string_view::npos) {
        refuse("a WebSocket's URL has no fragment (#)");
    }
    if (std::ranges::any_of(rest, [](char c) { return c <= ' ' || c == 0x7f; })) {
        refuse("white space and control characters have to be percent-encoded");
    }
    const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
    std::string_view authority = rest.substr(0, authority_end);
    if (authority.find('@') != std::string_view::npos) {
        refuse("a user and a password go into the header Authorization");
    }
    parsed.target = rest.substr(authority_end);
    if (!parsed.target.starts_with('/')) {
        parsed.target.insert(0, "/");
    }
    const std::uint16_t default_port = parsed.secure ? 443 : 80;
    parsed.port = default_port;
    const std::size_t colon = authority.starts_with('[') ? authority.find(':', authority.find(']'))
                                                         : authority.rfind(':');
    if (colon != std::string_view::npos) {
        const std::string_view port = authority.substr(colon + 1);
        const auto [end, error] =
            std::from_chars(port.data(), port.data() + port.size(), parsed.port);
        if (error != std::errc() || end != port.data() + port.size() || parsed.port == 0) {
            refuse("the port is a number from 1 to 65535");
        }
        authority = authority.substr(0, colon);
    }
    parsed.host = authority;
    if (parsed.host.starts_with('[') && parsed.host.ends_with(']')) {
        parsed.host = parsed.host.substr(1, parsed.host.size() - 2);
    }
    if (parsed.host.empty()) {
        refuse("the host is missing");
    }
    parsed.authority = authority;
    if (parsed.port != default_port) {
        parsed.authority += ":" + std::to_string(parsed.port);
    }
    return parsed;
}

}  // namespace cyclone::websocket
