// Loads a server that echoes WebSocket messages, on bare epoll.
//
//     websocket-load PORT CONNECTIONS SECONDS SIZE    each connection sends a message when it has
//     its echo;
//                                                     prints: MESSAGES p50-MICROSECONDS
//                                                     p99-MICROSECONDS
//     websocket-load PORT CONNECTIONS                 has one echo on each, prints "idle", and ends
//     with stdin

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    std::exit(1);
}

/// The head of a binary frame, masked or not.
std::string head_of(std::size_t size, bool masked) {
    std::string head = "\x82";
    const unsigned mask = masked ? 0x80U : 0U;
    if (size < 126) {
        head += static_cast<char>(mask | size);
    } else {
        head += static_cast<char>(mask | 126U);
        head += static_cast<char>(size >> 8);
        head += static_cast<char>(size & 0xff);
    }
    return head;
}

struct Connection {
    int socket = -1;
    std::size_t received = 0;
    Clock::time_point sent{};
};

int open_connection(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        fail("connect");
    }
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::string_view request =
        "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    if (::send(socket, request.data(), request.size(), MSG_NOSIGNAL) < 0) {
        fail("send");
    }
    std::string answer;
    while (answer.find("\r\n\r\n") == std::string::npos) {
        char bytes[4096];
        const ssize_t size = ::recv(socket, bytes, sizeof bytes, 0);
        if (size <= 0) {
            fail("no answer to the handshake");
        }
        answer.append(bytes, static_cast<std::size_t>(size));
    }
    if (!answer.starts_with("HTTP/1.1 101")) {
        std::fprintf(stderr, "%s", answer.c_str());
        std::exit(1);
    }
    return socket;
}

class Load {
public:
    Load(std::uint16_t port, std::size_t connections, std::size_t size)
        : frame_(head_of(size, true) + "\x01\x02\x03\x04" + std::string(size, 'm')),
          answer_(head_of(size, false).size() + size) {
        while (connections_.size() < connections) {
            connections_.push_back({open_connection(port)});
        }
    }
    ~Load() {
        for (const Connection& connection : connections_) {
            ::close(connection.socket);
        }
    }
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    void echo_once() {
        for (Connection& connection : connections_) {
            send(connection);
            while (!take(connection)) {
            }
        }
    }

    void run(std::chrono::seconds time) {
        const int epoll = ::epoll_create1(0);
        for (std::size_t i = 0; i < connections_.size(); ++i) {
            epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
            ::epoll_ctl(epoll, EPOLL_CTL_ADD, connections_[i].socket, &event);
            send(connections_[i]);
        }
        std::vector<epoll_event> events(connections_.size());
        const auto end = Clock::now() + time;
        for (auto now = Clock::now(); now < end;) {
            const int ready =
                ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 100);
            now = Clock::now();
            for (int i = 0; i < ready; ++i) {
                Connection& connection = connections_[events[static_cast<std::size_t>(i)].data.u64];
                if (take(connection)) {
                    // One in 16 is enough to know.
                    if ((++messages & 15U) == 0) {
                        latencies_.push_back(Clock::now() - connection.sent);
                    }
                    send(connection);
                }
            }
        }
        ::close(epoll);
    }

    double percentile(double part) {
        if (latencies_.empty()) {
            return 0;
        }
        const auto at = latencies_.begin() + static_cast<std::ptrdiff_t>(
                                                 part * static_cast<double>(latencies_.size() - 1));
        std::nth_element(latencies_.begin(), at, latencies_.end());
        return std::chrono::duration<double, std::micro>(*at).count();
    }

    std::uint64_t messages = 0;

private:
    void send(Connection& connection) {
        connection.sent = Clock::now();
        if (::send(connection.socket, frame_.data(), frame_.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(frame_.size())) {
            fail("send");
        }
    }
    /// Whether the echo is complete.
    bool take(Connection& connection) {
        char bytes[65536];
        const ssize_t size = ::recv(connection.socket, bytes, sizeof bytes, 0);
        if (size <= 0) {
            fail("recv");
        }
        connection.received += static_cast<std::size_t>(size);
        if (connection.received < answer_) {
            return false;
        }
        if (connection.received != answer_) {
            std::fprintf(stderr, "%zu bytes came back, not %zu\n", connection.received, answer_);
            std::exit(1);
        }
        connection.received = 0;
        return true;
    }

    std::string frame_;
    std::size_t answer_;
    std::vector<Connection> connections_;
    std::vector<Clock::duration> latencies_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3 && argc != 5) {
        std::fprintf(stderr, "websocket-load PORT CONNECTIONS [SECONDS SIZE]\n");
        return 2;
    }
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    Load load(static_cast<std::uint16_t>(std::atoi(argv[1])),
              static_cast<std::size_t>(std::atoi(argv[2])),
              argc == 5 ? static_cast<std::size_t>(std::atoi(argv[4])) : 32);
    if (argc == 5) {
        load.run(std::chrono::seconds(std::atoi(argv[3])));
        std::printf("%llu %.1f %.1f\n", static_cast<unsigned long long>(load.messages),
                    load.percentile(0.5), load.percentile(0.99));
        return 0;
    }
    load.echo_once();
    std::printf("idle\n");
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
}
