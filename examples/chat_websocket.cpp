// A chat room: what one browser says, all of them see.
//
//     ./chat_websocket --port=8888        prints: listening on http://127.0.0.1:8888/
//     open http://127.0.0.1:8888/ in two windows

#include <iostream>
#include <set>

#include <cyclone/options.hpp>
#include <cyclone/web.hpp>
#include <cyclone/websocket.hpp>

using namespace cyclone;

constexpr std::string_view page = R"(<!DOCTYPE html><title>Chat</title>
<form><input name="text" autofocus autocomplete="off"></form><ul></ul>
<script>
const chat = new WebSocket(`ws://${location.host}/chat`);
chat.onmessage = (event) => {
  const line = document.createElement("li");
  line.textContent = event.data;
  document.querySelector("ul").append(line);
};
document.forms[0].onsubmit = (event) => {
  event.preventDefault();
  chat.send(event.target.text.value);
  event.target.reset();
};
</script>)";

struct Page : web::RequestHandler {
    void get() { write(page); }
};

struct Chat : websocket::WebSocketHandler {
    inline static std::set<Chat*> everybody;

    void open() { everybody.insert(this); }
    void on_close() override { everybody.erase(this); }

    void on_message(std::string_view text) {
        const websocket::PreparedMessage line(text);  // made once, however many they are
        for (Chat* chat : everybody) {
            chat->write_message(line);
        }
    }
};

const auto port = options::define<std::uint16_t>("port", 8888, "the port to listen on");

int main(int argc, char** argv) {
    options::parse_command_line(argc, argv);
    const web::Application application({web::url<Page>("/"), web::url<Chat>("/chat")});
    const auto listening = reactor::listen_tcp(*port, application, "127.0.0.1");
    std::cout << "listening on http://" << listening.address() << "/" << std::endl;
    reactor::run();
}
