#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <cyclone/reactor/reactor_class.hpp>

namespace cyclone::reactor {

/// The address cannot be listened on: taken, not allowed, not of this machine. As twisted's CannotListenError.
struct CannotListenError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Where a connection comes from.
struct PeerAddress {
    std::string host;        ///< "127.0.0.1", "::1"; empty for a Unix socket
    std::uint16_t port = 0;  ///< 0 for a Unix socket
};

/// What is done with the connections to a port: made once for each port that is listened on.
class StreamServer {
public:
    virtual ~StreamServer() = default;

    /// Takes over a connected, non-blocking socket, which it closes in the end.
    virtual void connection_made(int socket, PeerAddress peer) = 0;

    /// Lets what runs finish, for `grace` at most, and closes the rest. No connection is made any more.
    virtual Deferred<> shut_down(std::chrono::nanoseconds grace) = 0;
};

/// What can be listened with: it makes a StreamServer for a reactor. web::Application is one.
template <class F>
concept ServerFactory = requires(F& factory, Reactor& reactor) {
    { factory.make_server(reactor) } -> std::convertible_to<std::shared_ptr<StreamServer>>;
};

struct ListenOptions {
    int backlog = 1024;
    /// Lets several reactors, or processes, listen on the same port: the system shares the connections out.
    bool reuse_port = false;
    /// How long requests that run may take to finish when the reactor stops.
    std::chrono::nanoseconds grace = std::chrono::seconds(5);
};

/// A port that is being listened on. To drop the handle does not stop it: the reactor does, or stop_listening(). The
/// handle may outlive the reactor.
class ListeningPort {
public:
    /// The port's number, also where 0 was asked for; 0 for a Unix socket.
    std::uint16_t port() const { return place_->port; }
    /// "127.0.0.1:8888", "[::1]:8888" or "unix:/path".
    std::string address() const { return place_->address; }

    /// Accepts no more; fires when the connections have ended, at the latest after the grace time.
    Deferred<> stop_listening();

    class Listener;
    struct Place {
        std::uint16_t port = 0;
        std::string address;
    };
    ListeningPort(std::shared_ptr<const Place> place, std::weak_ptr<Listener> listener)
        : place_(std::move(place)), listener_(std::move(listener)) {}

private:
    std::shared_ptr<const Place> place_;
    /// The reactor's: with it, it ends.
    std::weak_ptr<Listener> listener_;
};

namespace detail {
ListeningPort listen_tcp(Reactor& reactor, std::uint16_t port, std::string_view interface,
                         std::shared_ptr<StreamServer> server, const ListenOptions& options);
ListeningPort listen_unix(Reactor& reactor, std::string_view path,
                          std::shared_ptr<StreamServer> server, const ListenOptions& options);
}  // namespace detail

/// Serves `factory` on a TCP port of this thread's reactor; port 0 picks a free one.
///
/// `interface` is an address of this machine ("127.0.0.1", "::1", "localhost"); empty means all, IPv6 and IPv4.
/// Throws CannotListenError. As reactor.listenTCP.
template <ServerFactory F>
ListeningPort listen_tcp(std::uint16_t port, F& factory, std::string_view interface = "",
                         const ListenOptions& options = {}) {
    Reactor& reactor = current();
    return detail::listen_tcp(reactor, port, interface, factory.make_server(reactor), options);
}

/// Serves `factory` on a Unix socket. A socket file that nobody listens on any more is replaced; the file is removed
/// at the end. Throws CannotListenError. As reactor.listenUNIX.
template <ServerFactory F>
ListeningPort listen_unix(std::string_view path, F& factory, const ListenOptions& options = {}) {
    Reactor& reactor = current();
    return detail::listen_unix(reactor, path, factory.make_server(reactor), options);
}

}  // namespace cyclone::reactor
