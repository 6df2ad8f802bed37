#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <cyclone/defer.hpp>
#include <cyclone/httputil/http_headers.hpp>
#include <cyclone/websocket/client_link.hpp>
#include <cyclone/websocket/close_code.hpp>
#include <cyclone/websocket/message.hpp>
#include <cyclone/websocket/pending_write.hpp>

namespace cyclone::websocket {

/// A client's end of a WebSocket. As tornado.websocket.WebSocketClientConnection. On its reactor's
/// thread.
///
/// It is closed, without a handshake, when its last owner lets go of it.
class WebSocketClientConnection {
public:
    using Write = PendingWrite<detail::ClientLink>;

    /// For websocket_connect().
    explicit WebSocketClientConnection(std::shared_ptr<detail::ClientLink> link)
        : link_(std::move(link)) {}
    WebSocketClientConnection(const WebSocketClientConnection&) = delete;
    WebSocketClientConnection& operator=(const WebSocketClientConnection&) = delete;
    ~WebSocketClientConnection();

    /// Fires with the next message; with nothing when the WebSocket is closed and all messages have
    /// been read. Cancelled, it loses none. While some messages wait, no more are read from the
    /// server.
    Deferred<std::optional<Message>> read_message();

    /// Text must be UTF-8: the server would close otherwise.
    Write write_message(std::string_view text);
    Write write_message(std::span<const std::byte> bytes);
    Write write_message(MessageView message);

    /// Throws std::invalid_argument for more than 125 bytes, WebSocketClosedError when closed.
    void ping(std::string_view payload = {});
    /// Begins the closing handshake; a server that doesn't answer within five seconds is cut off.
    /// Throws std::invalid_argument for a code that may not be sent.
    void close(std::optional<std::uint16_t> code = close_code::normal,
               std::string_view reason = {});

    /// Whether messages can be sent.
    bool is_open() const;
    /// What the server's Close said; where the server was failed, what it was told.
    std::optional<std::uint16_t> close_code() const;
    const std::string& close_reason() const;
    /// Empty when the server has selected none.
    const std::string& selected_subprotocol() const;
    /// What the server has answered to the handshake.
    const httputil::HTTPHeaders& headers() const;

private:
    std::shared_ptr<detail::ClientLink> link_;
};

}  // namespace cyclone::websocket

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/websocket_client_connection.ipp>
#endif
