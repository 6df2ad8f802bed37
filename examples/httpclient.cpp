// Fetches a page, and says how long each part of it took.
//
//     ./httpclient --url=http://127.0.0.1:8888/      prints: 200 OK, 12 bytes of text/html in 3 ms

#include <chrono>
#include <iostream>

#include <cyclone/httpclient.hpp>
#include <cyclone/options.hpp>
#include <cyclone/reactor.hpp>

using namespace cyclone;

const auto url = options::define<std::string>("url", "http://127.0.0.1:8888/", "what to fetch");

Deferred<> show_page() {
    try {
        auto fetching = httpclient::fetch(*url);
        const auto response = co_await fetching;
        const auto time = std::chrono::round<std::chrono::milliseconds>(response.request_time);
        std::cout << response.code << " " << response.reason << ", " << response.body.size()
                  << " bytes of " << response.headers.get("Content-Type", "something") << " in "
                  << time.count() << " ms" << std::endl;
    } catch (const httpclient::HTTPClientError& error) {
        std::cout << "failed: " << error.what() << std::endl;
    }
    reactor::stop();
}

int main(int argc, char** argv) {
    options::parse_command_line(argc, argv);
    auto showing = show_page();
    reactor::run();
}
