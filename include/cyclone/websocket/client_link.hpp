#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <cyclone/defer.hpp>
#include <cyclone/httputil/http_headers.hpp>
#include <cyclone/reactor.hpp>
#include <cyclone/websocket/client_socket.hpp>
#include <cyclone/websocket/heartbeat.hpp>
#include <cyclone/websocket/session.hpp>

namespace cyclone::websocket::detail {

/// What a WebSocketClientConnection and the coroutines that read and write for it have in common.
class ClientLink : public std::enable_shared_from_this<ClientLink> {
public:
    ClientLink(std::unique_ptr<ClientSocket> socket, const SessionSettings& settings)
        : session(settings), reactor_(reactor::current()), socket_(std::move(socket)) {}

    /// `early`: what came behind the handshake.
    void start(std::string early, std::chrono::nanoseconds ping_interval,
               std::chrono::nanoseconds ping_timeout);

    Deferred<std::optional<Message>> read_message();
    bool is_open() const { return !ended_ && session.can_send(); }
    /// Sends what is in the session's output.
    void flush();
    void wait_for_close();
    /// Ends it now.
    void end();

    // For PendingWrite.
    Deferred<> drained();
    bool closed() const { return ended_; }

    Session session;
    std::string subprotocol;
    httputil::HTTPHeaders headers;

private:
    struct Drain {
        std::uint64_t at;
        Promise<> promise;
    };

    // Beyond this nothing is read until somebody takes a message.
    static constexpr std::size_t most_queued = 16;

    static Deferred<> read(std::shared_ptr<ClientLink> link, std::string early);
    static Deferred<> write(std::shared_ptr<ClientLink> link);
    void process(std::span<char> bytes);
    void deliver(Message message);
    void no_more_messages();
    void fire_drains(bool all);
    void set_timer(std::chrono::nanoseconds delay);
    void on_timer();

    reactor::Reactor& reactor_;
    std::unique_ptr<ClientSocket> socket_;
    std::deque<Message> messages_;
    std::list<Promise<std::optional<Message>>> readers_;
    std::optional<Promise<>> room_;
    std::string unsent_;
    std::uint64_t queued_in_all_ = 0;
    std::uint64_t sent_in_all_ = 0;
    std::deque<Drain> drains_;
    std::optional<Heartbeat> heartbeat_;
    reactor::DelayedCall timer_;
    bool writing_ = false;
    bool no_more_ = false;
    bool ended_ = false;
};

}  // namespace cyclone::websocket::detail

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/websocket_client_link.ipp>
#endif
