// Tests a handler without a port, in time that passes as the test lets it.
//
//     ./testing             prints: 200 a minute has passed, and the test took no time

#include <chrono>
#include <iostream>

#include <cyclone/task.hpp>
#include <cyclone/testing.hpp>
#include <cyclone/web.hpp>

using namespace cyclone;
using namespace std::chrono_literals;

struct Patient : web::RequestHandler {
    Deferred<> get() {
        co_await task::defer_later(1min);
        write("a minute has passed");
    }
};

int main() {
    web::Application application({web::url<Patient>("/patient")});
    const testing::VirtualTime time;
    testing::HTTPClient client(application);

    const auto began = std::chrono::steady_clock::now();
    const testing::Response response = client.fetch("GET", "/patient");
    const bool at_once = std::chrono::steady_clock::now() - began < 5s;
    std::cout << response.status << " " << response.body << ", and the test took "
              << (at_once ? "no time" : "as long") << std::endl;
    return response.status == 200 && at_once ? 0 : 1;
}
