// WebSocketHandler and SSEHandler in an Application, on connections that exist in memory alone.

#include <deque>

#include <boost/test/unit_test.hpp>

#include <cyclone/sse.hpp>
#include <cyclone/task.hpp>
#include <cyclone/testing/memory_connection.hpp>
#include <cyclone/web.hpp>
#include <cyclone/websocket.hpp>

#include "captured_log.hpp"
#include "websocket_wire.hpp"

BOOST_AUTO_TEST_SUITE(websocket_handler)

using namespace std::chrono_literals;
using namespace cyclone;
using wire::Answers;
using wire::close_of;
using wire::from_client;

namespace {

constexpr std::string_view handshake =
    " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// A client of `application`.
class Client {
public:
    explicit Client(const web::Application& application)
        : connection_(application.service(), application.http_settings()) {}

    /// The first line of the answer; empty when there is none yet.
    std::string open(std::string_view path, std::string_view more = "") {
        connection_.send("GET " + std::string(path) + std::string(handshake) + std::string(more) +
                         "\r\n");
        const std::string received = connection_.take_received();
        if (received.empty()) {
            return "";
        }
        const std::size_t head_end = received.find("\r\n\r\n") + 4;
        head_ = received.substr(0, head_end);
        early_ = received.substr(head_end);
        return head_.substr(0, head_.find("\r\n"));
    }
    void send(std::string_view bytes) { connection_.send(bytes); }
    Answers received() {
        return reader_.read(std::exchange(early_, {}) + connection_.take_received());
    }
    const std::string& head() const { return head_; }
    testing::MemoryConnection& connection() { return connection_; }

private:
    testing::MemoryConnection connection_;
    wire::Reader reader_;
    std::string head_;
    std::string early_;
};

/// What happens to the handlers of a test.
std::vector<std::string> events;
/// What they wait for.
std::deque<Promise<>> gates;

Deferred<> gate() { return gates.emplace_back().get_deferred(); }

struct Recorder : websocket::WebSocketHandler {
    ~Recorder() override { events.push_back("gone"); }
    void on_close() override {
        events.push_back("closed " + std::to_string(close_code().value_or(0)) + " " +
                         close_reason());
    }
};

struct Typed : Recorder {
    void open(int number, std::string name) {
        events.push_back("open " + std::to_string(number + 1) + " " + name);
    }
    void on_message(std::string_view text) { write_message(text); }
};

struct Bytes : Recorder {
    void on_message(std::span<const std::byte> bytes) { write_message(bytes); }
};

/// Waits wherever it can.
struct Waiting : Recorder {
    Deferred<> prepare() {
        co_await gate();
        events.push_back("prepared");
    }
    Deferred<> open() {
        co_await gate();
        events.push_back("opened");
    }
    Deferred<> on_message(std::string_view text) {
        co_await gate();
        // The message is still there, and so is the request.
        events.push_back("message " + std::string(text) + " " + std::string(request.path));
        try {
            co_await write_message(text);
        } catch (const websocket::WebSocketClosedError&) {
            events.push_back("too late");
        }
    }
};

struct Failing : Recorder {
    void open() { throw std::runtime_error("deliberate"); }
    void on_message(std::string_view) {}
};

/// Takes those alone who bring a password.
struct Guarded : Recorder {
    void prepare() {
        if (request.headers.get("X-Password", "") != "sesame") {
            throw web::HTTPAuthenticationRequired();
        }
    }
    void open() { events.push_back("opened"); }
    void on_message(std::string_view) {}
};

/// Sends numbers from open() until it is stopped.
struct Pushing : Recorder {
    inline static bool stopped = false;
    Deferred<> open() {
        stopped = false;
        for (int i = 0; !stopped; ++i) {
            try {
                co_await write_message(std::to_string(i));
            } catch (const websocket::WebSocketClosedError&) {
                events.push_back("too late");
                throw;
            }
            co_await gate();
        }
    }
    void on_message(std::string_view text) { events.push_back("message " + std::string(text)); }
};

void check_events(std::vector<std::string> expected) {
    BOOST_TEST(events == expected, boost::test_tools::per_element());
}

struct Fresh {
    Fresh() {
        // What the test before has left waiting ends first.
        gates.clear();
        events.clear();
    }
    reactor::Reactor reactor;
    CapturedLog log;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(open_gets_the_groups_of_the_pattern_converted, Fresh) {
    const web::Application application({web::url<Typed>(R"(/(\w+)/(\w+))")});
    Client client(application);
    BOOST_TEST(client.open("/41/ada") == "HTTP/1.1 101 Switching Protocols");
    client.send(from_client(0x81, "hi") + from_client(0x88, close_of(3001, "why")));
    BOOST_TEST(client.received() == (Answers{"text hi", "close 3001"}),
               boost::test_tools::per_element());
    check_events({"open 42 ada", "closed 3001 why", "gone"});

    Client other(application);
    BOOST_TEST(other.open("/x/ada") == "HTTP/1.1 404 Not Found");
}

BOOST_FIXTURE_TEST_CASE(a_pattern_that_does_not_fit_open_is_refused_with_the_handlers_name, Fresh) {
    std::string message;
    try {
        web::Application application({web::url<Typed>(R"(/(\w+))")});
    } catch (const std::invalid_argument& error) {
        message = error.what();
    }
    BOOST_TEST(message.find("Typed") != std::string::npos, message);
    BOOST_TEST(message.find("Endpoint") == std::string::npos, message);
}

BOOST_FIXTURE_TEST_CASE(the_handshake_answers_as_the_rfc_says, Fresh) {
    const web::Application application({web::url<Bytes>("/")});
    Client client(application);
    client.open("/");
    BOOST_TEST(client.head().find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") !=
               std::string::npos);
    BOOST_TEST(client.head().find("Upgrade: websocket\r\n") != std::string::npos);
    Client foreign(application);
    BOOST_TEST(foreign.open("/", "Origin: http://evil.example\r\n") == "HTTP/1.1 403 Forbidden");
    Client neighbour(application);
    BOOST_TEST(neighbour.open("/", "Origin: http://localhost\r\n") ==
               "HTTP/1.1 101 Switching Protocols");
}

BOOST_FIXTURE_TEST_CASE(what_prepare_refuses_is_answered_as_over_http, Fresh) {
    const web::Application application({web::url<Guarded>("/")});
    Client stranger(application);
    BOOST_TEST(stranger.open("/") == "HTTP/1.1 401 Unauthorized");
    BOOST_TEST(stranger.head().find("WWW-Authenticate: Basic realm=") != std::string::npos);
    check_events({"gone"});
    events.clear();
    Client friendly(application);
    BOOST_TEST(friendly.open("/", "X-Password: sesame\r\n") == "HTTP/1.1 101 Switching Protocols");
    check_events({"opened"});
}

BOOST_FIXTURE_TEST_CASE(a_client_may_ping_and_close_while_open_waits, Fresh) {
    const web::Application application({web::url<Pushing>("/")});
    Client client(application);
    client.open("/");
    BOOST_TEST(client.received() == Answers{"text 0"}, boost::test_tools::per_element());
    client.send(from_client(0x89, "p"));
    BOOST_TEST(client.received() == Answers{"pong p"}, boost::test_tools::per_element());
    gates.at(0).callback();
    BOOST_TEST(client.received() == Answers{"text 1"}, boost::test_tools::per_element());
    client.send(from_client(0x88, close_of(1000)));
    BOOST_TEST(client.received() == Answers{"close 1000"}, boost::test_tools::per_element());
    check_events({"closed 1000 "});
    // Who awaits a write learns of it then, and the log has nothing to say.
    gates.at(1).callback();
    check_events({"closed 1000 ", "too late", "gone"});
    BOOST_TEST(log.text().find("exception") == std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_ping_right_behind_the_handshake_is_answered_while_open_waits, Fresh) {
    const web::Application application({web::url<Waiting>("/")});
    Client client(application);
    client.send("GET /" + std::string(handshake) + "\r\n" + from_client(0x89, "p"));
    gates.at(0).callback();
    check_events({"prepared"});
    BOOST_TEST(
        client.connection().take_received().ends_with("\r\n\r\n" + wire::from_server(0x8a, "p")));
}

BOOST_FIXTURE_TEST_CASE(a_close_waits_for_the_answer_to_the_message_before_it, Fresh) {
    const web::Application application({web::url<Waiting>("/path")});
    Client client(application);
    client.open("/path");
    gates.at(0).callback();
    gates.at(1).callback();
    client.send(from_client(0x81, "question") + from_client(0x88, close_of(1000)));
    check_events({"prepared", "opened"});
    gates.at(2).callback();
    check_events({"prepared", "opened", "message question /path", "closed 1000 ", "gone"});
}

BOOST_FIXTURE_TEST_CASE(a_message_waits_for_open_and_what_stands_behind_it_waits_too, Fresh) {
    const web::Application application({web::url<Pushing>("/")});
    Client client(application);
    client.open("/");
    BOOST_TEST(client.received() == Answers{"text 0"}, boost::test_tools::per_element());
    client.send(from_client(0x81, "stop") + from_client(0x89, "p") +
                from_client(0x88, close_of(1000)));
    BOOST_TEST(client.received().empty());
    check_events({});
    Pushing::stopped = true;
    gates.at(0).callback();
    check_events({"message stop", "closed 1000 ", "gone"});
    BOOST_TEST(client.received() == (Answers{"pong p", "close 1000"}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_message_of_a_kind_that_is_not_taken_is_1003, Fresh) {
    const web::Application application({web::url<Bytes>("/")});
    Client client(application);
    client.open("/");
    client.send(from_client(0x82, "\x01") + from_client(0x81, "text"));
    BOOST_TEST(client.received() == (Answers{"binary \x01", "close 1003"}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(what_open_throws_is_logged_and_closes_with_1011, Fresh) {
    const web::Application application({web::url<Failing>("/")});
    Client client(application);
    BOOST_TEST(client.open("/") == "HTTP/1.1 101 Switching Protocols");
    BOOST_TEST(client.received() == Answers{"close 1011"}, boost::test_tools::per_element());
    client.send(from_client(0x88, close_of(1011)));
    check_events({"closed 1011 ", "gone"});
}

BOOST_FIXTURE_TEST_CASE(a_client_may_disappear_at_every_await, Fresh) {
    const web::Application application({web::url<Waiting>("/path")});
    // How many gates have opened when the client goes: in prepare(), open(), on_message(),
    // write_message().
    for (std::size_t opened = 0; opened <= 3; ++opened) {
        BOOST_TEST_CONTEXT("after " << opened << " awaits") {
            events.clear();
            gates.clear();
            Client client(application);
            client.open("/path");
            client.send(from_client(0x81, "kept"));
            if (opened == 3) {
                client.connection().stall();
            }
            for (std::size_t i = 0; i < opened; ++i) {
                gates.at(i).callback();
            }
            client.connection().disconnect();
            for (std::size_t i = opened; i < gates.size(); ++i) {
                gates[i].callback();
            }
            BOOST_TEST(events.back() == "gone");
            BOOST_TEST(std::ranges::count(events, "closed 0 ") == (opened == 0 ? 0 : 1));
            const bool got_message =
                std::ranges::find(events, "message kept /path") != events.end();
            BOOST_TEST(got_message == (opened >= 2));
            BOOST_TEST((std::ranges::find(events, "too late") != events.end()) == got_message);
        }
    }
}

namespace {

struct Pushes : sse::SSEHandler {
    ~Pushes() override { events.push_back("gone"); }
    Deferred<> bind(int number) {
        events.push_back("bind " + std::to_string(number));
        send_event("before");
        co_await gate();
        co_await send_event("after");
        events.push_back("sent");
    }
    void unbind() override { events.push_back("unbind"); }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(events_are_sent_as_they_come, Fresh) {
    const web::Application application({web::url<Pushes>(R"(/(\d+))")});
    testing::MemoryConnection client(application.service());
    client.send("GET /7 HTTP/1.1\r\nHost: x\r\n\r\n");
    std::string received = client.take_received();
    BOOST_TEST(received.find("text/event-stream") != std::string::npos);
    BOOST_TEST(received.find("data: before\n\n") != std::string::npos);
    gates.at(0).callback();
    BOOST_TEST(client.take_received().find("data: after\n\n") != std::string::npos);
    client.disconnect();
    check_events({"bind 7", "sent", "unbind", "gone"});
}

BOOST_FIXTURE_TEST_CASE(a_browser_may_disappear_while_bind_waits, Fresh) {
    const web::Application application({web::url<Pushes>(R"(/(\d+))")});
    testing::MemoryConnection client(application.service());
    client.send("GET /7 HTTP/1.1\r\nHost: x\r\n\r\n");
    client.disconnect();
    check_events({"bind 7", "unbind"});
    gates.at(0).callback();
    check_events({"bind 7", "unbind", "sent", "gone"});
}

namespace {

/// Waits wherever it can, but not for a client that has gone.
struct Impatient : Recorder {
    void prepare() { cancel_on_connection_close(); }
    Deferred<> open() { return wait("open"); }
    Deferred<> on_message(std::string_view) { return wait("on_message"); }
    static Deferred<> wait(std::string what) {
        try {
            co_await gate();
        } catch (const CancelledError&) {
            events.push_back("cancelled " + what);
            throw;
        }
    }
};

struct ImpatientPushes : Pushes {
    Deferred<> bind() {
        cancel_on_connection_close();
        auto pushing = Pushes::bind(1);
        co_await pushing;
    }
};

/// Answers when something happens, or when the server stops.
struct LongPoll : web::RequestHandler {
    void get() {
        set_auto_finish(false);
        poll = hold();
    }
    void on_server_stop() override { finish("nothing happened"); }
    void on_finish() override { poll.reset(); }
    http::ExchangePtr poll;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(what_a_handler_waits_for_is_cancelled_with_its_client_where_it_asks,
                        Fresh) {
    const CapturedLog warnings(cyclone::log::Level::warning);
    const web::Application application({web::url<Impatient>("/")});
    for (const bool opened : {false, true}) {
        events.clear();
        gates.clear();
        Client client(application);
        client.open("/");
        client.send(from_client(0x81, "a message"));
        if (opened) {
            gates.at(0).callback();
        }
        client.connection().disconnect();
        check_events({"closed 0 ", opened ? "cancelled on_message" : "cancelled open", "gone"});
    }
    BOOST_TEST(warnings.text() == "");
}

BOOST_FIXTURE_TEST_CASE(a_bind_is_cancelled_with_its_client_where_it_asks, Fresh) {
    const CapturedLog warnings(cyclone::log::Level::warning);
    const web::Application application({web::url<ImpatientPushes>("/")});
    testing::MemoryConnection client(application.service());
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    client.disconnect();
    check_events({"bind 1", "unbind", "gone"});
    BOOST_TEST(warnings.text() == "");
}

BOOST_FIXTURE_TEST_CASE(a_browser_that_closes_its_half_leaves_no_connection_behind, Fresh) {
    const web::Application application({web::url<Pushes>(R"(/(\d+))")});
    testing::MemoryConnection client(application.service());
    client.send("GET /7 HTTP/1.1\r\nHost: x\r\n\r\n");
    client.shut_down();
    BOOST_TEST(client.closed());
    check_events({"bind 7", "unbind"});
    gates.at(0).callback();
    check_events({"bind 7", "unbind", "sent", "gone"});
}

BOOST_FIXTURE_TEST_CASE(a_server_that_stops_ends_its_streams_of_events, Fresh) {
    const web::Application application(
        {web::url<Pushes>(R"(/(\d+))"), web::url<ImpatientPushes>("/")});
    for (const bool impatient : {false, true}) {
        events.clear();
        gates.clear();
        testing::MemoryConnection client(application.service());
        client.send("GET /" + std::string(impatient ? "" : "1") + " HTTP/1.1\r\nHost: x\r\n\r\n");
        client.server_side().stop();
        client.resume();
        BOOST_TEST(client.received().ends_with("data: before\n\n\r\n0\r\n\r\n"), client.received());
        BOOST_TEST(client.closed());
        if (!impatient) {
            check_events({"bind 1", "unbind"});
            gates.at(0).callback();
            check_events({"bind 1", "unbind", "sent", "gone"});
        } else {
            check_events({"bind 1", "unbind", "gone"});
        }
    }
}

BOOST_FIXTURE_TEST_CASE(a_server_that_stops_closes_its_websockets_with_1001, Fresh) {
    const web::Application application({web::url<Typed>(R"(/(\d+)/(\w+))")});
    Client client(application);
    client.open("/1/ada");
    client.connection().server_side().stop();
    client.connection().resume();
    BOOST_TEST(client.received() == Answers{"close 1001"}, boost::test_tools::per_element());
    client.send(from_client(0x88, close_of(1001)));
    BOOST_TEST(client.connection().closed());
    check_events({"open 2 ada", "closed 1001 ", "gone"});
}

BOOST_FIXTURE_TEST_CASE(a_handler_may_answer_when_the_server_stops, Fresh) {
    const web::Application application({web::url<LongPoll>("/")});
    testing::MemoryConnection client(application.service());
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST(client.received() == "");
    client.server_side().stop();
    client.resume();
    BOOST_TEST(client.received().ends_with("nothing happened"));
    BOOST_TEST(client.closed());
}

BOOST_FIXTURE_TEST_CASE(the_request_is_the_same_in_open_and_long_after_it, Fresh) {
    struct Looks : websocket::WebSocketHandler {
        void open() { on_message({}); }
        void on_message(std::string_view) {
            write_message(get_cookie("name", "") + " " + get_query_argument("q") + " " +
                          request.headers.get("Cookie", "") + " " + std::string(request.host) +
                          " " + std::string(request.uri));
        }
    };
    const web::Application application({web::url<Looks>("/look")});
    Client client(application);
    client.open("/look?q=%41", "Cookie: name=value\r\n");
    // Others read into the block where the request was.
    Client other(application);
    other.open("/look?q=zz", "Cookie: name=another-one\r\n");
    client.send(from_client(0x81));
    const std::string seen = "text value A name=value localhost /look?q=%41";
    BOOST_TEST(client.received() == (Answers{seen, seen}), boost::test_tools::per_element());
}

namespace {

struct Listener : sse::SSEHandler {
    inline static std::vector<Listener*> all;
    void bind() { all.push_back(this); }
    void unbind() override { std::erase(all, this); }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_browser_that_takes_no_events_is_cut_off_and_the_list_is_as_it_was,
                        Fresh) {
    const web::Application application({web::url<Listener>("/")}, {.max_pending_output = 10'000});
    testing::MemoryConnection slow(application.service());
    testing::MemoryConnection quick(application.service());
    for (testing::MemoryConnection* client : {&slow, &quick}) {
        client->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        client->take_received();
    }
    slow.stall();
    const std::string event = sse::format_event(std::string(4000, 'e'));
    for (int i = 0; i < 10; ++i) {
        BOOST_TEST(Listener::all.size() == 2u);
        for (Listener* listener : Listener::all) {
            listener->send_formatted(event);
        }
    }
    slow.resume();
    BOOST_TEST(slow.closed());
    BOOST_TEST(quick.received().size() > 40'000u);
    reactor.run_until(task::defer_later(1ms));
    BOOST_TEST(Listener::all.size() == 1u);
    BOOST_TEST(log.text().find("bytes wait") != std::string::npos, log.text());
    quick.disconnect();
    BOOST_TEST(Listener::all.empty());
}

BOOST_AUTO_TEST_CASE(by_default_clients_are_pinged_and_what_waits_for_them_is_bounded) {
    const web::Settings settings;
    BOOST_TEST((settings.websocket_ping_interval == 30s));
    BOOST_TEST(settings.max_pending_output == 16u << 20);
}

BOOST_AUTO_TEST_SUITE_END()
