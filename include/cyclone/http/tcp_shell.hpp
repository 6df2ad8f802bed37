#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>

#include <cyclone/http/server_connection.hpp>
#include <cyclone/http/socket_poller.hpp>
#include <cyclone/reactor/tls_session.hpp>
#include <cyclone/reactor/listening_port.hpp>

namespace cyclone::http {

class Server;

/// Reads and writes one socket for a ServerConnection, which it borrows from the Server while anything is in flight: an
/// idle connection is this object, no more. Owned by the Server.
class TcpShell final : public ServerConnection::Shell, public SocketPoller::Socket {
public:
    using Clock = std::chrono::steady_clock;

    /// Takes over `socket`.
    TcpShell(Server& server, int socket, reactor::PeerAddress peer, std::unique_ptr<reactor::TlsSession> tls);
    TcpShell(const TcpShell&) = delete;
    TcpShell& operator=(const TcpShell&) = delete;

    void on_events(std::uint32_t events, Clock::time_point now) override;
    void connection_changed() override;
    std::shared_ptr<const ssl::Certificate> client_certificate() override;
    /// The server takes no more requests.
    void stop();
    /// Ends it now, whatever is in flight.
    void close();
    /// Looks at the time.
    void sweep(std::uint32_t tick);

private:
    friend class Server;

    enum class Io : std::uint8_t { done, blocked, ended };

    ~TcpShell() = default;

    void settle(Clock::time_point now);
    void note_readable();
    Io read_input(Clock::time_point now);
    Io read_proxy_header();
    bool refuse_plain_http();
    Io read_some(std::span<char> space, std::size_t& bytes);
    Io write_output();
    Io write_text();
    Io write_file(FileRange file);
    Io outcome_of_tls(reactor::TlsSession::Result result);
    Io outcome_of_errno();
    bool linger();
    void set_deadline(Clock::time_point now);
    std::uint32_t deadline_after(std::uint32_t tick, std::chrono::milliseconds allowed) const;
    /// Bytes that the system has taken and the client has not.
    int unsent() const;
    ServerConnection& machine();

    Server* server_;
    /// Neighbours in the server's list.
    TcpShell* previous_ = nullptr;
    TcpShell* next_ = nullptr;
    std::unique_ptr<ServerConnection> machine_;
    std::unique_ptr<reactor::TlsSession> tls_;
    reactor::PeerAddress peer_;
    int socket_;
    std::uint32_t requests_ = 0;
    /// In ticks of the server; 0: none.
    std::uint32_t deadline_ = 0;
    std::uint32_t phase_began_ = 0;
    /// When output last moved, while there is some; 0: none.
    std::uint32_t write_began_ = 0;
    /// What the system had not handed on of it then.
    int unsent_ = 0;
    std::uint32_t timed_requests_ = 0;
    ServerConnection::Phase timed_phase_ = ServerConnection::Phase::idle;
    /// What epoll has told, until a call has shown that it is so no longer.
    bool readable_ = false;
    bool writable_ = true;
    /// The client has closed its half: behind what is there comes the end.
    bool half_closed_ = false;
    bool busy_ = false;
    bool changed_ = false;
    bool closed_ = false;
    bool awaits_proxy_header_;
    /// Among the connections of its address.
    bool counted_ = true;
    bool handshaking_;
    /// The first byte of the handshake has come.
    bool began_ = false;
    bool lingering_ = false;
    /// The server calls it when others have had theirs.
    bool waits_its_turn_ = false;
};

}  // namespace cyclone::http
