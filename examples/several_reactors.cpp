// One reactor for each core, which share a port and nothing else.
//
//     ./several_reactors --port=8888 --reactors=2    prints: 2 reactors on port 8888
//     curl http://127.0.0.1:8888/                    prints: reactor 0, or: reactor 1
//     curl http://127.0.0.1:8888/metrics             prints: # HELP http_requests_total (of both)

#include <atomic>
#include <iostream>
#include <string>
#include <thread>

#include <cyclone/options.hpp>
#include <cyclone/web.hpp>

using namespace cyclone;

struct Main : web::RequestHandler {
    void initialize(int number) { number_ = number; }
    void get() { write("reactor " + std::to_string(number_) + "\n"); }

private:
    int number_ = 0;
};

const auto port = options::define<std::uint16_t>("port", 8888, "the port to listen on");
const auto reactors = options::define<unsigned>("reactors", std::thread::hardware_concurrency(),
                                                "how many reactors, each on its own thread");

int main(int argc, char** argv) {
    options::parse_command_line(argc, argv);
    std::cout << *reactors << " reactors on port " << *port << std::endl;
    std::atomic<int> next = 0;
    reactor::run(*reactors, [&](reactor::Reactor&) {
        // The port keeps what it needs of the application.
        const web::Application application(
            {web::url<Main>("/", next++), web::url<web::MetricsHandler>("/metrics")});
        reactor::listen_tcp(*port, application, "127.0.0.1", {.reuse_port = true});
    });
}
