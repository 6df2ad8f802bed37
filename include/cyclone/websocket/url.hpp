#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cyclone::websocket {

/// A URL with the scheme ws or wss, taken apart. RFC 6455 3.
struct WebSocketUrl {
    bool secure = false;
    /// Without the brackets of an IPv6 address.
    std::string host;
    std::uint16_t port = 80;
    /// Path and query: "/chat?room=1".
    std::string target;
    /// For the Host field: with brackets, and with the port where it isn't the scheme's own.
    std::string authority;
};

/// Throws std::invalid_argument, by a sentence that names what is wrong.
WebSocketUrl parse_websocket_url(std::string_view url);

}  // namespace cyclone::websocket

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/websocket_url.ipp>
#endif
