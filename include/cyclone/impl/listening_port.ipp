#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <cyclone/impl/config.hpp>
#include <cyclone/log.hpp>
#include <cyclone/reactor/inherited_sockets.hpp>
#include <cyclone/reactor/listening_port.hpp>

namespace cyclone::reactor {

/// The accepting end of a port: waits, accepts all that wait, hands them to the server.
class ListeningPort::Listener : public std::enable_shared_from_this<Listener> {
public:
    Listener(Reactor& reactor, int socket, std::shared_ptr<StreamServer> server,
             std::string address, std::chrono::nanoseconds grace)
        : reactor_(reactor),
          descriptor_(reactor.context(), socket),
          server_(std::move(server)),
          address_(std::move(address)),
          grace_(grace) {}

    ~Listener() { remove_socket_file(); }

    void start() {
        reactor_.catch_signals();
        reactor_.keep(shared_from_this());
        reactor_.before_shutdown([weak = weak_from_this()]() -> Deferred<> {
            if (auto self = weak.lock()) {
                return self->stop();
            }
            return succeed();
        });
        wait();
    }

    Deferred<> stop() {
        if (stopped_) {
            co_return;
        }
        // The reactor keeps this until release(), or until its own end, which is the end of the waiting too.
        if (!outlives_program) {
            // Those that wait would be cut off, and nobody else takes them.
            accept_all(most_waiting);
        }
        stopped_ = true;
        boost::system::error_code ignored;
        descriptor_.close(ignored);
        remove_socket_file();
        auto ending = server_->shut_down(grace_);
        co_await ending;
        reactor_.release(this);
    }

    std::string socket_file;
    /// Whether somebody else keeps the socket.
    bool outlives_program = false;

private:
    static constexpr int accepted_per_turn = 64;
    static constexpr int most_waiting = 4096;

    // The reactor keeps the listener. What waits does not: it lives as long as the io_context, which may be too long.
    void wait() {
        descriptor_.async_wait(
            boost::asio::posix::descriptor_base::wait_read,
            [weak = weak_from_this()](const boost::system::error_code& error) {
                const auto self = weak.lock();
                if (!error && self != nullptr && !self->stopped_) {
                    self->accept();
                }
            });
    }

    void accept() {
        // Where other processes take from the same socket, each connection is left to the one that is free.
        if (const int error = accept_all(outlives_program ? 1 : accepted_per_turn)) {
            // Out of descriptors or memory: those that wait stay in the backlog until some are free again.
            log::error("cannot accept on " + address_ + ": " +
                       std::error_code(error, std::system_category()).message() +
                       "; trying again in 0.1 s");
            reactor_.call_later(std::chrono::milliseconds(100), [weak = weak_from_this()] {
                const auto self = weak.lock();
                if (self != nullptr && !self->stopped_) {
                    self->wait();
                }
            });
        } else if (!stopped_) {
            wait();
        }
    }

    /// As many as `most` of those that wait; gives the error that has stopped it.
    int accept_all(int most) {
        for (int i = 0; i < most && !stopped_; ++i) {
            sockaddr_storage storage{};
            socklen_t length = sizeof storage;
            const int socket =
                ::accept4(descriptor_.native_handle(), reinterpret_cast<sockaddr*>(&storage),
                          &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (socket >= 0) {
                server_->connection_made(socket, peer_of(storage));
                continue;
            }
            if (errno == EAGAIN || errno == EWOULDBLOCK) {
                break;
            }
            if (errno != EINTR && errno != ECONNABORTED && errno != EPROTO) {
                return errno;
            }
        }
        return 0;
    }

    static PeerAddress peer_of(const sockaddr_storage& storage) {
        PeerAddress peer;
        char text[INET6_ADDRSTRLEN] = "";
        if (storage.ss_family == AF_INET) {
            const auto& address = reinterpret_cast<const sockaddr_in&>(storage);
            ::inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
            peer = {text, ntohs(address.sin_port)};
        } else if (storage.ss_family == AF_INET6) {
            const auto& address = reinterpret_cast<const sockaddr_in6&>(storage);
            if (IN6_IS_ADDR_V4MAPPED(&address.sin6_addr)) {
                ::inet_ntop(AF_INET, address.sin6_addr.s6_addr + 12, text, sizeof text);
            } else {
                ::inet_ntop(AF_INET6, &address.sin6_addr, text, sizeof text);
            }
            peer = {text, ntohs(address.sin6_port)};
        }
        return peer;
    }

    void remove_socket_file() {
        if (!socket_file.empty()) {
            ::unlink(socket_file.c_str());
            socket_file.clear();
        }
    }

    Reactor& reactor_;
    boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> descriptor_;
    std::shared_ptr<StreamServer> server_;
    std::string address_;
    std::chrono::nanoseconds grace_;
    bool stopped_ = false;
};

CYCLONE_INLINE Deferred<> ListeningPort::stop_listening() {
    const auto listener = listener_.lock();
    return listener ? listener->stop() : succeed();
}

namespace detail {

/// Closes a socket that did not come to be a Listener's.
class OwnedSocket {
public:
    explicit OwnedSocket(int socket) : socket_(socket) {}
    OwnedSocket(OwnedSocket&& other) noexcept : socket_(other.release()) {}
    OwnedSocket& operator=(OwnedSocket&&) = delete;
    ~OwnedSocket() {
        if (socket_ >= 0) {
            ::close(socket_);
        }
    }
    int get() const { return socket_; }
    int release() { return std::exchange(socket_, -1); }

private:
    int socket_;
};

[[noreturn]] CYCLONE_INLINE void throw_cannot_listen(const std::string& where, int error) {
    throw CannotListenError("cannot listen on " + where + ": " +
                            std::error_code(error, std::system_category()).message());
}

CYCLONE_INLINE ListeningPort start_listening(Reactor& reactor, OwnedSocket& socket,
                                             std::shared_ptr<StreamServer> server,
                                             const ListenOptions& options,
                                             ListeningPort::Place place, bool outlives_program,
                                             std::string socket_file = {}) {
    auto listener = std::make_shared<ListeningPort::Listener>(
        reactor, socket.release(), std::move(server), place.address, options.grace);
    listener->outlives_program = outlives_program;
    if (!outlives_program) {
        listener->socket_file = std::move(socket_file);
    }
    listener->start();
    return {std::make_shared<const ListeningPort::Place>(std::move(place)), listener};
}

/// A socket that listens, and where.
struct OpenedPort {
    OwnedSocket socket;
    ListeningPort::Place place;
    bool outlives_program;
};

CYCLONE_INLINE OpenedPort open_tcp(std::uint16_t port, std::string_view interface,
                                   const ListenOptions& options) {
    sockaddr_storage storage{};
    auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
    auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
    std::string host(interface == "localhost" ? "127.0.0.1" : interface);
    socklen_t length = 0;
    if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        length = sizeof v4;
    } else if (host.empty() || ::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        length = sizeof v6;
    } else {
        throw CannotListenError("cannot listen on " + host +
                                ": that is no address of this machine (give one such as 127.0.0.1, "
                                "::1, or nothing for all)");
    }

