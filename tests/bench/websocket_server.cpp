// What tests/bench/websocket_group.py measures of ours: websocket-bench-server --port=0, which
// prints "listening on PORT".

#include <cstdio>

#include <cyclone/options.hpp>
#include <cyclone/web.hpp>
#include <cyclone/websocket.hpp>

using namespace cyclone;

namespace {

struct Echo : websocket::WebSocketHandler {
    void on_message(websocket::MessageView message) { write_message(message); }
};

}  // namespace

int main(int argc, char** argv) {
    const auto port = options::define<std::uint16_t>("port", 8000, "listen on this port");
    options::parse_command_line(argc, argv);
    log::set_level(log::Level::warning);
    const web::Application application({web::url<Echo>("/")});
    const auto listening = reactor::listen_tcp(*port, application, "127.0.0.1");
    std::printf("listening on %u\n", static_cast<unsigned>(listening.port()));
    std::fflush(stdout);
    reactor::run();
}
