#pragma once

#include <algorithm>
#include <utility>

#include <cyclone/escape/json.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/log.hpp>
#include <cyclone/websocket/handshake.hpp>
#include <cyclone/websocket/websocket_handler.hpp>

namespace cyclone::websocket {

/// Hands on what happens to the connection. Apart from the handler, whose class may have an
/// on_message() of any form.
class WebSocketHandler::Events final : public ServerConnection::Delegate {
public:
    explicit Events(WebSocketHandler& handler) : handler_(handler) {}

    std::optional<Deferred<>> on_message(MessageView message) override {
        return handler_.deliver(message);
    }
    void on_ping(std::string_view payload) override { handler_.on_ping(payload); }
    void on_pong(std::string_view payload) override { handler_.on_pong(payload); }
    void on_close() override {
        const http::ExchangePtr keep = handler_.hold();
        handler_.on_close();
        if (handler_.cancels_on_connection_close()) {
            handler_.connection_->cancel_running();
        }
    }
    void failed(const std::exception_ptr& error) override { handler_.log_exception(error); }

private:
    WebSocketHandler& handler_;
};

CYCLONE_INLINE WebSocketHandler::WebSocketHandler() = default;
CYCLONE_INLINE WebSocketHandler::~WebSocketHandler() = default;

CYCLONE_INLINE bool WebSocketHandler::accept(bool awaits_messages) {
    if (const auto refusal = check_handshake(request.method, request.headers)) {
        refuse(refusal->status, refusal->why);
        return false;
    }
    const auto origin = request.headers.find("Origin");
    if (origin && !check_origin(*origin)) {
        refuse(403, "Cross origin websockets not allowed");
        return false;
    }
    const auto offered = offered_subprotocols(request.headers);
    subprotocol_ = select_subprotocol(offered);
    if (subprotocol_) {
        set_header("Sec-WebSocket-Protocol", *subprotocol_);
    }
    ServerConnection::Settings settings;
    settings.session.max_message_size = max_message_size();
    settings.ping_interval = ping_interval();
    settings.ping_timeout = ping_timeout();
    settings.message_timeout = message_timeout();
    settings.awaits_messages = awaits_messages;
    settings.max_pending_output = max_pending_output();
    if (const auto options = get_compression_options()) {
        const std::string offers = request.headers.get("Sec-WebSocket-Extensions", "");
        if (auto agreement = accept_deflate(offers, *options)) {
            set_header("Sec-WebSocket-Extensions", agreement->response);
            settings.session.deflate = agreement->parameters;
            settings.session.compression = *options;
        }
    }
    set_header("Upgrade", "websocket");
    set_header("Sec-WebSocket-Accept", accept_value(*request.headers.find("Sec-WebSocket-Key")));
    clear_header("Content-Type");
    auto stream = detach();
    if (stream == nullptr) {
        if (!finished()) {
            refuse(400, "This request can't be upgraded.");
        }
        return false;
    }
    events_ = std::make_unique<Events>(*this);
    connection_ =
        std::make_unique<ServerConnection>(exchange(), std::move(stream), *events_, settings);
    connection_->start();
    return !connection_->ended();
}

CYCLONE_INLINE void WebSocketHandler::refuse(unsigned status, std::string_view why) {
    set_status(status);
    set_header("Content-Type", "text/plain; charset=UTF-8");
    if (status == 426) {
        set_header("Upgrade", "websocket");
        set_header("Sec-WebSocket-Version", "13");
    } else if (status == 405) {
        set_header("Allow", "GET");
    }
    log::write(log::Level::debug, log::Channel::general, why);
    finish(why);
}

CYCLONE_INLINE void WebSocketHandler::open_failed(const std::exception_ptr& error) {
    log_exception(error);
    close(close_code::internal_error);
    opened(std::nullopt);
}

CYCLONE_INLINE WebSocketHandler::Write WebSocketHandler::write_view(MessageView message) {
    return connection_ ? connection_->write_message(message) : Write(nullptr);
}
CYCLONE_INLINE WebSocketHandler::Write WebSocketHandler::write_message(std::string_view message,
                                                                       bool binary) {
    return write_view({message, binary});
}
CYCLONE_INLINE WebSocketHandler::Write WebSocketHandler::write_message(
    std::span<const std::byte> message) {
    return write_view({{reinterpret_cast<const char*>(message.data()), message.size()}, true});
}
CYCLONE_INLINE WebSocketHandler::Write WebSocketHandler::write_message(
    const boost::json::object& message) {
    return write_view({escape::json_encode(message), false});
}
CYCLONE_INLINE WebSocketHandler::Write WebSocketHandler::write_prepared(
    const PreparedMessage& message) {
    return connection_ ? connection_->write_message(message) : Write(nullptr);
}

CYCLONE_INLINE void WebSocketHandler::ping(std::string_view payload) {
    if (!connection_) {
        throw WebSocketClosedError();
    }
    connection_->ping(payload);
}

CYCLONE_INLINE void WebSocketHandler::close(std::optional<std::uint16_t> code,
                                            std::string_view reason) {
    if (connection_) {
        connection_->close(code, reason);
    }
}

CYCLONE_INLINE std::optional<std::uint16_t> WebSocketHandler::close_code() const {
    return connection_ ? connection_->session().close_status().code : std::nullopt;
}
CYCLONE_INLINE const std::string& WebSocketHandler::close_reason() const {
    static const std::string none;
    return connection_ ? connection_->session().close_status().reason : none;
}

CYCLONE_INLINE bool WebSocketHandler::check_origin(std::string_view origin) {
    return is_same_origin(origin, request.host);
}

CYCLONE_INLINE std::chrono::nanoseconds WebSocketHandler::ping_interval() const {
    return settings().websocket_ping_interval;
}
CYCLONE_INLINE std::chrono::nanoseconds WebSocketHandler::ping_timeout() const {
    const std::chrono::nanoseconds set = settings().websocket_ping_timeout;
    return set.count() != 0
               ? set
               : std::max<std::chrono::nanoseconds>(ping_interval() * 3, std::chrono::seconds(30));
}
CYCLONE_INLINE std::size_t WebSocketHandler::max_message_size() const {
    return settings().websocket_max_message_size;
}
CYCLONE_INLINE std::size_t WebSocketHandler::max_pending_output() const {
    return settings().max_pending_output;
}

}  // namespace cyclone::websocket
