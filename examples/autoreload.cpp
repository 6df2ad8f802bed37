// Starts itself anew when it is built anew, or when a file of its own changes, and keeps its port.
//
//     ./autoreload --greeting=/tmp/greeting.txt --port=8888   prints: listening on http://127.0.0.1:8888/
//     curl http://127.0.0.1:8888/                             prints: no greeting yet
//     printf 'Good morning' > /tmp/greeting.txt; sleep 2
//     curl http://127.0.0.1:8888/                             prints: Good morning

#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <utility>

#include <cyclone/autoreload.hpp>
#include <cyclone/options.hpp>
#include <cyclone/web.hpp>

using namespace cyclone;

const auto port = options::define<std::uint16_t>("port", 8888, "the port to listen on");
const auto greeting = options::define<std::string>("greeting", "greeting.txt", "the file with what is said");

struct Greeting : web::RequestHandler {
    void initialize(std::string text) { text_ = std::move(text); }
    void get() { write(text_); }

private:
    std::string text_;
};

int main(int argc, char** argv) {
    options::parse_command_line(argc, argv);
    // Read once: only a start reads it again.
    std::ifstream file(*greeting);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    web::Application application({web::url<Greeting>("/", text.empty() ? "no greeting yet" : text)});
    const auto listening = reactor::listen_tcp(*port, application, "127.0.0.1");
    std::cout << "listening on http://" << listening.address() << "/" << std::endl;
    autoreload::start();
    autoreload::watch(*greeting);
    reactor::run();
}
