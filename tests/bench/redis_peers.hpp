#pragma once

// Whom redis_bench.cpp compares us with. Each run() executes so many GETs or SETs of one key, with
// `depth` of them in flight.

#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <cyclone/redis/command.hpp>

namespace bench {

namespace redis = cyclone::redis;

inline constexpr std::string_view key = "key:__rand_int__";  // what redis-benchmark sends
inline constexpr std::string_view value = "xxx";

/// hiredis' asynchronous API, with the smallest event loop there is: poll() of the one socket.
struct Hiredis {
    explicit Hiredis(std::uint16_t port) : context(::redisAsyncConnect("127.0.0.1", port)) {
        context->ev.data = this;
        context->ev.addRead = [](void* self) { static_cast<Hiredis*>(self)->events |= POLLIN; };
        context->ev.delRead = [](void* self) { static_cast<Hiredis*>(self)->events &= ~POLLIN; };
        context->ev.addWrite = [](void* self) { static_cast<Hiredis*>(self)->events |= POLLOUT; };
        context->ev.delWrite = [](void* self) { static_cast<Hiredis*>(self)->events &= ~POLLOUT; };
        context->data = this;
        events = POLLIN | POLLOUT;
    }
    ~Hiredis() { ::redisAsyncFree(context); }

    void send() {
        --left;
        const auto replied = [](::redisAsyncContext* connection, void* reply, void*) {
            auto* self = static_cast<Hiredis*>(connection->data);
            if (reply == nullptr) {
                return;
            }
            --self->pending;
            if (self->left > 0) {
                self->send();
            }
        };
        ++pending;
        const char* set[] = {"SET", key.data(), value.data()};
        const char* get[] = {"GET", key.data()};
        const std::size_t sizes[] = {3, key.size(), value.size()};
        ::redisAsyncCommandArgv(context, replied, nullptr, sets ? 3 : 2, sets ? set : get, sizes);
    }

    void run(bool sets_, int depth, int commands) {
        sets = sets_;
        left = commands;
        for (int i = 0; i < depth; ++i) {
            send();
        }
        while (pending > 0) {
            ::pollfd one{context->c.fd, static_cast<short>(events), 0};
            ::poll(&one, 1, -1);
            if ((one.revents & POLLIN) != 0) {
                ::redisAsyncHandleRead(context);
            }
            if ((one.revents & POLLOUT) != 0) {
                ::redisAsyncHandleWrite(context);
            }
        }
    }

    ::redisAsyncContext* context;
    int events = 0;
    int left = 0;
    int pending = 0;
    bool sets = false;
};

/// What no client can do without: the same bytes by one send(), one epoll_wait() and one recv() for
/// all commands in flight, and nothing done with the replies.
class Floor {
public:
    explicit Floor(std::uint16_t port)
        : socket_(::socket(AF_INET, SOCK_STREAM, 0)), epoll_(::epoll_create1(0)) {
        ::sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int on = 1;
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (::connect(socket_, reinterpret_cast<::sockaddr*>(&address), sizeof address) != 0) {
            std::perror("redis-bench: connect");
            std::exit(2);
        }
        ::epoll_event event{};
        event.events = EPOLLIN | EPOLLET;
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket_, &event);
    }
    ~Floor() {
        ::close(socket_);
        ::close(epoll_);
    }
    Floor(const Floor&) = delete;
    Floor& operator=(const Floor&) = delete;

    void run(int depth, int commands) {
        std::string batch;
        for (int i = 0; i < depth; ++i) {
            redis::append_command(batch, "GET", key);
        }
        constexpr std::string_view reply = "$3\r\nxxx\r\n";
        std::array<char, 32 * 1024> buffer;
        for (int sent = 0; sent < commands; sent += depth) {
            ::send(socket_, batch.data(), batch.size(), MSG_NOSIGNAL);
            for (std::size_t got = 0; got < reply.size() * static_cast<std::size_t>(depth);) {
                ::epoll_event event{};
                ::epoll_wait(epoll_, &event, 1, -1);
                got += static_cast<std::size_t>(::recv(socket_, buffer.data(), buffer.size(), 0));
            }
        }
    }

private:
    int socket_;
    int epoll_;
};

/// hiredis without events: one command after the other.
inline void run_blocking(::redisContext* context, int commands) {
    const char* get[] = {"GET", key.data()};
    const std::size_t sizes[] = {3, key.size()};
    for (int i = 0; i < commands; ++i) {
        ::freeReplyObject(::redisCommandArgv(context, 2, get, sizes));
    }
}

/// Requests per second, as redis-benchmark prints them.
inline double redis_benchmark(std::uint16_t port, std::string_view test, int depth, int commands) {
    const std::string command = "taskset -c 1 redis-benchmark -p " + std::to_string(port) +
                                " -c 1 -P " + std::to_string(depth) + " -t " + std::string(test) +
                                " -n " + std::to_string(commands) + " --csv 2>/dev/null";
    FILE* output = ::popen(command.c_str(), "r");
    std::array<char, 512> line{};
    double rate = 0;
    while (std::fgets(line.data(), line.size(), output) != nullptr) {
        // "SET","123456.78",...
        const std::string_view text(line.data());
        const auto comma = text.find("\",\"");
        if (comma != text.npos && !text.starts_with("\"test")) {
            rate = std::strtod(line.data() + comma + 3, nullptr);
        }
    }
    ::pclose(output);
    return rate;
}

}  // namespace bench
