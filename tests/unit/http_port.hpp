#pragma once

#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cyclone/httpserver.hpp>

#include "tests/unit/scripted_service.hpp"

/// A server on a port of its own, driven by the test.
struct HttpPort {
    using Clock = std::chrono::steady_clock;

    cyclone::reactor::Reactor reactor;
    std::shared_ptr<ScriptedService> service = std::make_shared<ScriptedService>();
    cyclone::http::ServerSettings settings;
    std::shared_ptr<cyclone::http::Server> server;
    std::optional<cyclone::reactor::ListeningPort> port;
    std::vector<cyclone::http::ExchangePtr> held;

    std::shared_ptr<cyclone::reactor::StreamServer> make_server(cyclone::reactor::Reactor& r) {
        server = cyclone::http::make_server(r, service, settings);
        return server;
    }
    void listen() { port.emplace(cyclone::reactor::listen_tcp(0, *this, "127.0.0.1")); }
    void hold(const std::string& path) {
        service->on(path, [this](cyclone::http::ExchangePtr exchange) {
            held.push_back(std::move(exchange));
        });
    }
    /// Lets the reactor work until `done`; false when that takes too long.
    bool run_until(const std::function<bool()>& done,
                   std::chrono::milliseconds most = std::chrono::seconds(5)) {
        const auto until = Clock::now() + most;
        while (!done()) {
            if (Clock::now() > until) {
                return false;
            }
            reactor.context().restart();
            reactor.context().run_one_for(std::chrono::milliseconds(2));
        }
        return true;
    }
    void run_for(std::chrono::milliseconds time) {
        const auto until = Clock::now() + time;
        run_until([until] { return Clock::now() >= until; }, time + std::chrono::seconds(5));
    }
};

/// A client of that server, on a socket of its own.
class SocketClient {
public:
    explicit SocketClient(HttpPort& port, int receive_buffer = 0) : port_(port) {
        socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (receive_buffer != 0) {
            ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        }
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port.port->port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connect(reinterpret_cast<const sockaddr*>(&address), sizeof address);
    }
    SocketClient(HttpPort& port, const std::string& path) : port_(port) {
        socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        connect(reinterpret_cast<const sockaddr*>(&address), sizeof address);
    }
    SocketClient(const SocketClient&) = delete;
    SocketClient& operator=(const SocketClient&) = delete;
    ~SocketClient() { close(); }

    /// Sends as far as the system takes it, while the server reads.
    void send(std::string_view bytes) {
        port_.run_until([&] {
            while (!bytes.empty()) {
                const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
                if (sent <= 0) {
                    return errno != EAGAIN;
                }
                bytes.remove_prefix(static_cast<std::size_t>(sent));
            }
            return true;
        });
    }
    /// Reads until `bytes` have come altogether, or the end.
    const std::string& read(std::size_t bytes) {
        port_.run_until([&] {
            take(bytes - std::min(bytes, received.size()));
            return ended || received.size() >= bytes;
        });
        return received;
    }
    /// Reads until `text` has come.
    const std::string& read_to(std::string_view text) {
        port_.run_until([&] {
            take(1'000'000);
            return ended || received.find(text) != std::string::npos;
        });
        return received;
    }
    bool reads_end(std::chrono::milliseconds most = std::chrono::seconds(5)) {
        return port_.run_until(
            [&] {
                take(1'000'000);
                return ended;
            },
            most);
    }
    void close_half() { ::shutdown(socket_, SHUT_WR); }
    void close() {
        if (socket_ >= 0) {
            ::close(std::exchange(socket_, -1));
        }
    }
    void reset() {
        const ::linger at_once{1, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        close();
    }

    std::string received;
    bool ended = false;
    bool was_reset = false;

private:
    void connect(const sockaddr* address, socklen_t size) {
        BOOST_TEST_REQUIRE(::connect(socket_, address, size) == 0);
        ::fcntl(socket_, F_SETFL, O_NONBLOCK);
    }
    void take(std::size_t most) {
        char buffer[65536];
        while (!ended && most > 0) {
            const ssize_t read = ::recv(socket_, buffer, std::min(most, sizeof buffer), 0);
            if (read > 0) {
                received.append(buffer, static_cast<std::size_t>(read));
                most -= static_cast<std::size_t>(read);
                continue;
            }
            if (read < 0 && errno == EAGAIN) {
                return;
            }
            ended = true;
            was_reset = read < 0;
        }
    }

    HttpPort& port_;
    int socket_ = -1;
};
