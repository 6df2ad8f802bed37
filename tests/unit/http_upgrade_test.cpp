#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <cyclone/testing/memory_connection.hpp>

#include "tests/unit/captured_log.hpp"
#include "tests/unit/scripted_service.hpp"

namespace http_upgrade {

using namespace cyclone;
using http::ExchangePtr;
using testing::MemoryConnection;
using Phase = http::ServerConnection::Phase;

namespace {

const std::string asking =
    "GET /upgrade HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n";

/// Keeps what it receives; says it back where asked.
struct Receiver final : http::UpgradedStream::Receiver {
    void data_received(std::string_view bytes) override {
        received += bytes;
        if (throws) {
            throw std::runtime_error("deliberate");
        }
        if (bytes.find("bye") != std::string_view::npos) {
            stream->write(std::string_view("goodbye"));
            stream->close();
        }
    }
    void connection_lost() override {
        lost = true;
        stream.reset();
    }
    void shut_down() override {
        stream->write(std::string_view("going away"));
        stream->close();
    }
    std::shared_ptr<http::UpgradedStream> stream;
    std::string received;
    bool lost = false;
    bool throws = false;
};

struct Fixture {
    Fixture() {
        service->on("/upgrade", [this](ExchangePtr exchange) {
            exchange->response.headers.add("Upgrade", "x");
            exchange->response.headers.add("Content-Length", "9");
            exchange->response.headers.add("Transfer-Encoding", "chunked");
            receiver.stream = exchange->upgrade();
            if (starts) {
                receiver.stream->start(receiver);
            }
        });
        service->on("/later", [this](ExchangePtr exchange) { held = std::move(exchange); });
    }
    std::shared_ptr<ScriptedService> service = std::make_shared<ScriptedService>();
    Receiver receiver;
    ExchangePtr held;
    bool starts = true;
    MemoryConnection connection{service};
};

}  // namespace

}  // namespace http_upgrade

BOOST_FIXTURE_TEST_SUITE(http_upgrade, Fixture)

