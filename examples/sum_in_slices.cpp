// Sums a billion numbers in slices, on the one thread that also serves the web.
//
//     ./sum_in_slices --port=8888          prints: listening on http://127.0.0.1:8888/
//     curl http://127.0.0.1:8888/sum       prints, some seconds later: 500000000500000000
//     curl http://127.0.0.1:8888/          prints, meanwhile and at once: still here

#include <cstdint>
#include <iostream>

#include <cyclone/options.hpp>
#include <cyclone/task.hpp>
#include <cyclone/web.hpp>

using namespace cyclone;

struct Main : web::RequestHandler {
    void get() { write("still here\n"); }
};

struct Sum : web::RequestHandler {
    Deferred<> get() {
        constexpr std::uint64_t last = 1'000'000'000;
        constexpr std::uint64_t numbers_per_step = 100'000;
        std::uint64_t sum = 0;
        std::uint64_t next = 1;
        auto step = [&] {
            for (const std::uint64_t end = next + numbers_per_step; next < end; ++next) {
                // Without this the compiler would know the sum.
                asm volatile("" : "+r"(sum));
                sum += next;
            }
            return next <= last;
        };
        auto summing = task::coiterate(step);
        co_await summing;
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
