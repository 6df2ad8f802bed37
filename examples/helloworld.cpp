// The smallest web service.
//
//     ./helloworld --port=8888                prints: listening on http://127.0.0.1:8888/
//     curl http://127.0.0.1:8888/             prints: Hello, world
//     curl http://127.0.0.1:8888/?name=Ann    prints: Hello, Ann

#include <iostream>

#include <cyclone/options.hpp>
#include <cyclone/web.hpp>

using namespace cyclone;

struct MainHandler : web::RequestHandler {
    void get() { write("Hello, " + get_argument("name", "world") + "\n"); }
};

const auto port = options::define<std::uint16_t>("port", 8888, "the port to listen on");

int main(int argc, char** argv) {
    options::parse_command_line(argc, argv);
    const web::Application application({web::url<MainHandler>("/")});
    const auto listening = reactor::listen_tcp(*port, application, "127.0.0.1");
    std::cout << "listening on http://" << listening.address() << "/" << std::endl;
    reactor::run();
}
