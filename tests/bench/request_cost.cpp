// One client and the server in one thread, request by request: request-cost PATH COUNT [PIPELINED]
//
// Prints "ALLOCATIONS allocations" of all COUNT requests, once warm. What instructions they take is callgrind's to say:
// that of 2 x COUNT less that of COUNT. tests/bench/guards does both.

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench_routes.hpp"
#include "counted_allocations.hpp"

using namespace cyclone;

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fputs("request-cost PATH COUNT [PIPELINED]\n", stderr);
        return 2;
    }
    const int count = std::atoi(argv[2]);
    const int pipelined = argc > 3 ? std::atoi(argv[3]) : 1;
    log::set_level(log::Level::warning);
    web::Application application(bench::routes("."));
    reactor::Reactor own;
    const auto listening = reactor::listen_tcp(0, application, "127.0.0.1");

    const int client = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(listening.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        std::perror("request-cost");
        return 1;
    }
    std::string requests;
    for (int i = 0; i < pipelined; ++i) {
        requests += "GET " + std::string(argv[1]) + " HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";
    }
    char buffer[16 * 1024];
    std::size_t expected = 0;
    const auto exchange = [&] {
        if (::send(client, requests.data(), requests.size(), 0) < 0) {
            std::perror("request-cost");
            std::exit(1);
        }
        std::size_t received = 0;
        for (int idle = 0; received == 0 || received < expected;) {
            own.context().poll();
            const ssize_t bytes = ::recv(client, buffer, sizeof buffer, MSG_DONTWAIT);
            received += bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
            if (bytes == 0 || (bytes < 0 && ++idle > 10'000)) {
                std::fputs("request-cost: no answer\n", stderr);
                std::exit(1);
            }
        }
        expected = received;
    };
    for (int i = 0; i < 1000; ++i) {
        exchange();
    }
    if (std::string(buffer, 12) != "HTTP/1.1 200") {
        std::fprintf(stderr, "request-cost: the answer is %.12s\n", buffer);
        return 1;
    }
    const std::size_t before = bench::allocations;
    for (int i = 0; i < count; ++i) {
        exchange();
    }
    std::printf("%zu allocations\n", bench::allocations - before);
    std::fflush(stdout);
    std::_Exit(0);
}
