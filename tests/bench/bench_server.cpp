// What tests/bench/run measures of ours: bench-server --port=0 --static=DIR --reactors=1, which prints "listening on PORT".

#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include <cyclone/ssl.hpp>

#include "bench_routes.hpp"

using namespace cyclone;

int main(int argc, char** argv) {
    auto port = options::define<std::uint16_t>("port", 8000, "listen on this port");
    auto folder = options::define<std::string>("static", ".", "serve the files of this folder");
    auto reactors = options::define<int>("reactors", 1, "threads, each with a reactor");
    auto certificate = options::define<std::string>("certificate", "", "serve TLS with this PEM file");
    options::parse_command_line(argc, argv);
    log::set_level(log::Level::warning);
    web::Application application(bench::routes(*folder));

    std::uint16_t number = *port;
    const auto listen = [&] {
        const reactor::ListenOptions shared{.reuse_port = *reactors > 1};
        return certificate->empty()
                   ? reactor::listen_tcp(number, application, "127.0.0.1", shared)
                   : reactor::listen_ssl(number, application, {.certificate = *certificate},
                                         "127.0.0.1", shared);
    };
    reactor::Reactor main_reactor;
    number = listen().port();
    std::vector<std::thread> others;
    for (int i = 1; i < *reactors; ++i) {
        others.emplace_back([&] {
            reactor::Reactor own;
            listen();
            own.context().run();
        });
    }
    std::printf("listening on %u\n", static_cast<unsigned>(number));
    std::fflush(stdout);
    main_reactor.run();
    std::_Exit(0);
}
