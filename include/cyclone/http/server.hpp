#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <cyclone/http/server_connection.hpp>
#include <cyclone/http/server_context.hpp>
#include <cyclone/http/tcp_shell.hpp>
#include <cyclone/reactor/end_watch.hpp>
#include <cyclone/reactor/listening_port.hpp>

namespace cyclone::http {

/// Serves HTTP/1.1 on the connections of one port of one reactor. On that reactor's thread. It may outlive the reactor,
/// at whose end its connections are closed.
class Server final : public reactor::StreamServer, public std::enable_shared_from_this<Server> {
public:
    /// `tls`: null for plain HTTP.
    Server(reactor::Reactor& reactor, std::shared_ptr<Service> service, ServerSettings settings,
           std::shared_ptr<reactor::TlsContext> tls = nullptr);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server() override;

    void connection_made(int socket, reactor::PeerAddress peer) override;
    Deferred<> shut_down(std::chrono::nanoseconds grace) override;

    std::size_t connections() const { return connections_; }
    const ServerSettings& settings() const { return context_.settings; }

    /// One tick is this long; the timeouts are as exact as that.
    static constexpr std::chrono::milliseconds tick_length{250};

private:
    friend class TcpShell;

    std::uint32_t tick_of(TcpShell::Clock::time_point time) const {
        return static_cast<std::uint32_t>((time - began_) / tick_length) + 1;
    }
    bool is_proxy(const std::string& address) const;
    bool is_trusted(const std::string& address) const {
        return context_.settings.xheaders && is_proxy(address);
    }
    std::unique_ptr<ServerConnection> lend_connection();
    void give_back(std::unique_ptr<ServerConnection> connection);
    void remove(TcpShell& shell);
    void sweep();
    /// Calls `shell` again when others have had their turn.
    void settle_later(TcpShell& shell);
    void settle_waiting();
    /// Destroys those that have closed: not while one of them may be on the stack.
    void bury();
    void turn_away(int socket);
    /// Closes those that were turned away and have read it, or had the time to.
    void see_off(std::uint32_t tick);
    void sweep_later();
    void close_all();
    /// Closes all that the reactor knows of.
    void end();
    /// Counts a connection from `address`; false, and not counted, when it is one too many.
    bool note_address(const std::string& address);
    void forget_address(const std::string& address);

    /// A connection that is open only until its client has read why it is not served.
    struct TurnedAway {
        int socket;
        std::uint32_t until;
    };

    reactor::Reactor& reactor_;
    ServerContext context_;
    std::shared_ptr<reactor::TlsContext> tls_;
    TcpShell::Clock::time_point began_ = TcpShell::Clock::now();
    TcpShell* first_ = nullptr;
    std::size_t connections_ = 0;
    std::unordered_map<std::string, std::size_t> by_address_;
    std::vector<std::unique_ptr<ServerConnection>> spare_;
    std::vector<TcpShell*> later_;
    std::vector<TcpShell*> dead_;
    std::vector<TurnedAway> turned_away_;
    reactor::DelayedCall next_sweep_;
    reactor::DelayedCall grace_;
    std::optional<Promise<>> ended_;
    /// Until the reactor's end.
    std::optional<SocketPoller> poller_;
    reactor::EndWatch at_end_;
};

/// A Server, as reactor::listen_tcp() takes it from a factory.
inline std::shared_ptr<Server> make_server(reactor::Reactor& reactor,
                                           std::shared_ptr<Service> service,
                                           const ServerSettings& settings,
                                           std::shared_ptr<reactor::TlsContext> tls = nullptr) {
    return std::make_shared<Server>(reactor, std::move(service), settings, std::move(tls));
}

}  // namespace cyclone::http

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/http_server.ipp>
#include <cyclone/impl/http_tcp_shell.ipp>
#endif
