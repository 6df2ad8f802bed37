#include <boost/test/unit_test.hpp>

#include <stdlib.h>

#include <chrono>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cyclone/bottle.hpp>
#include <cyclone/sse.hpp>
#include <cyclone/testing.hpp>
#include <cyclone/web.hpp>
#include <cyclone/websocket.hpp>
#include <tests/unit/captured_log.hpp>

#include "tests/unit/websocket_wire.hpp"

BOOST_AUTO_TEST_SUITE(web_disconnect_test)

using namespace cyclone;

// Each kind of handler, and a client that goes at each of its awaits. What is looked at afterwards
// is for the address sanitizer: it has to be there still.
namespace {

// What handlers wait for. The test opens them one by one; one that is opened may add the next.
std::deque<Promise<>> gates;
std::size_t opened = 0;
int alive = 0;
int told = 0;
std::string seen;

struct Counted {
    Counted() { ++alive; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    ~Counted() { --alive; }
};

Deferred<> gate() { return gates.emplace_back().get_deferred(); }

void look(const httputil::HTTPServerRequest& request) {
    seen = std::string(request.uri) + std::string(request.body);
    for (const auto& [name, value] : request.headers) {
        seen += std::string(name) + std::string(value);
    }
}

template <class Base = web::RequestHandler>
struct Watched : Base {
    void on_connection_close() override { ++told; }
    Counted counted;
};

struct Coroutine : Watched<> {
    Deferred<> prepare() {
        co_await gate();
        look(request);
    }
    Deferred<> get(std::string group) {
        co_await gate();
        look(request);
        write(group);
        co_await flush();
        co_await gate();
        look(request);
        write(get_argument("a", "") + group);
    }
};

struct Awaitable : Watched<> {
    boost::asio::awaitable<void> get(std::string group) {
        co_await gate()(boost::asio::use_awaitable);
        look(request);
        write(group);
        co_await flush()(boost::asio::use_awaitable);
        co_await gate()(boost::asio::use_awaitable);
        look(request);
        write(group);
    }
};

struct Streamed : Watched<> {
    Deferred<> prepare() {
        co_await gate();
        look(request);
    }
    Deferred<> data_received(std::string_view chunk) {
        co_await gate();
        seen = chunk;
        look(request);
    }
    Deferred<> post(std::string group) {
        co_await gate();
        look(request);
        write(group);
    }
};

struct Flushes : Watched<> {
    Deferred<> get(std::string group) {
        for (int i = 0; i < 3; ++i) {
            write(std::string(100'000, 'x') + group);
            co_await flush();
            look(request);
            co_await gate();
        }
    }
};

struct Held : Watched<> {
    void get(std::string group) {
        set_auto_finish(false);
        answer_later(std::move(group)).detach();
    }
    Deferred<> answer_later(std::string group) {
        const auto kept = hold();
        co_await gate();
        look(request);
        finish(group);
    }
};

struct Private : Watched<> {
    std::optional<std::string> get_current_user() override { return std::nullopt; }
    std::string get_login_url() override { return "/login"; }
    Deferred<> get(std::string) {
        co_await gate();
        look(request);
        if (authenticated()) {
            write("never");
        }
    }
};

struct Redirects : Watched<web::RedirectHandler> {
    Deferred<> prepare() {
        co_await gate();
        look(request);
    }
};

struct Fails : Watched<> {
    Deferred<> get(std::string) {
        co_await gate();
        look(request);
        throw web::HTTPError(409);
    }
};

struct File : Watched<web::StaticFileHandler> {
    Deferred<> prepare() {
        co_await gate();
        look(request);
    }
};

struct Cancelled : Watched<> {
    Deferred<> get(std::string group) {
        cancel_on_connection_close();
        try {
            co_await gate();
            co_await gate();
        } catch (const CancelledError&) {
            look(request);
            throw;
        }
        write(group);
    }
};

Deferred<> around(web::RequestHandler& handler, web::Next next) {
    const Counted counted;
    co_await gate();
    look(handler.request);
    auto running = next();
    co_await running;
    look(handler.request);
    co_await gate();
    handler.set_header("X-Seen", handler.request.path);
}

Deferred<> fall_back(http::ExchangePtr exchange) {
    const Counted counted;
    co_await gate();
    look(exchange->request);
    exchange->response.body = "from before";
    exchange->finish();
}

struct Socket : websocket::WebSocketHandler {
    Deferred<> prepare() {
        co_await gate();
        look(request);
    }
    Deferred<> open(std::string group) {
        co_await gate();
        look(request);
        seen += group;
    }
    Deferred<> on_message(std::string_view text) {
        co_await gate();
        look(request);
        seen += text;
        write_message(text);
        close();
    }
    Counted counted;
};

struct Events : sse::SSEHandler {
    Deferred<> bind(std::string group) {
        co_await gate();
        look(request);
        send_event(group);
        co_await gate();
        look(request);
        finish();
    }
    Counted counted;
};

struct Kind {
    std::string_view name;
    /// With a path, "get" stands for the usual request.
    std::string request = "get";
    /// What the whole answer contains.
    std::string_view answer;
    /// The client takes nothing until the handler waits for that.
    bool stalls = false;
    /// How many awaits it has at least.
    std::size_t awaits = 1;
};

struct Fixture {
    Fixture() {
        char name[] = "/tmp/web_disconnect_XXXXXX";
        BOOST_REQUIRE(::mkdtemp(name) != nullptr);
        folder = name;
        std::ofstream(folder / "group") << std::string(3'000'000, 'x') << "end";
    }
    ~Fixture() { std::filesystem::remove_all(folder); }

    web::Application application() const {
        const web::FallbackHandler::Fallback fallback = [](http::ExchangePtr exchange) {
            fall_back(std::move(exchange)).detach();
        };
        return web::Application(
            {web::url<Coroutine>("/coroutine/(.*)"), web::url<Awaitable>("/awaitable/(.*)"),
             web::url<Streamed>("/streamed/(.*)"), web::url<Flushes>("/flushes/(.*)"),
             web::url<Held>("/held/(.*)"), web::url<Private>("/private/(.*)"),
             web::url<Redirects>("/redirects/(.*)", "/to/{0}"), web::url<Fails>("/fails/(.*)"),
             web::url<File>("/file/(.*)", {.path = folder}), web::url<Cancelled>("/cancelled/(.*)"),
             web::url<Coroutine>("/middleware/(.*)").wrap(around),
             web::url<web::FallbackHandler>("/fallback/.*", fallback),
             web::url<Socket>("/socket/(.*)"), web::url<Events>("/events/(.*)"),
             bottle::route<"/bottle/<group>">(
                 [](bottle::Request& request, std::string group) -> Deferred<std::string> {
                     const Counted counted;
                     co_await gate();
                     look(request.request);
                     co_return group;
                 })});
    }

    std::filesystem::path folder;
    CapturedLog log;
    reactor::Reactor reactor;
};

/// One client of one handler.
class Run {
public:
    Run(reactor::Reactor& reactor, const web::Application& application, const Kind& kind)
        : reactor_(reactor), kind_(kind), client_(application.service()) {
        gates.clear();
        opened = 0;
        told = 0;
        if (kind.stalls) {
            client_.stall();
        }
        client_.send(kind.request);
        turn();
    }

    /// Lets the handler go on from where it waits; false when it waits nowhere.
    bool step() {
        if (opened < gates.size()) {
            gates[opened++].callback();
            turn();
            return true;
        }
        const std::size_t before = client_.received().size();
        if (kind_.stalls && !client_.closed()) {
            client_.resume();
            client_.stall();
            turn();
        }
        return client_.received().size() != before;
    }
    void disconnect() {
        client_.disconnect();
        turn();
    }
    const std::string& received() const { return client_.received(); }

private:
    void turn() {
        reactor_.context().restart();
        reactor_.context().poll();
    }

    reactor::Reactor& reactor_;
    const Kind& kind_;
    testing::MemoryConnection client_;
};

std::string get_of(std::string_view name) {
    return "GET /" + std::string(name) +
           "/group?a=b HTTP/1.1\r\nHost: somewhere.example.org\r\n\r\n";
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_client_may_go_at_each_await_of_each_kind_of_handler, Fixture) {
    const std::string body =
        "POST /streamed/group HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n";
    const std::string handshake =
        "GET /socket/group HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    const Kind kinds[] = {
        {.name = "coroutine", .answer = "bgroup", .awaits = 3},
        {.name = "awaitable", .answer = "group", .awaits = 2},
        {.name = "streamed", .request = body + "a piece.", .answer = "group", .awaits = 3},
        {.name = "flushes", .answer = "xgroup", .stalls = true, .awaits = 6},
        {.name = "held", .answer = "group"},
        {.name = "private", .answer = "Location: /login"},
        {.name = "redirects", .answer = "Location: /to/group?a=b"},
        {.name = "fails", .answer = "409: Conflict"},
        {.name = "file", .answer = "xend", .stalls = true, .awaits = 2},
        {.name = "cancelled", .answer = "group", .awaits = 2},
        {.name = "middleware", .answer = "bgroup", .awaits = 5},
        {.name = "fallback", .answer = "from before"},
        {.name = "socket",
         .request = handshake + wire::from_client(0x81, "kept"),
         .answer = "\x81\x04kept",
         .awaits = 3},
        {.name = "events", .answer = "data: group", .awaits = 2},
        {.name = "bottle", .answer = "group"},
    };
    const web::Application served = application();
    for (Kind kind : kinds) {
        if (kind.request == "get") {
            kind.request = get_of(kind.name);
        }
        std::size_t awaits = 0;
        {
            Run run(reactor, served, kind);
            while (run.step()) {
                ++awaits;
            }
            BOOST_TEST((run.received().find(kind.answer) != std::string::npos),
                       kind.name << " has answered: " << run.received().substr(0, 500));
        }
        BOOST_TEST(alive == 0, kind.name << " has left something");
        BOOST_TEST(awaits >= kind.awaits, kind.name << " waits only " << awaits << " times");
        for (std::size_t passed = 0; passed <= awaits; ++passed) {
            BOOST_TEST_CONTEXT(kind.name << " whose client goes after " << passed << " of "
                                         << awaits << " awaits") {
                Run run(reactor, served, kind);
                for (std::size_t i = 0; i < passed; ++i) {
                    BOOST_TEST(run.step());
                }
                run.disconnect();
                while (run.step()) {
                }
                BOOST_TEST(alive == 0);
                BOOST_TEST(told <= 1);
            }
            gates.clear();
        }
    }
}

BOOST_FIXTURE_TEST_CASE(a_handler_that_waits_is_told_once_that_its_client_has_gone, Fixture) {
    const web::Application served = application();
    for (const std::string_view name :
         {"coroutine", "awaitable", "held", "private", "redirects", "fails", "file", "cancelled"}) {
        const Kind kind{.name = name, .request = get_of(name), .answer = ""};
        Run run(reactor, served, kind);
        run.disconnect();
        BOOST_TEST(told == 1, name << " was told " << told << " times");
        // Cancelled, it is gone by now; the others wait on.
        BOOST_TEST(alive == (name == "cancelled" ? 0 : 1), name << ": " << alive << " are there");
        while (run.step()) {
        }
        BOOST_TEST(told == 1);
        BOOST_TEST(alive == 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()
