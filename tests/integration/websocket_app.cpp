// The server that websocket_test.py, websocket_hostile_test.py, sse_test.py and the page of
// browser/websocket_test.mjs talk to.
//
//     websocket-app --port=0        prints: listening on PORT

#include <iostream>
#include <set>

#include <cyclone/options.hpp>
#include <cyclone/sse.hpp>
#include <cyclone/task.hpp>
#include <cyclone/web.hpp>
#include <cyclone/websocket.hpp>

using namespace cyclone;
using namespace std::chrono_literals;

namespace {

struct Echo : websocket::WebSocketHandler {
    void on_message(websocket::MessageView message) { write_message(message); }
};

struct CompressedEcho : Echo {
    void initialize(websocket::CompressionOptions options) { compression = options; }
    std::optional<websocket::CompressionOptions> get_compression_options() override {
        return compression;
    }
    std::optional<std::string> select_subprotocol(
        std::span<const std::string_view> offered) override {
        for (const std::string_view name : offered) {
            if (name == "echo") {
                return "echo";
            }
        }
        return std::nullopt;
    }
    websocket::CompressionOptions compression;
};

/// Answers each message when it has slept for as many milliseconds as it says.
struct Sleeper : websocket::WebSocketHandler {
    Deferred<> open(int milliseconds, std::string name) {
        co_await task::defer_later(std::chrono::milliseconds(milliseconds));
        write_message("hello " + name);
    }
    Deferred<> on_message(std::string_view text) {
        co_await task::defer_later(std::chrono::milliseconds(std::stoi(std::string(text))));
        write_message(text);
    }
};

/// Takes text alone: "close 4000 why" closes, "throw" throws, "ping x" pings.
struct Commands : websocket::WebSocketHandler {
    void on_message(std::string_view text) {
        if (text.starts_with("close ")) {
            close(static_cast<std::uint16_t>(std::stoi(std::string(text.substr(6, 4)))),
                  text.size() > 11 ? text.substr(11) : std::string_view());
        } else if (text == "throw") {
            throw std::runtime_error("deliberate");
        } else if (text.starts_with("ping ")) {
            ping(text.substr(5));
        } else if (text == "cookie") {
            write_message(get_cookie("name", "none"));
        } else if (text == "json") {
            write_message({{"text", "json"}, {"number", 1}});
        }
    }
    void on_pong(std::string_view payload) override {
        write_message("pong " + std::string(payload));
    }
};

/// What one says, all get, by one frame.
struct Room : websocket::WebSocketHandler {
    inline static std::set<Room*> members;
    inline static std::size_t left = 0;

    std::optional<websocket::CompressionOptions> get_compression_options() override {
        return websocket::CompressionOptions{};
    }
    void open() { members.insert(this); }
    void on_close() override {
        members.erase(this);
        ++left;
    }
    void on_message(std::string_view text) {
        if (text == "count") {
            write_message(std::to_string(members.size()) + " " + std::to_string(left));
            return;
        }
        const websocket::PreparedMessage message(text);
        for (Room* member : members) {
            member->write_message(message);
        }
    }
};

/// Sends as much as a client wants, at the client's pace.
struct Flood : websocket::WebSocketHandler {
    Deferred<> on_message(std::string_view count) {
        const int messages = std::stoi(std::string(count));
        const std::string message(64 * 1024, 'f');
        for (int i = 0; i < messages; ++i) {
            co_await write_message(message, true);
        }
    }
};

struct AnyOrigin : Echo {
    bool check_origin(std::string_view) override { return true; }
};

struct Pinged : Echo {
    std::chrono::nanoseconds ping_interval() const override { return 100ms; }
    std::chrono::nanoseconds ping_timeout() const override { return 250ms; }
    std::size_t max_message_size() const override { return 1000; }
};

struct Ticks : sse::SSEHandler {
    inline static int unbound = 0;

    void bind(int count) {
        const int first = last_event_id().empty() ? 0 : std::stoi(std::string(last_event_id()));
        for (int i = first + 1; i <= first + count; ++i) {
            send_event("line " + std::to_string(i) + "\nsecond",
                       {.event = "tick", .id = std::to_string(i)});
        }
    }
    void unbind() override { ++unbound; }
    std::chrono::nanoseconds keep_alive_interval() const override { return 200ms; }
};

struct Unbound : web::RequestHandler {
    void get() { write(std::to_string(Ticks::unbound)); }
};

/// What a browser opens its WebSockets from.
struct Page : web::RequestHandler {
    void get() {
        set_header("Content-Type", "text/html; charset=UTF-8");
        write("<!doctype html><link rel=icon href=data:,><title>WebSocket</title>");
    }
};

const auto port = options::define<std::uint16_t>("port", 0, "the port to listen on");

}  // namespace

int main(int argc, char** argv) {
    options::parse_command_line(argc, argv);
    const web::Application application({
        web::url<Echo>("/echo"),
        web::url<CompressedEcho>("/deflate", websocket::CompressionOptions{.min_size = 0}),
        web::url<CompressedEcho>(
            "/deflate_each",
            websocket::CompressionOptions{.no_context_takeover = true, .min_size = 0}),
        web::url<Sleeper>(R"(/sleeper/(\d+)/(\w+))"),
        web::url<Commands>("/commands"),
        web::url<Room>("/room"),
        web::url<Flood>("/flood"),
        web::url<AnyOrigin>("/any_origin"),
        web::url<Pinged>("/pinged"),
        web::url<Ticks>(R"(/ticks/(\d+))"),
        web::url<Unbound>("/unbound"),
        web::url<Page>("/page"),
    });
    const auto listening = reactor::listen_tcp(*port, application, "127.0.0.1");
    std::cout << "listening on " << listening.port() << std::endl;
    reactor::run();
}
