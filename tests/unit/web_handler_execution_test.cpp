#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cyclone/task.hpp>
#include <cyclone/testing.hpp>
#include <cyclone/web.hpp>
#include <tests/unit/captured_log.hpp>

namespace web_handler_execution {

using namespace cyclone;
using namespace std::chrono_literals;

namespace {

// What the handlers of a test did, in order.
std::vector<std::string> events;
// What they wait for: a test fires it.
std::optional<Promise<>> gate;
std::optional<Promise<>> second_gate;

std::string told() {
    std::string text;
    for (const std::string& event : std::exchange(events, {})) {
        text += text.empty() ? event : " " + event;
    }
    return text;
}

Deferred<> wait_at(std::optional<Promise<>>& place) {
    place.emplace();
    return place->get_deferred();
}

struct Hooks : web::RequestHandler {
    ~Hooks() override { events.push_back("gone"); }
    void initialize(std::string name) { events.push_back("initialize:" + name); }
    Deferred<> prepare() {
        events.push_back("prepare");
        if (get_argument("wait", "") == "prepare") {
            co_await wait_at(gate);
        }
        if (get_argument("end", "") == "prepare") {
            finish("prepared");
        }
    }
    Deferred<> get() {
        events.push_back("get");
        if (get_argument("wait", "") == "get") {
            co_await wait_at(gate);
            events.push_back("resumed:" + get_argument("name", "-"));
        }
        write("got");
    }
    void on_finish() override { events.push_back("on_finish"); }
    void on_connection_close() override { events.push_back("close"); }
};

struct Awaitable : web::RequestHandler {
    boost::asio::awaitable<void> get() {
        boost::asio::steady_timer timer(reactor::current().context(), 1ms);
        co_await timer.async_wait(boost::asio::use_awaitable);
        write("awaited");
    }
};

struct Fails : web::RequestHandler {
    Deferred<> get() {
        co_await wait_at(gate);
        throw web::HTTPError(409);
    }
};

struct Chunks : web::RequestHandler {
    Deferred<> get() {
        for (int number = 0; number < 3; ++number) {
            write("chunk " + std::to_string(number) + "\n");
            co_await flush();
        }
    }
};

struct Cancelled : web::RequestHandler {
    Deferred<> get() {
        cancel_on_connection_close();
        try {
            co_await wait_at(gate);
        } catch (const CancelledError&) {
            events.push_back("cancelled");
            throw;
        }
    }
    void on_finish() override { events.push_back("on_finish"); }
};

struct Later : web::RequestHandler {
    void get() {
        set_auto_finish(false);
        reactor::call_later(1ms, [this, held = hold()] { finish("later"); });
    }
};

// Waits between each step: a test disconnects at each of them.
struct Steps : web::RequestHandler {
    ~Steps() override { events.push_back("gone"); }
    Deferred<> prepare() {
        co_await wait_at(gate);
        set_header("X-Prepared", request.uri);
    }
    Deferred<> get(std::string name) {
        co_await wait_at(gate);
        write(name);
        co_await flush();
        co_await wait_at(gate);
        write(request.headers.get("Host", "none"));
    }
};

struct Upload : web::RequestHandler {
    ~Upload() override { events.push_back("gone"); }
    Deferred<> prepare() {
        events.push_back("prepare");
        if (get_argument("wait", "") == "prepare") {
            co_await wait_at(gate);
        }
        if (get_argument("refuse", "") == "prepare") {
            throw web::HTTPError(403);
        }
        if (const auto size = get_argument<std::size_t>("max", std::nullopt)) {
            set_max_body_size(*size);
        }
    }
    Deferred<> data_received(std::string_view chunk) {
        events.push_back("data:" + std::string(chunk));
        if (get_argument("wait", "") == "data") {
            co_await wait_at(second_gate);
        }
        if (get_argument("refuse", "") == "data") {
            throw web::HTTPError(422);
        }
        size_ += chunk.size();
    }
    void post() {
        events.push_back("post");
        write(std::to_string(size_));
    }
    void on_finish() override { events.push_back("on_finish"); }
    void on_connection_close() override { events.push_back("close"); }

private:
    std::size_t size_ = 0;
};

struct Places : web::RequestHandler {
    void prepare() {
        const web::PathArguments& places = path_args();
        write("prepare " + std::string(places[0]) + ", " +
              (places.contains(1) ? std::string(places[1]) : "-") + "; ");
    }
    void data_received(std::string_view) { write("data " + std::string(path_args()[0]) + "; "); }
    void get(std::string, std::optional<std::string>) {}
    void put(std::string first, std::optional<std::string>) { write("put " + first); }
};

web::Application& application() {
    static web::Application app({
        web::url<Hooks>("/hooks", "h"),
        web::url<Awaitable>("/awaitable"),
        web::url<Fails>("/fails"),
        web::url<Chunks>("/chunks"),
        web::url<Places>("/places/([^/]*)/([^/]+)?"),
        web::url<Cancelled>("/cancelled"),
        web::url<Later>("/later"),
        web::url<Steps>("/steps/(.*)"),
        web::url<Upload>("/upload"),
    });
    return app;
}

struct Fixture {
    Fixture() { events.clear(); }
    CapturedLog log;
    testing::HTTPClient client{application()};
    testing::MemoryConnection& connection = client.connection();

