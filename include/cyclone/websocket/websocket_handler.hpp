#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/json/object.hpp>

#include <cyclone/web/handler_members.hpp>
#include <cyclone/web/request_handler.hpp>
#include <cyclone/websocket/server_connection.hpp>

namespace cyclone::websocket {

namespace detail {
template <class H>
struct EndpointFor;
template <class H, class Parameters>
class Endpoint;
}  // namespace detail

/// The server's end of a WebSocket: the base of handlers for them. As
/// tornado.websocket.WebSocketHandler.
///
///     struct Echo : websocket::WebSocketHandler {
///         void on_message(std::string_view text) { write_message(text); }
///     };
///     web::Application application({web::url<Echo>("/echo")});
///
/// These are found on the handler's class:
///
///     void open(groups of the pattern...);           // may be missing; converted as for get()
///     void on_message(std::string_view text);
///     void on_message(std::span<const std::byte> bytes);
///     void on_message(websocket::MessageView message);  // text and bytes, instead of the two
///
/// Each may return void or Deferred<>. A message is delivered when open() and the on_message()
/// before it have ended, and its bytes live until its own has ended; a client that sends on
/// meanwhile is made to wait. An open() that goes on and on is told by on_close() that the client
/// has closed, as long as no message waits. A message of a kind that the class has no on_message()
/// for closes the WebSocket with 1003, an exception with 1011.
///
/// What belongs to HTTP alone (write(), set_header(), redirect(), …) is of use until open() only:
/// in prepare(), for instance. The handler lives until on_close() has been called and open() and
/// on_message() have ended; what they wait for is cancelled after on_close() where
/// cancel_on_connection_close() was called. The request can be looked at all the time, but views of
/// it that were taken before open() has ended are gone then, the groups of the pattern among them:
/// keep a std::string.
class WebSocketHandler : public web::RequestHandler {
public:
    using Write = ServerConnection::Write;

    /// For web::url(): adds what answers the handshake to the class H.
    template <class H>
    using Registered = typename detail::EndpointFor<H>::type;

    WebSocketHandler();
    ~WebSocketHandler() override;

    // -- to call

    /// Sends a message: text, which must be UTF-8, or any bytes where `binary`. May be awaited, to
    /// keep to the pace of a slow client, or not: see PendingWrite. Harmless when the client is
    /// gone.
    Write write_message(std::string_view message, bool binary = false);
    Write write_message(std::span<const std::byte> message);
    /// As JSON.
    Write write_message(const boost::json::object& message);
    // Templates, so that braces always mean JSON.
    template <class M>
    requires(std::same_as<M, MessageView> || std::same_as<M, Message>) Write
        write_message(const M& message) {
        return write_view(message);
    }
    /// For what goes to many clients.
    template <std::same_as<PreparedMessage> P>
    Write write_message(const P& message) {
        return write_prepared(message);
    }

    /// Throws std::invalid_argument for more than 125 bytes, WebSocketClosedError when closed.
    void ping(std::string_view payload = {});
    /// Closes it, once the client has answered; after five seconds in any case. `code`: 1000, 1001,
    /// … or from 3000 to 4999; std::invalid_argument otherwise. Harmless when closed.
    void close(std::optional<std::uint16_t> code = std::nullopt, std::string_view reason = {});

    /// Whether messages can be sent.
    bool is_open() const { return connection_ && connection_->is_open(); }
    /// What the client's Close said, from on_close() on; none when it said nothing or just
    /// disappeared. Where the client broke the protocol, what it was told.
    std::optional<std::uint16_t> close_code() const;
    const std::string& close_reason() const;
    /// What select_subprotocol() gave.
    const std::optional<std::string>& selected_subprotocol() const { return subprotocol_; }

    // -- to override

    /// The last call. Never comes while a write_message() of this handler is being called, nor does
    /// a message: who writes to all clients in a list finds the list as it was.
    virtual void on_close() {}
    /// The answer has been sent.
    virtual void on_ping([[maybe_unused]] std::string_view payload) {}
    virtual void on_pong([[maybe_unused]] std::string_view payload) {}

    /// Whether a page of that origin may open a WebSocket here; otherwise a 403. By default those
    /// of this host and port alone: browsers let any page try, and send cookies along. Not asked
    /// where there is no Origin, which no browser leaves out.
    virtual bool check_origin(std::string_view origin);
    /// One of those that the client offers, or none. Called once in any case.
    virtual std::optional<std::string> select_subprotocol(
        [[maybe_unused]] std::span<const std::string_view> offered) {
        return std::nullopt;
    }
    /// How to compress messages for a client that offers to; none: not at all.
    virtual std::optional<CompressionOptions> get_compression_options() { return std::nullopt; }
    /// How often the client is pinged, 0 for never. By default the setting websocket_ping_interval.
    virtual std::chrono::nanoseconds ping_interval() const;
    /// How long a ping may go unanswered before the WebSocket is closed. By default the setting
    /// websocket_ping_timeout; where that is 0, three intervals, at least 30 seconds.
    virtual std::chrono::nanoseconds ping_timeout() const;
    /// How long a message may take from its first byte to its last before the WebSocket is closed with
    /// 1008; 0: for ever. By default five minutes: 10 MiB at 280 kbit/s.
    virtual std::chrono::nanoseconds message_timeout() const { return std::chrono::minutes(5); }
    /// A longer message closes the WebSocket with 1009. By default the setting
    /// websocket_max_message_size.
    virtual std::size_t max_message_size() const;
    /// A client that more bytes than this wait for, because it doesn't take them, is cut off by the
    /// next write_message(). By default the setting max_pending_output. Who awaits write_message()
    /// never comes near.
    virtual std::size_t max_pending_output() const;

private:
    template <class H, class Parameters>
    friend class detail::Endpoint;

    class Events;

    /// Whether the WebSocket is there. Otherwise the request has been answered.
    bool accept(bool awaits_messages);
    void refuse(unsigned status, std::string_view why);
    void opened(std::optional<Deferred<>> opening) { connection_->opened(std::move(opening)); }
    void open_failed(const std::exception_ptr& error);
    Write write_view(MessageView message);
    Write write_prepared(const PreparedMessage& message);
    virtual std::optional<Deferred<>> deliver(MessageView message) = 0;

    std::unique_ptr<Events> events_;
    std::unique_ptr<ServerConnection> connection_;
    std::optional<std::string> subprotocol_;
};

}  // namespace cyclone::websocket

#include <cyclone/websocket/endpoint.hpp>

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/websocket_websocket_handler.ipp>
#endif