    auto where = [&](std::uint16_t number) {
        if (host.empty()) {
            return "*:" + std::to_string(number);
        }
        return (storage.ss_family == AF_INET6 ? "[" + host + "]" : host) + ":" +
               std::to_string(number);
    };

    const auto* const wanted = reinterpret_cast<const sockaddr*>(&storage);
    const InheritedSocket inherited = take_inherited_socket(wanted, length, options.reuse_port);
    int opened = inherited.descriptor >= 0
                     ? inherited.descriptor
                     : ::socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (opened < 0 && errno == EAFNOSUPPORT && host.empty()) {
        // A machine without IPv6.
        storage = {};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        length = sizeof v4;
        opened = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    }
    OwnedSocket socket(opened);
    if (socket.get() < 0) {
        throw_cannot_listen(where(port), errno);
    }
    const int on = 1;
    const int off = 0;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (options.reuse_port) {
        ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    }
    // Inherited by what is accepted: an answer leaves when it is written.
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (storage.ss_family == AF_INET6) {
        ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, host.empty() ? &off : &on, sizeof on);
    }
    if ((inherited.descriptor < 0 && ::bind(socket.get(), wanted, length) != 0) ||
        ::listen(socket.get(), options.backlog) != 0) {
        throw_cannot_listen(where(port), errno);
    }
    sockaddr_storage bound{};
    socklen_t bound_length = sizeof bound;
    ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound), &bound_length);
    const std::uint16_t number =
        ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(bound).sin6_port
                                          : reinterpret_cast<sockaddr_in&>(bound).sin_port);
    return {std::move(socket), {number, where(number)}, inherited.outlives_program};
}

CYCLONE_INLINE ListeningPort listen_tcp(Reactor& reactor, std::uint16_t port,
                                        std::string_view interface,
                                        std::shared_ptr<StreamServer> server,
                                        const ListenOptions& options) {
    OpenedPort opened = open_tcp(port, interface, options);
    return start_listening(reactor, opened.socket, std::move(server), options,
                           std::move(opened.place), opened.outlives_program);
}

CYCLONE_INLINE ListeningPort listen_unix(Reactor& reactor, std::string_view path,
                                         std::shared_ptr<StreamServer> server,
                                         const ListenOptions& options) {
    const std::string file(path);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (file.empty() || file.size() >= sizeof address.sun_path) {
        throw CannotListenError("cannot listen on unix:" + file + ": the path of a socket has 1 to " +
                                std::to_string(sizeof address.sun_path - 1) + " bytes");
    }
    std::memcpy(address.sun_path, file.data(), file.size());
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);

    const InheritedSocket inherited =
        take_inherited_socket(generic, sizeof address, options.reuse_port);
    OwnedSocket socket(inherited.descriptor >= 0
                           ? inherited.descriptor
                           : ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket.get() < 0) {
        throw_cannot_listen("unix:" + file, errno);
    }
    int bound =
        inherited.descriptor >= 0 ? 0 : ::bind(socket.get(), generic, sizeof address);
    if (bound != 0 && errno == EADDRINUSE) {
        // The file of a program that was killed stays behind: only where nobody answers may it go.
        OwnedSocket probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (::connect(probe.get(), generic, sizeof address) != 0 && errno == ECONNREFUSED) {
            ::unlink(file.c_str());
            bound = ::bind(socket.get(), generic, sizeof address);
        } else {
            errno = EADDRINUSE;
        }
    }
    if (bound != 0 || ::listen(socket.get(), options.backlog) != 0) {
        throw_cannot_listen("unix:" + file, errno);
    }
    return start_listening(reactor, socket, std::move(server), options, {0, "unix:" + file},
                           inherited.outlives_program, file);
}

}  // namespace detail

}  // namespace cyclone::reactor