    void send(std::string_view target) {
        connection.send("GET " + std::string(target) + " HTTP/1.1\r\nHost: there\r\n\r\n");
    }
};

}  // namespace

}  // namespace web_handler_execution

BOOST_FIXTURE_TEST_SUITE(web_handler_execution, Fixture)

BOOST_AUTO_TEST_CASE(the_hooks_run_in_their_order) {
    BOOST_TEST(client.fetch("GET", "/hooks").body == "got");
    BOOST_TEST(told() == "initialize:h prepare get on_finish gone");
}

BOOST_AUTO_TEST_CASE(a_response_that_prepare_finishes_is_all) {
    BOOST_TEST(client.fetch("GET", "/hooks?end=prepare").body == "prepared");
    BOOST_TEST(told() == "initialize:h prepare on_finish gone");
}

BOOST_AUTO_TEST_CASE(prepare_and_the_method_may_wait) {
    send("/hooks?wait=prepare");
    BOOST_TEST(told() == "initialize:h prepare");
    gate->callback();
    BOOST_TEST(told() == "get on_finish gone");
    BOOST_TEST(client.receive().body == "got");
    send("/hooks?wait=get");
    BOOST_TEST(told() == "initialize:h prepare get");
    gate->callback();
    BOOST_TEST(told() == "resumed:- on_finish gone");
    BOOST_TEST(client.receive().body == "got");
}

BOOST_AUTO_TEST_CASE(an_error_that_comes_later_is_answered_too) {
    send("/fails");
    gate->callback();
    BOOST_TEST(client.receive().status == 409);
    send("/fails");
    gate->errback(std::runtime_error("lost"));
    BOOST_TEST(client.receive().status == 500);
}

BOOST_AUTO_TEST_CASE(a_method_may_be_an_asio_awaitable) {
    BOOST_TEST(client.fetch("GET", "/awaitable").body == "awaited");
}

BOOST_AUTO_TEST_CASE(what_is_flushed_arrives_in_chunks) {
    const auto response = client.fetch("GET", "/chunks");
    BOOST_TEST(response.header("Transfer-Encoding") == "chunked");
    BOOST_TEST(response.body == "chunk 0\nchunk 1\nchunk 2\n");
    BOOST_TEST(!response.headers.contains("Etag"));
}

BOOST_AUTO_TEST_CASE(a_handler_that_is_held_answers_when_its_method_has_long_ended) {
    BOOST_TEST(client.fetch("GET", "/later").body == "later");
}

BOOST_AUTO_TEST_CASE(handler_and_request_outlive_the_client) {
    send("/hooks?wait=get&name=ann");
    connection.disconnect();
    BOOST_TEST(told() == "initialize:h prepare get close");
    gate->callback();
    BOOST_TEST(told() == "resumed:ann on_finish gone");
}

BOOST_AUTO_TEST_CASE(a_handler_may_ask_to_be_cancelled_when_the_client_goes) {
    send("/cancelled");
    connection.disconnect();
    BOOST_TEST(told() == "cancelled on_finish");
    BOOST_TEST(log.text().starts_with("499 GET /cancelled (127.0.0.1)"));
}

BOOST_AUTO_TEST_CASE(a_client_that_says_no_more_counts_as_gone_for_one_that_asked) {
    send("/cancelled");
    connection.shut_down();
    BOOST_TEST(told() == "cancelled on_finish");
    BOOST_TEST(connection.closed());
}

