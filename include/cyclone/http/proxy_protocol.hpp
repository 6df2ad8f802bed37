#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cyclone::http {

/// What the PROXY protocol (HAProxy, versions 1 and 2) says in front of a connection.
struct ProxyHeader {
    enum class State : std::uint8_t { incomplete, complete, malformed };

    State state = State::incomplete;
    /// Of the header's bytes.
    std::size_t size = 0;
    /// The client behind the proxy; empty where the proxy speaks for itself (LOCAL, UNKNOWN), or of a Unix socket.
    std::string host{};
    std::uint16_t port = 0;
};

/// No header is longer than this: what follows the addresses in version 2 is at most as long.
inline constexpr std::size_t max_proxy_header = 16 + 2048;

/// Reads the header at the front of `bytes`. Does no I/O.
ProxyHeader parse_proxy_header(std::string_view bytes);

}  // namespace cyclone::http

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/http_proxy_protocol.ipp>
#endif
