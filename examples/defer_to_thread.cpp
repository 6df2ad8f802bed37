// Sums a billion numbers on another thread: for work that cannot be cut in slices.
//
//     ./defer_to_thread --port=8888        prints: listening on http://127.0.0.1:8888/
//     curl http://127.0.0.1:8888/sum       prints, a second later: 500000000500000000
//     curl http://127.0.0.1:8888/          prints, meanwhile and at once: still here

#include <cstdint>
#include <iostream>

#include <cyclone/options.hpp>
#include <cyclone/threads.hpp>
#include <cyclone/web.hpp>

using namespace cyclone;

// On another thread: nothing of the handler or of the reactor may be touched here.
std::uint64_t sum_of_a_billion() {
    std::uint64_t sum = 0;
    for (std::uint64_t number = 1; number <= 1'000'000'000; ++number) {
        // Without this the compiler would know the sum.
        asm volatile("" : "+r"(sum));
        sum += number;
    }
    return sum;
}

struct Main : web::RequestHandler {
    void get() { write("still here\n"); }
};

struct Sum : web::RequestHandler {
    Deferred<> get() {
        auto summing = threads::defer_to_thread(sum_of_a_billion);
        const std::uint64_t sum = co_await summing;
        write(std::to_string(sum) + "\n");
    }
};

const auto port = options::define<std::uint16_t>("port", 8888, "the port to listen on");

int main(int argc, char** argv) {
    options::parse_command_line(argc, argv);
    const web::Application application({web::url<Main>("/"), web::url<Sum>("/sum")});
    const auto listening = reactor::listen_tcp(*port, application, "127.0.0.1");
    std::cout << "listening on http://" << listening.address() << "/" << std::endl;
    reactor::run();
}