BOOST_AUTO_TEST_CASE(an_upgrade_is_answered_by_a_head_without_length_or_coding) {
    connection.send(asking);
    const std::string received = connection.take_received();
    BOOST_TEST(received.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
    BOOST_TEST(received.ends_with("\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"));
    BOOST_TEST(received.find("Content-Length") == std::string::npos);
    BOOST_TEST(received.find("Transfer-Encoding") == std::string::npos);
    BOOST_CHECK(connection.server_side().phase() == Phase::upgraded);
}

BOOST_AUTO_TEST_CASE(what_comes_behind_the_request_is_the_streams_however_it_is_split) {
    const std::string all = asking + "GET / HTTP/1.1\r\n\r\n";
    for (std::size_t split = 1; split < all.size(); ++split) {
        Fixture fixture;
        fixture.connection.send(all.substr(0, split));
        fixture.connection.send(all.substr(split));
        BOOST_TEST(fixture.receiver.received == "GET / HTTP/1.1\r\n\r\n");
        BOOST_TEST(fixture.service->started == 1);
    }
}

BOOST_AUTO_TEST_CASE(a_receiver_that_comes_later_gets_what_had_come) {
    starts = false;
    connection.send(asking + "early");
    BOOST_TEST(receiver.received == "");
    receiver.stream->start(receiver);
    BOOST_TEST(receiver.received == "early");
    connection.send(" late");
    BOOST_TEST(receiver.received == "early late");
}

BOOST_AUTO_TEST_CASE(without_a_receiver_no_more_than_a_little_is_taken) {
    starts = false;
    connection.send(asking);
    auto& server = connection.server_side();
    std::size_t taken = 0;
    while (server.wants_input() && taken < 1'000'000) {
        const auto space = server.input_space();
        std::ranges::fill(space, 'x');
        server.received(space.size(), {});
        taken += space.size();
    }
    BOOST_TEST(taken < 64U * 1024);
    receiver.stream->start(receiver);
    BOOST_TEST(receiver.received.size() == taken);
    BOOST_TEST(server.wants_input());
    receiver.stream->leave();
    taken = 0;
    while (server.wants_input() && taken < 1'000'000) {
        const auto space = server.input_space();
        std::ranges::fill(space, 'x');
        server.received(space.size(), {});
        taken += space.size();
    }
    BOOST_TEST(taken < 64U * 1024);
}

BOOST_AUTO_TEST_CASE(a_stream_that_pauses_is_not_read) {
    connection.send(asking + "a");
    receiver.stream->pause_reading();
    BOOST_TEST(!connection.server_side().wants_input());
    connection.send("b");
    BOOST_TEST(receiver.received == "a");
    receiver.stream->resume_reading();
    BOOST_TEST(receiver.received == "ab");
}

BOOST_AUTO_TEST_CASE(a_receiver_may_close_within_its_call) {
    connection.send(asking + "bye");
    BOOST_TEST(connection.closed());
    BOOST_TEST(connection.received().ends_with("goodbye"));
    BOOST_TEST(receiver.stream->closed());
    BOOST_TEST(service->alive == 0);
}

BOOST_AUTO_TEST_CASE(a_receiver_that_comes_later_may_close_at_once) {
    starts = false;
    connection.send(asking + "bye");
    receiver.stream->start(receiver);
    BOOST_TEST(connection.received().ends_with("goodbye"));
    BOOST_TEST(connection.closed());
}

BOOST_AUTO_TEST_CASE(a_receiver_that_comes_later_may_throw) {
    CapturedLog log;
    starts = false;
    receiver.throws = true;
    connection.send(asking + "x");
    const auto stream = receiver.stream;
    stream->start(receiver);
    BOOST_TEST(connection.closed());
    BOOST_TEST(receiver.lost);
    BOOST_TEST(stream->closed());
}

BOOST_AUTO_TEST_CASE(a_client_that_has_much_to_read_is_not_read_itself) {
    connection.send(asking);
    connection.stall();
    receiver.stream->write(std::string(1'000'000, 'x'));
    BOOST_TEST(!connection.server_side().wants_input());
    connection.send("more");
    BOOST_TEST(receiver.received == "");
    connection.resume();
    BOOST_TEST(receiver.received == "more");
}

BOOST_AUTO_TEST_CASE(a_receiver_that_throws_ends_the_connection) {
    CapturedLog log;
    receiver.throws = true;
    connection.send(asking + "x");
    connection.send("y");
    BOOST_TEST(connection.closed());
    BOOST_TEST(receiver.lost);
    BOOST_TEST(receiver.received == "x");
}

BOOST_AUTO_TEST_CASE(a_receiver_is_told_that_the_client_has_gone) {
    for (const bool half : {false, true}) {
        Fixture fixture;
        fixture.connection.send(asking);
        const auto stream = fixture.receiver.stream;
        half ? fixture.connection.shut_down() : fixture.connection.disconnect();
        BOOST_TEST(fixture.receiver.lost);
        BOOST_TEST(fixture.connection.closed());
        BOOST_TEST(stream->closed());
        stream->write(std::string_view("late"));
        stream->resume_reading();
        stream->close();
        stream->abort();
        BOOST_TEST(stream->drained().called());
        BOOST_TEST(fixture.service->alive == 0);
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_stops_lets_a_stream_say_good_bye) {
    connection.send(asking);
    connection.server_side().stop();
    connection.resume();
    BOOST_TEST(connection.closed());
    BOOST_TEST(connection.received().ends_with("going away"));
}

BOOST_AUTO_TEST_CASE(an_upgrade_may_come_after_a_while) {
    connection.send(
        "GET /later HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nearly");
    receiver.stream = held->upgrade();
    BOOST_TEST(connection.received().starts_with("HTTP/1.1 101 "));
    receiver.stream->start(receiver);
    BOOST_TEST(receiver.received == "early");
    BOOST_TEST(!held->can_upgrade());
    BOOST_CHECK(held->upgrade() == nullptr);
    held->response.body = "no longer";
    held->finish();
    BOOST_TEST(connection.received().find("no longer") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_answer_that_has_begun_cannot_upgrade) {
    connection.send("GET /later HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
    held->response.body = "x";
    held->send();
    BOOST_CHECK(held->upgrade() == nullptr);
    held->finish();
}

BOOST_AUTO_TEST_CASE(an_exchange_that_is_aborted_after_its_upgrade_ends_the_stream) {
    connection.send("GET /later HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
    receiver.stream = held->upgrade();
    receiver.stream->start(receiver);
    const auto stream = receiver.stream;
    held->abort();
    BOOST_TEST(receiver.lost);
    BOOST_TEST(stream->closed());
    BOOST_TEST(connection.closed());
}

BOOST_AUTO_TEST_CASE(drained_fires_when_what_was_written_has_left) {
    connection.send(asking);
    connection.stall();
    receiver.stream->write(std::string(50'000, 'x'));
    receiver.stream->write(std::make_shared<const std::string>(50'000, 'y'));
    auto draining = receiver.stream->drained();
    BOOST_TEST(!draining.called());
    BOOST_TEST(receiver.stream->pending_output() == 100'000U);
    connection.resume();
    BOOST_TEST(draining.called());
    BOOST_TEST(receiver.stream->pending_output() == 0U);
}

BOOST_AUTO_TEST_CASE(a_stream_that_closes_lingers_and_one_that_aborts_is_cut) {
    connection.send(asking);
    connection.stall();
    receiver.stream->write(std::string_view("left behind"));
    receiver.stream->close();
    BOOST_TEST(connection.server_side().lingers());
    BOOST_TEST(!connection.server_side().cut());
    BOOST_TEST(!connection.server_side().output().empty());

    Fixture other;
    other.connection.send(asking);
    other.connection.stall();
    other.receiver.stream->write(std::string_view("left behind"));
    other.receiver.stream->abort();
    BOOST_TEST(other.connection.server_side().cut());
    BOOST_TEST(other.connection.server_side().output().empty());
}

BOOST_AUTO_TEST_CASE(a_request_that_is_owned_says_the_same_and_gives_its_block_back) {
    const auto space = [this] { return connection.server_side().input_space(); };
    const auto give_space_back = [this] { connection.server_side().received(0, {}); };
    connection.send(
        "GET /later?a=b HTTP/1.1\r\nHost: h:80\r\nConnection: upgrade\r\nUpgrade: x\r\n"
        "Cookie: a=1\r\nCookie: b=2\r\n\r\n");
    receiver.stream = held->upgrade();
    receiver.stream->start(receiver);
    const char* const block = held->request.method.data();
    BOOST_TEST(static_cast<const void*>(space().data()) != static_cast<const void*>(block));
    give_space_back();

    held->own_request();
    BOOST_TEST(static_cast<const void*>(space().data()) == static_cast<const void*>(block));
    std::ranges::fill(space(), '#');
    give_space_back();
    held->own_request();
    BOOST_TEST(held->request.method == "GET");
    BOOST_TEST(held->request.uri == "/later?a=b");
    BOOST_TEST(held->request.path == "/later");
    BOOST_TEST(held->request.query == "a=b");
    BOOST_TEST(held->request.version == "HTTP/1.1");
    BOOST_TEST(held->request.host == "h:80");
    BOOST_TEST(held->request.headers.get("Cookie").value() == "a=1,b=2");
    BOOST_TEST(held->request.headers.size() == 5U);
    connection.send("more");
    BOOST_TEST(receiver.received == "more");
}

BOOST_AUTO_TEST_CASE(a_request_with_a_body_is_left_where_it_is) {
    connection.send("GET /later HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
    const char* const block = held->request.method.data();
    held->own_request();
    BOOST_TEST(static_cast<const void*>(held->request.method.data()) ==
               static_cast<const void*>(block));
    BOOST_TEST(held->request.body == "body");
    held->finish();
}

BOOST_AUTO_TEST_SUITE_END()
