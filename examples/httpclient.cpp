// Fetches a page, and says how long it took.
//
//     ./helloworld --port=8888
//     ./httpclient --url=http://127.0.0.1:8888/      prints: 200 OK, 13 bytes in 3 ms
//     ./httpclient --url=http://127.0.0.1:8888/none  prints: failed: (404, and of what)

#include <chrono>
#include <iostream>

#include <cyclone/httpclient.hpp>
#include <cyclone/options.hpp>

using namespace cyclone;

const auto url = options::define<std::string>("url", "http://127.0.0.1:8888/", "what to fetch");

Deferred<> show_page() {
    auto response = co_await httpclient::fetch(*url);
    const auto time = std::chrono::round<std::chrono::milliseconds>(response.request_time);
    std::cout << response.code << " " << response.reason << ", " << response.body.size()
              << " bytes in " << time.count() << " ms" << std::endl;
}

int main(int argc, char** argv) try {
    options::parse_command_line(argc, argv);
    reactor::current().run_until(show_page());
} catch (const httpclient::HTTPClientError& error) {
    std::cout << "failed: " << error.what() << std::endl;
}
