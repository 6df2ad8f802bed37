#pragma once

#include <cyclone/impl/config.hpp>
#include <cyclone/websocket/client_connection.hpp>

namespace cyclone::websocket {

CYCLONE_INLINE WebSocketClientConnection::~WebSocketClientConnection() { link_->end(); }

CYCLONE_INLINE Deferred<std::optional<Message>> WebSocketClientConnection::read_message() {
    return link_->read_message();
}
CYCLONE_INLINE WebSocketClientConnection::Write WebSocketClientConnection::write_message(
    MessageView message) {
    if (!link_->is_open()) {
        return Write(nullptr);
    }
    link_->session.send(message);
    link_->flush();
    return Write(link_);
}
CYCLONE_INLINE WebSocketClientConnection::Write WebSocketClientConnection::write_message(
    std::string_view text) {
    return write_message(MessageView{text, false});
}
CYCLONE_INLINE WebSocketClientConnection::Write WebSocketClientConnection::write_message(
    std::span<const std::byte> bytes) {
    return write_message(
        MessageView{{reinterpret_cast<const char*>(bytes.data()), bytes.size()}, true});
}
CYCLONE_INLINE void WebSocketClientConnection::ping(std::string_view payload) {
    if (!link_->is_open()) {
        throw WebSocketClosedError();
    }
    link_->session.ping(payload);
    link_->flush();
}
CYCLONE_INLINE void WebSocketClientConnection::close(std::optional<std::uint16_t> code,
                                                     std::string_view reason) {
    if (link_->is_open()) {
        link_->session.close(code, reason);
        link_->flush();
        link_->wait_for_close();
    }
}
CYCLONE_INLINE bool WebSocketClientConnection::is_open() const { return link_->is_open(); }
CYCLONE_INLINE std::optional<std::uint16_t> WebSocketClientConnection::close_code() const {
    return link_->session.close_status().code;
}
CYCLONE_INLINE const std::string& WebSocketClientConnection::close_reason() const {
    return link_->session.close_status().reason;
}
CYCLONE_INLINE const std::string& WebSocketClientConnection::selected_subprotocol() const {
    return link_->subprotocol;
}
CYCLONE_INLINE const httputil::HTTPHeaders& WebSocketClientConnection::headers() const {
    return link_->headers;
}

}  // namespace cyclone::websocket
