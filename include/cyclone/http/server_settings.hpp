#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cyclone::http {

/// What one client may take, and for how long. Each limit has its own answer; 0 turns a limit off where it says so.
struct ServerSettings {
    /// Request line and header fields together; more is a 431.
    std::size_t max_header_size = 64 * 1024;
    /// Header fields; more is a 431.
    std::size_t max_header_count = 100;
    /// The request target; more is a 414.
    std::size_t max_target_size = 16 * 1024;
    /// A body, decoded; more is a 413, before it is read where the length was announced. A handler may raise it for
    /// itself: RequestHandler::set_max_body_size().
    std::size_t max_body_size = 100 * 1024 * 1024;
    /// Connections at a time in this reactor; further ones are closed at once. 0: no limit.
    std::size_t max_connections = 100'000;
    /// Connections at a time from one address. 0: no limit.
    std::size_t max_connections_per_address = 0;
    /// Requests on one connection, which closes after the last. 0: no limit.
    std::size_t max_requests_per_connection = 0;

    /// From the connection to the first byte of its first request; then it is closed. 0: no limit, as for all times.
    std::chrono::milliseconds first_byte_timeout = std::chrono::seconds(30);
    /// From the first byte of a head to its last; then a 408.
    std::chrono::milliseconds header_timeout = std::chrono::seconds(30);
    /// A body has to come at this rate, in bytes per second, counted from its beginning, after a first `body_grace`;
    /// else a 408. 0: no limit.
    std::size_t min_body_rate = 240;
    std::chrono::milliseconds body_grace = std::chrono::seconds(10);
    /// Between the end of an answer and the next request; then it is closed.
    std::chrono::milliseconds idle_timeout = std::chrono::seconds(75);
    /// A handler that has not answered by then is cancelled: a 503. Off, for long polls are legitimate.
    std::chrono::milliseconds handler_timeout = std::chrono::milliseconds(0);
    /// A client that does not take one byte of an answer for so long is disconnected.
    std::chrono::milliseconds write_timeout = std::chrono::seconds(60);

    /// Takes the client's address and protocol from X-Forwarded-For/-Proto (or X-Real-Ip, X-Scheme), or where none of
    /// these is there from Forwarded (RFC 7239), where the connection comes from one of trusted_proxies: which have to
    /// remove those of these fields that they do not set. As tornado's xheaders.
    bool xheaders = false;
    /// Addresses; a Unix socket's peer is trusted always.
    std::vector<std::string> trusted_proxies{"127.0.0.1", "::1"};
    /// Each connection comes from one of trusted_proxies and begins with a PROXY protocol line or header (v1, v2); any
    /// other is closed.
    bool proxy_protocol = false;
};

}  // namespace cyclone::http
