#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <cyclone/defer.hpp>
#include <cyclone/httputil/http_headers.hpp>
#include <cyclone/ssl/client_context.hpp>
#include <cyclone/websocket/client_connection.hpp>
#include <cyclone/websocket/deflate_parameters.hpp>

namespace cyclone::websocket {

/// What websocket_connect() fails with: no connection, or a server that opens no WebSocket.
struct WebSocketConnectError : std::runtime_error {
    explicit WebSocketConnectError(const std::string& what, unsigned http_status = 0)
        : std::runtime_error(what), status(http_status) {}
    /// What the server has answered instead of 101; 0 when it has answered nothing.
    unsigned status;
};

/// How to connect. As the arguments of tornado.websocket.websocket_connect.
struct ConnectOptions {
    /// Sent with the handshake: Origin, Authorization, Cookie.
    httputil::HTTPHeaders headers{};
    std::vector<std::string> subprotocols{};
    /// Offered to the server; none: no compression.
    std::optional<CompressionOptions> compression{};
    /// For wss://; none: the server has to prove its name to whom this machine trusts.
    std::optional<ssl::ClientContext> tls{};
    /// For connection and handshake altogether.
    std::chrono::nanoseconds connect_timeout = std::chrono::seconds(30);
    /// 0: no pings.
    std::chrono::nanoseconds ping_interval{0};
    /// 0: three intervals, at least 30 seconds.
    std::chrono::nanoseconds ping_timeout{0};
    std::size_t max_message_size = 10 * 1024 * 1024;
};

/// Opens the WebSocket at `url`, ws://host[:port]/path or wss://…. Fails with
/// WebSocketConnectError, and throws std::invalid_argument for a URL that is none. As
/// tornado.websocket.websocket_connect.
///
///     auto connecting = websocket_connect("ws://127.0.0.1:8888/chat");
///     auto chat = co_await connecting;
///     co_await chat->write_message("hello");
///     while (auto message = co_await chat->read_message()) {
///         std::cout << message->data << '\n';
///     }
Deferred<std::shared_ptr<WebSocketClientConnection>> websocket_connect(std::string url,
                                                                       ConnectOptions options = {});

}  // namespace cyclone::websocket

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/websocket_connect.ipp>
#endif
