// The time, once a second, as Server-Sent Events: a browser that loses the connection comes back by
// itself.
//
//     ./sse --port=8888                   prints: listening on http://127.0.0.1:8888/
//     curl -N http://127.0.0.1:8888/time  prints: event: tick
//                                                 id: 1
//                                                 data: 15:04:05 UTC

#include <ctime>
#include <iostream>

#include <cyclone/options.hpp>
#include <cyclone/sse.hpp>
#include <cyclone/task.hpp>
#include <cyclone/web.hpp>

using namespace cyclone;
using namespace std::chrono_literals;

struct Page : web::RequestHandler {
    void get() {
        write(R"(<!DOCTYPE html><title>Time</title><h1></h1>
<script>
new EventSource("/time").addEventListener("tick", (event) => {
  document.querySelector("h1").textContent = event.data;
});
</script>)");
    }
};

struct Time : sse::SSEHandler {
    void bind() { clock.start(1s).detach(); }
    void unbind() override { clock.stop(); }

    void tick() {
        char text[16];
        const std::time_t now = std::time(nullptr);
        std::strftime(text, sizeof text, "%H:%M:%S UTC", std::gmtime(&now));
        send_event(text, {.event = "tick", .id = std::to_string(++count)});
    }

    task::LoopingCall clock{[this] { tick(); }};
    int count = 0;
};

const auto port = options::define<std::uint16_t>("port", 8888, "the port to listen on");

int main(int argc, char** argv) {
    options::parse_command_line(argc, argv);
    const web::Application application({web::url<Page>("/"), web::url<Time>("/time")});
    const auto listening = reactor::listen_tcp(*port, application, "127.0.0.1");
    std::cout << "listening on http://" << listening.address() << "/" << std::endl;
    reactor::run();
}