BOOST_AUTO_TEST_CASE(a_handler_that_takes_too_long_is_cancelled_and_answered_for) {
    send("/cancelled");
    connection.server_side().timed_out();
    BOOST_TEST(told() == "cancelled on_finish");
    BOOST_TEST(client.receive().status == 503);
}

BOOST_AUTO_TEST_CASE(a_client_may_disconnect_at_each_step_and_nothing_dies_under_the_handler) {
    for (int step = 0; step < 4; ++step) {
        testing::HTTPClient other(application());
        other.connection().send(
            "GET /steps/name%20of%20some%20length?x=1 HTTP/1.1\r\nHost: "
            "somewhere.example.org\r\n\r\n");
        for (int passed = 0; passed < 3; ++passed) {
            if (passed == step) {
                other.connection().disconnect();
            }
            BOOST_TEST(events.empty());
            gate->callback();
        }
        BOOST_TEST(told() == "gone");
    }
}

BOOST_AUTO_TEST_CASE(a_body_is_delivered_as_it_arrives) {
    connection.send("POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc");
    BOOST_TEST(told() == "prepare data:abc");
    connection.send("def");
    BOOST_TEST(told() == "data:def post on_finish gone");
    BOOST_TEST(client.receive("POST").body == "6");
}

BOOST_AUTO_TEST_CASE(a_handler_that_takes_bodies_is_content_with_none) {
    BOOST_TEST(client.fetch("POST", "/upload").body == "0");
    BOOST_TEST(told() == "prepare post on_finish gone");
}

BOOST_AUTO_TEST_CASE(the_body_waits_for_prepare) {
    connection.send(
        "POST /upload?wait=prepare HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
    BOOST_TEST(told() == "prepare");
    gate->callback();
    BOOST_TEST(told() == "data:abc post on_finish gone");
    BOOST_TEST(client.receive("POST").body == "3");
}

BOOST_AUTO_TEST_CASE(the_body_waits_for_the_piece_before) {
    connection.send("POST /upload?wait=data HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab");
    connection.send("cd");
    BOOST_TEST(told() == "prepare data:ab");
    second_gate->callback();
    BOOST_TEST(told() == "data:cd");
    second_gate->callback();
    BOOST_TEST(told() == "post on_finish gone");
}

BOOST_AUTO_TEST_CASE(an_upload_can_be_refused_before_it_is_read) {
    connection.send(
        "POST /upload?refuse=prepare HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\nabc");
    BOOST_TEST(client.receive("POST").status == 403);
    BOOST_TEST(told() == "prepare on_finish gone");
}

BOOST_AUTO_TEST_CASE(an_upload_can_be_refused_while_it_is_read) {
    connection.send(
        "POST /upload?refuse=data HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\nabc");
    BOOST_TEST(client.receive("POST").status == 422);
    BOOST_TEST(told() == "prepare data:abc on_finish gone");
}

BOOST_AUTO_TEST_CASE(an_upload_that_is_lost_is_told_of_and_let_go) {
    connection.send("POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc");
    connection.disconnect();
    BOOST_TEST(told() == "prepare data:abc close on_finish gone");
}

BOOST_AUTO_TEST_CASE(an_upload_that_is_lost_while_prepare_waits_is_let_go_after_it) {
    connection.send(
        "POST /upload?wait=prepare HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc");
    connection.disconnect();
    BOOST_TEST(told() == "prepare close");
    gate->callback();
    BOOST_TEST(told() == "on_finish gone");
}

BOOST_AUTO_TEST_CASE(an_upload_that_is_too_large_is_refused_and_let_go) {
    connection.send(
        "POST /upload?max=4 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
        "chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n");
    BOOST_TEST(client.receive("POST").status == 413);
    BOOST_TEST(told() == "prepare data:abc close on_finish gone");
    // Once, and not as a client that has gone.
    BOOST_TEST(log.text().find("413 POST /upload?max=4") != std::string::npos);
    BOOST_TEST(log.text().find("499") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(prepare_and_what_takes_the_body_know_the_groups_of_the_path) {
    const auto answer =
        client.fetch("PUT", "/places/a%20b/c", {{"Content-Type", "text/plain"}}, "body");
    BOOST_TEST(answer.body == "prepare a b, c; data a b; put a b");
    BOOST_TEST(client.fetch("GET", "/places/x/", {}, {}).body == "prepare x, -; ");
}

BOOST_AUTO_TEST_SUITE_END()
