#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <cyclone/defer.hpp>
#include <cyclone/http/exchange.hpp>
#include <cyclone/http/upgraded_stream.hpp>
#include <cyclone/reactor.hpp>
#include <cyclone/websocket/heartbeat.hpp>
#include <cyclone/websocket/pending_write.hpp>
#include <cyclone/websocket/session.hpp>

namespace cyclone::websocket {

/// The shell around a server's Session: reads and writes the connection that was upgraded, hands
/// what happens to a Delegate one after the other, and keeps the time.
///
/// A part of the Exchange's delegate, which it keeps while anything of it runs.
class ServerConnection final : private http::UpgradedStream::Receiver {
public:
    /// Who is told. An exception that comes out of a call, or of its Deferred, is handed to
    /// failed() and closes the WebSocket with 1011.
    class Delegate {
    public:
        /// Nothing when it is done with the message within the call; else nothing more is delivered
        /// until the Deferred has fired, and the peer is not read from once some has piled up. The
        /// bytes live as long.
        virtual std::optional<Deferred<>> on_message(MessageView message) = 0;
        virtual void on_ping(std::string_view payload) = 0;
        virtual void on_pong(std::string_view payload) = 0;
        /// The last call.
        virtual void on_close() = 0;
        virtual void failed(const std::exception_ptr& error) = 0;

    protected:
        ~Delegate() = default;
    };

    struct Settings {
        SessionSettings session{};
        /// 0: no pings.
        std::chrono::nanoseconds ping_interval{0};
        std::chrono::nanoseconds ping_timeout{0};
        /// From the first byte of a message to its last, then 1008; 0: no limit.
        std::chrono::nanoseconds message_timeout = std::chrono::minutes(5);
        /// on_message() may give a Deferred.
        bool awaits_messages = true;
        /// A peer that more than this waits for is cut off when yet more is written.
        std::size_t max_pending_output = 16 * 1024 * 1024;
    };

    using Write = PendingWrite<http::UpgradedStream>;

    /// `delegate` is a part of exchange.delegate(), and `stream` is what exchange.upgrade() has
    /// given.
    ServerConnection(http::Exchange& exchange, std::shared_ptr<http::UpgradedStream> stream,
                     Delegate& delegate, const Settings& settings);
    ServerConnection(const ServerConnection&) = delete;
    ServerConnection& operator=(const ServerConnection&) = delete;
    ~ServerConnection();

    /// Begins to read; nothing is delivered before opened().
    void start();
    /// Delivers from now on, or from when `opening` has fired. False from is_open() says that it is
    /// over already.
    void opened(std::optional<Deferred<>> opening);

    /// Sends a message, which must be UTF-8 unless it is binary: the peer would close otherwise.
    Write write_message(MessageView message);
    Write write_message(const PreparedMessage& message);
    /// Throws as Session::ping(); WebSocketClosedError when closed.
    void ping(std::string_view payload);
    /// Begins the closing handshake; a peer that doesn't answer within five seconds is cut off.
    /// Throws as Session::close().
    void close(std::optional<std::uint16_t> code, std::string_view reason);

    /// Cancels what the delegate's on_message(), or what opened() was given, waits for.
    void cancel_running();

    /// Whether messages can be sent.
    bool is_open() const { return !ended_ && session_.can_send(); }
    /// Whether on_close() is due or has been.
    bool ended() const { return ended_; }
    const Session& session() const { return session_; }

private:
    void data_received(std::string_view bytes) override;
    void connection_lost() override;
    void shut_down() override;

    static Deferred<> run(ServerConnection& self, Message message);
    static Deferred<> wait_for(ServerConnection& self, Deferred<> what);

    /// What has come, and of it what is done with.
    struct Held {
        std::span<char> left() { return std::span(bytes).subspan(begin); }
        bool empty() const { return begin == bytes.size(); }

        std::string bytes{};
        std::size_t begin = 0;
    };

    [[nodiscard]] std::span<char> process(std::span<char> bytes);
    void process_pending();
    template <class F>
    void tell(F f);
    bool deliver();
    bool deliver(Message message);
    bool blocked() const;
    void hold(std::span<char> bytes);
    void resume();
    bool takes_output();
    bool keep_running(Deferred<> running);
    void has_run(const std::exception_ptr& error);
    void fail(const std::exception_ptr& error);
    void flush();
    void end(bool at_once);
    void tell_closed();
    void tell_closed_later();
    void note_message_begins();
    void set_timer(std::chrono::nanoseconds delay);
    void set_next_timer();
    void on_timer();
    bool message_is_late();
    bool beat();
    void give_up(std::uint16_t code, std::string_view why);

    http::Exchange& exchange_;
    std::shared_ptr<http::UpgradedStream> stream_;
    Delegate& delegate_;
    reactor::Reactor& reactor_;
    Session session_;
    std::optional<Heartbeat> heartbeat_;
    std::chrono::nanoseconds message_timeout_;
    /// Where a part of a message has come.
    std::optional<std::chrono::nanoseconds> message_began_;
    reactor::DelayedCall timer_;
    /// run() or wait_for(), while it waits.
    std::optional<Deferred<>> running_;
    /// What waits while blocked() or processing_.
    Held pending_;
    /// The first message, for which open() is waited for.
    std::optional<Message> waiting_;
    std::size_t max_pending_output_;
    bool awaits_messages_;
    /// Something is with the delegate, or waits for the peer to take what was written.
    bool busy_ = true;
    /// It is what opened() was given.
    bool opening_ = false;
    bool processing_ = false;
    bool paused_ = false;
    bool writing_ = false;
    bool ended_ = false;
};

}  // namespace cyclone::websocket

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/websocket_server_connection.ipp>
#endif
