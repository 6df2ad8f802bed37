// A protocol of one's own: sends each line back, in capitals, until one says "bye".
//
//     ./echo_protocol --endpoint=tcp:8007:interface=127.0.0.1
//                                            prints: listening on 127.0.0.1:8007
//     printf 'hello\r\nbye\r\n' | nc 127.0.0.1 8007
//                                            prints: HELLO good bye, each on a line

#include <algorithm>
#include <cctype>
#include <iostream>
#include <string>

#include <cyclone/options.hpp>
#include <cyclone/protocol.hpp>

using namespace cyclone;

struct Capitals : protocol::LineReceiver {
    void line_received(std::string_view line) override {
        if (line == "bye") {
            send_line("good bye");
            transport().lose_connection();
            return;
        }
        std::string answer(line);
        std::ranges::transform(answer, answer.begin(),
                               [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        send_line(answer);
    }
};

const auto endpoint = options::define<std::string>("endpoint", "tcp:8007:interface=127.0.0.1",
                                                   "where to listen, as tcp:PORT or unix:PATH");

int main(int argc, char** argv) {
    options::parse_command_line(argc, argv);
    protocol::Factory<Capitals> factory;
    const auto listening = reactor::listen(*endpoint, factory);
    std::cout << "listening on " << listening.address() << std::endl;
    reactor::run();
}
