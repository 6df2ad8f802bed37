// The floor: a canned answer on bare epoll, with nothing that a server must do. raw-epoll PORT [THREADS]
//
// A thread shares nothing with the others but the port. Counts line ends that end a head, so that pipelined requests are
// answered one by one, in one write.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

[[noreturn]] void serve(int port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    const int on = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    ::setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener, 1024) != 0) {
        std::perror("raw-epoll");
        std::exit(1);
    }

    const std::string_view answer =
        "HTTP/1.1 200 OK\r\nServer: raw-epoll/1\r\nContent-Type: text/plain\r\n"
        "Date: Tue, 24 Nov 2026 15:00:00 GMT\r\nContent-Length: 13\r\n\r\nHello, World!";
    std::string answers;
    for (int i = 0; i < 256; ++i) {
        answers += answer;
    }

    const int poll = ::epoll_create1(0);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = listener;
    ::epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    char buffer[16 * 1024];
    epoll_event events[128];
    for (;;) {
        const int count = ::epoll_wait(poll, events, 128, -1);
        for (int i = 0; i < count; ++i) {
            const int socket = events[i].data.fd;
            if (socket == listener) {
                const int accepted = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
                event.events = EPOLLIN | EPOLLET;
                event.data.fd = accepted;
                ::epoll_ctl(poll, EPOLL_CTL_ADD, accepted, &event);
                continue;
            }
            const ssize_t read = ::recv(socket, buffer, sizeof buffer, 0);
            if (read <= 0) {
                ::close(socket);
                continue;
            }
            std::size_t requests = 0;
            std::string_view rest(buffer, static_cast<std::size_t>(read));
            for (std::size_t end = 0; (end = rest.find("\r\n\r\n")) != std::string_view::npos;
                 rest.remove_prefix(end + 4)) {
                ++requests;
            }
            if (::send(socket, answers.data(), requests * answer.size(), MSG_NOSIGNAL) < 0) {
                ::close(socket);
            }
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    const int port = argc > 1 ? std::atoi(argv[1]) : 0;
    const int threads = argc > 2 ? std::atoi(argv[2]) : 1;
    std::vector<std::jthread> others;
    for (int i = 1; i < threads; ++i) {
        others.emplace_back([port] { serve(port); });
    }
    serve(port);
}
