// The shell of a server's WebSocket, on connections that exist in memory alone.

#include <algorithm>
#include <deque>
#include <random>

#include <boost/test/unit_test.hpp>

#include <cyclone/task.hpp>
#include <cyclone/testing/memory_connection.hpp>
#include <cyclone/testing/virtual_time.hpp>

#include "captured_log.hpp"
#include "websocket_script.hpp"
#include "websocket_wire.hpp"

BOOST_AUTO_TEST_SUITE(websocket_server_connection)

using namespace std::chrono_literals;
using namespace cyclone;
using namespace cyclone::websocket;
using scripted::Script;
using wire::Answers;
using wire::close_of;
using wire::from_client;

namespace {

/// A client whose WebSocket is open.
class Client {
public:
    explicit Client(Script& script) : connection_(std::make_shared<scripted::Service>(script)) {
        connection_.send(
            "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\n\r\n");
        BOOST_REQUIRE(connection_.take_received().starts_with("HTTP/1.1 101"));
    }
    void send(std::string_view bytes) { connection_.send(bytes); }
    Answers received() { return reader_.read(connection_.take_received()); }
    testing::MemoryConnection& connection() { return connection_; }

private:
    testing::MemoryConnection connection_;
    wire::Reader reader_;
};

void run_reactor_for(std::chrono::milliseconds time) {
    reactor::current().run_until(task::defer_later(time));
}

template <class... S>
void check(const std::vector<std::string>& found, S... expected) {
    const std::vector<std::string> wanted{expected...};
    BOOST_TEST(found == wanted, boost::test_tools::per_element());
}

}  // namespace

BOOST_AUTO_TEST_CASE(messages_are_echoed_and_a_close_ends_the_connection) {
    reactor::Reactor reactor;
    Script script;
    Client client(script);
    client.send(from_client(0x81, "Hello") + from_client(0x89, "p") + from_client(0x8a, "q"));
    check(client.received(), "text Hello", "pong p");
    client.send(from_client(0x88, close_of(1000)));
    check(client.received(), "close 1000");
    BOOST_TEST(client.connection().closed());
    check(script.events, "message Hello", "ping p", "pong q", "closed", "gone");
}

BOOST_AUTO_TEST_CASE(a_client_that_disappears_is_told_of_once) {
    reactor::Reactor reactor;
    Script script;
    Client client(script);
    client.connection().disconnect();
    check(script.events, "closed", "gone");
}

BOOST_AUTO_TEST_CASE(no_message_is_delivered_before_the_one_before_it_is_done_with) {
    reactor::Reactor reactor;
    Script script;
    std::vector<Promise<>> running;
    script.on_message = [&](auto&, MessageView) -> std::optional<Deferred<>> {
        return running.emplace_back().get_deferred();
    };
    Client client(script);
    client.send(from_client(0x81, "1") + from_client(0x81, "2") + from_client(0x89, "p"));
    client.send(from_client(0x81, "3"));
    check(script.events, "message 1");
    running[0].callback();
    check(script.events, "message 1", "message 2");
    check(client.received());
    running[1].callback();
    check(script.events, "message 1", "message 2", "ping p", "message 3");
    running[2].callback();
    check(client.received(), "pong p");
}

BOOST_AUTO_TEST_CASE(a_message_lives_as_long_as_its_handler_runs) {
    reactor::Reactor reactor;
    Script script;
    Promise<> gate;
    std::string seen;
    script.on_message = [&](auto&, MessageView message) -> std::optional<Deferred<>> {
        return [](Deferred<> open, MessageView text, std::string& into) -> Deferred<> {
            co_await open;
            into = text.data;
        }(gate.get_deferred(), message, seen);
    };
    Client client(script);
    client.send(from_client(0x81, "still there"));
    client.connection().disconnect();
    check(script.events, "message still there", "closed");
    gate.callback();
    BOOST_TEST(seen == "still there");
    check(script.events, "message still there", "closed", "gone");
}

BOOST_AUTO_TEST_CASE(a_peer_that_sends_while_its_message_is_handled_is_made_to_wait) {
    reactor::Reactor reactor;
    Script script;
    Promise<> gate;
    bool first = true;
    script.on_message = [&](auto&, MessageView) -> std::optional<Deferred<>> {
        return std::exchange(first, false) ? std::optional(gate.get_deferred()) : std::nullopt;
    };
    Client client(script);
    client.send(from_client(0x81, "first"));
    const std::string more = from_client(0x82, std::string(1000, 'm'));
    for (int i = 0; i < 100; ++i) {
        client.send(more);
    }
    BOOST_TEST(!client.connection().server_side().wants_input());
    gate.callback();
    BOOST_TEST(client.connection().server_side().wants_input());
    BOOST_TEST(script.events.size() == 101u);
}

BOOST_AUTO_TEST_CASE(messages_wait_until_open_is_done) {
    reactor::Reactor reactor;
    Script script;
    Promise<> gate;
    script.open = [&] { return std::optional(gate.get_deferred()); };
    Client client(script);
    client.send(from_client(0x81, "early"));
    check(script.events);
    gate.callback();
    check(script.events, "message early");
    check(client.received(), "text early");
}

BOOST_AUTO_TEST_CASE(an_exception_closes_with_1011) {
    reactor::Reactor reactor;
    Script script;
    script.on_message = [](auto&, MessageView) -> std::optional<Deferred<>> {
        throw std::runtime_error("deliberate");
    };
    Client client(script);
    client.send(from_client(0x81, "x"));
    check(client.received(), "close 1011");
    check(script.events, "message x", "failed: deliberate");
    client.send(from_client(0x88, close_of(1011)));
    BOOST_TEST(client.connection().closed());
}

BOOST_AUTO_TEST_CASE(an_awaited_write_fires_when_a_slow_peer_has_taken_it) {
    reactor::Reactor reactor;
    Script script;
    bool written = false;
    script.on_message = [&](websocket::ServerConnection& connection,
                            MessageView message) -> std::optional<Deferred<>> {
        return Deferred<>(connection.write_message(message)).add_callback([&] { written = true; });
    };
    Client client(script);
    client.connection().stall();
    client.send(from_client(0x81, "one") + from_client(0x81, "two"));
    BOOST_TEST(!written);
    check(script.events, "message one");
    client.connection().resume();
    BOOST_TEST(written);
    check(client.received(), "text one", "text two");
}

BOOST_AUTO_TEST_CASE(an_awaited_write_fails_when_the_peer_has_gone_and_a_dropped_one_does_no_harm) {
    reactor::Reactor reactor;
    Script script;
    Client client(script);
    client.connection().stall();
    websocket::ServerConnection& connection = *script.open_ones.front();
    Deferred<> waiting = connection.write_message({"never taken", false});
    BOOST_TEST(!waiting.called());
    // The handler and the connection outlive their client while they are kept.
    client.connection().disconnect();
    BOOST_TEST(waiting.called());
    BOOST_CHECK_THROW(reactor.run_until(std::move(waiting)), WebSocketClosedError);
}

BOOST_AUTO_TEST_CASE(a_peer_that_reads_nothing_is_not_read_from) {
    reactor::Reactor reactor;
    Script script;
    Client client(script);
    client.connection().stall();
    const std::string message = from_client(0x82, std::string(60'000, 'm'));
    for (int i = 0; i < 20; ++i) {
        client.send(message);
    }
    BOOST_TEST(!client.connection().server_side().wants_input());
    BOOST_TEST(script.events.size() < 8u);
    client.connection().resume();
    BOOST_TEST(script.events.size() == 20u);
    BOOST_TEST(client.received().size() == 20u);
}

BOOST_AUTO_TEST_CASE(the_server_stops_with_1001) {
    reactor::Reactor reactor;
    Script script;
    Client client(script);
    client.connection().server_side().stop();
    client.connection().resume();
    check(client.received(), "close 1001");
    client.send(from_client(0x88, close_of(1001)));
    BOOST_TEST(client.connection().closed());
    check(script.events, "closed", "gone");
}

BOOST_AUTO_TEST_CASE(who_goes_through_all_clients_finds_none_missing_meanwhile) {
    reactor::Reactor reactor;
    Script script;
    Client a(script);
    Client b(script);
    // B's client is cut off by the write itself.
    script.on_message = [&](auto&, MessageView) -> std::optional<Deferred<>> {
        const PreparedMessage message("to all");
        const std::size_t before = script.open_ones.size();
        for (auto* connection : script.open_ones) {
            connection->write_message(message);
        }
        BOOST_TEST(script.open_ones.size() == before);
        return std::nullopt;
    };
    a.send(from_client(0x81, "go"));
    check(a.received(), "text to all");
    check(b.received(), "text to all");
}

BOOST_AUTO_TEST_CASE(a_long_message_waits_for_all_slow_peers_in_one_piece_of_memory) {
    reactor::Reactor reactor;
    Script script;
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 100; ++i) {
        clients.push_back(std::make_unique<Client>(script));
        clients.back()->connection().stall();
    }
    const PreparedMessage message(std::string(100'000, 'm'));
    for (auto* connection : script.open_ones) {
        connection->write_message(message);
    }
    BOOST_TEST(message.frame().use_count() == 101);
    for (const auto& client : clients) {
        client->connection().resume();
        BOOST_TEST(client->received().size() == 1u);
    }
    BOOST_TEST(message.frame().use_count() == 1);
}

BOOST_AUTO_TEST_CASE(what_comes_while_messages_are_handed_on_is_handed_on_behind_them) {
    reactor::Reactor reactor;
    for (const bool awaits : {false, true}) {
        Script script;
        script.settings.awaits_messages = awaits;
        Promise<> gate;
        Client* peer = nullptr;
        script.open = [&] { return std::optional(gate.get_deferred()); };
        script.on_message = [&](auto&, MessageView message) -> std::optional<Deferred<>> {
            if (message.data == "1" || message.data == "3") {
                peer->send(from_client(0x81, message.data == "1" ? "4" : "5"));
            }
            return std::nullopt;
        };
        Client client(script);
        peer = &client;
        client.send(from_client(0x81, "1") + from_client(0x81, "2") + from_client(0x81, "3"));
        gate.callback();
        check(script.events, "message 1", "message 2", "message 3", "message 4", "message 5");
    }
}

namespace {

/// A transport that has something of the client when something is written to it.
class Answering final : private http::ServerConnection::Shell {
public:
    explicit Answering(std::shared_ptr<http::Service> service)
        : context_{.service = std::move(service), .settings = {}}, connection_(context_) {
        connection_.attach(*this, {.address = "127.0.0.1"}, 0);
    }
    ~Answering() { connection_.closed(); }
    Answering(const Answering&) = delete;
    Answering& operator=(const Answering&) = delete;

    void receive(std::string_view bytes) {
        const std::span<char> space = connection_.input_space();
        std::ranges::copy(bytes, space.begin());
        connection_.received(bytes.size(), std::chrono::steady_clock::now());
    }
    std::string answer;

private:
    void connection_changed() override {
        if (!answer.empty()) {
            receive(std::exchange(answer, {}));
        }
    }

    http::ServerContext context_;
    http::ServerConnection connection_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(nothing_is_heard_of_a_client_while_it_is_written_to) {
    reactor::Reactor reactor;
    Script script;
    Answering client(std::make_shared<scripted::Service>(script));
    client.receive(
        "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    client.answer = from_client(0x81, "crossing") + from_client(0x88, close_of(1000));
    script.open_ones.front()->write_message(PreparedMessage("to all"));
    check(script.events);
    run_reactor_for(1ms);
    check(script.events, "message crossing", "closed", "gone");
}

BOOST_AUTO_TEST_CASE(messages_keep_their_order_however_they_are_cut_and_waited_for) {
    reactor::Reactor reactor;
    std::mt19937 random(6455);
    for (int round = 0; round < 20; ++round) {
        Script script;
        std::deque<Promise<>> running;
        script.on_message = [&](auto&, MessageView) -> std::optional<Deferred<>> {
            return random() % 3 == 0 ? std::nullopt
                                     : std::optional(running.emplace_back().get_deferred());
        };
        Client client(script);
        std::string bytes;
        std::vector<std::string> expected;
        for (int i = 0; i < 500; ++i) {
            const std::string text = std::to_string(i) + std::string(random() % 200, '.');
            bytes += from_client(0x81, text);
            expected.push_back("message " + text);
        }
        while (!bytes.empty() || !running.empty()) {
            if (random() % 2 == 0 && !running.empty()) {
                Promise<> done = std::move(running.front());
                running.pop_front();
                done.callback();
            } else {
                const std::size_t size = std::min<std::size_t>(random() % 3000, bytes.size());
                client.send(bytes.substr(0, size));
                bytes.erase(0, size);
            }
        }
        BOOST_TEST(script.events == expected, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(a_peer_that_takes_nothing_of_what_all_get_is_cut_off) {
    const CapturedLog log(log::Level::warning);
    reactor::Reactor reactor;
    Script script;
    script.settings.max_pending_output = 100'000;
    Client slow(script);
    Client quick(script);
    slow.connection().stall();
    const PreparedMessage message(std::string(30'000, 'm'));
    std::size_t sent = 0;
    for (int i = 0; i < 10; ++i) {
        // Nobody disappears from the list meanwhile.
        BOOST_TEST(script.open_ones.size() == 2u);
        for (auto* connection : script.open_ones) {
            connection->write_message(message);
        }
        sent += quick.received().size();
    }
    BOOST_TEST(sent == 10u);
    slow.connection().resume();
    BOOST_TEST(slow.connection().closed());
    BOOST_TEST(slow.connection().received() == "");
    BOOST_TEST(log.text().find("120016 bytes wait") != std::string::npos, log.text());
    run_reactor_for(1ms);
    check(script.events, "closed", "gone");
    BOOST_TEST(script.open_ones.size() == 1u);
}

BOOST_AUTO_TEST_CASE(one_message_may_be_longer_than_what_may_wait) {
    reactor::Reactor reactor;
    Script script;
    script.settings.max_pending_output = 1000;
    Client client(script);
    for (int i = 0; i < 3; ++i) {
        client.send(from_client(0x82, std::string(5000, 'm')));
    }
    BOOST_TEST(client.received().size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_peer_that_answers_no_ping_is_given_up) {
    reactor::Reactor reactor;
    Script script;
    script.settings.ping_interval = 20ms;
    script.settings.ping_timeout = 50ms;
    Client client(script);
    run_reactor_for(40ms);
    Answers answers = client.received();
    BOOST_TEST(answers.front() == "ping ");
    client.send(from_client(0x8a));
    run_reactor_for(150ms);
    answers = client.received();
    BOOST_TEST(answers.back() == "close 1011");
    BOOST_TEST(client.connection().closed());
    check(script.events, "pong ", "closed", "gone");
}

BOOST_AUTO_TEST_CASE(a_message_that_does_not_come_to_its_end_is_not_waited_for) {
    for (const auto ping_interval : {0s, 7s, 1000s}) {
        reactor::Reactor reactor;
        Script script;
        script.settings.message_timeout = 100s;
        script.settings.ping_interval = ping_interval;
        script.settings.ping_timeout = 500s;
        testing::VirtualTime time;
        Client client(script);
        client.send(from_client(0x81, "before"));
        time.advance(150s);
        client.send(from_client(0x01, "begin"));
        // Neither more of it nor an answer to a ping gains time.
        for (int i = 0; i < 9; ++i) {
            time.advance(11s);
            client.send(from_client(0x00, "x") + from_client(0x8a));
        }
        BOOST_TEST(!client.connection().closed());
        time.advance(1s);
        BOOST_TEST(client.received().back() == "close 1008");
        BOOST_TEST(client.connection().closed());
        BOOST_TEST(script.events.front() == "message before");
        BOOST_TEST(script.events.back() == "gone");
    }
}

BOOST_AUTO_TEST_CASE(a_frame_that_does_not_come_to_its_end_is_not_waited_for) {
    reactor::Reactor reactor;
    Script script;
    testing::VirtualTime time;
    Client client(script);
    client.send(from_client(0x82, std::string(1000, 'f')).substr(0, 500));
    time.advance(299s);
    BOOST_TEST(!client.connection().closed());
    time.advance(1s);
    check(client.received(), "close 1008");
    BOOST_TEST(client.connection().closed());
}

BOOST_AUTO_TEST_CASE(messages_in_parts_that_come_to_their_end_may_go_on_for_ever) {
    reactor::Reactor reactor;
    Script script;
    script.settings.message_timeout = 100s;
    testing::VirtualTime time;
    Client client(script);
    for (int i = 0; i < 6; ++i) {
        client.send(from_client(0x01, "be"));
        time.advance(99s);
        client.send(from_client(0x80, "gin"));
        time.advance(i * 10s);
    }
    BOOST_TEST(client.received().size() == 6u);
    time.advance(1h);
    BOOST_TEST(!client.connection().closed());
}

BOOST_AUTO_TEST_CASE(a_message_has_all_its_time_after_the_peer_was_not_listened_to) {
    reactor::Reactor reactor;
    Script script;
    script.settings.message_timeout = 100s;
    std::vector<Promise<>> running;
    script.on_message = [&](auto&, MessageView) -> std::optional<Deferred<>> {
        return running.emplace_back().get_deferred();
    };
    testing::VirtualTime time;
    Client client(script);
    client.send(from_client(0x01, "1"));
    time.advance(50s);
    client.send(from_client(0x80, "1") + from_client(0x01, "2"));
    time.advance(1000s);
    running[0].callback();
    time.advance(99s);
    client.send(from_client(0x80, "2"));
    check(script.events, "message 11", "message 22");
    running[1].callback();
}

BOOST_AUTO_TEST_CASE(a_message_is_not_late_while_its_peer_is_not_read_from) {
    reactor::Reactor reactor;
    Script script;
    script.settings.message_timeout = 100s;
    testing::VirtualTime time;
    Client client(script);
    client.send(from_client(0x01, "1"));
    client.connection().stall();
    const std::string much(300'000, 'x');
    script.open_ones[0]->write_message({much, true});
    client.send(from_client(0x00, "2"));
    time.advance(1000s);
    BOOST_TEST(script.events.empty());
    client.connection().resume();
    client.send(from_client(0x80, "3"));
    check(script.events, "message 123");
}

BOOST_AUTO_TEST_CASE(a_heartbeat_pings_each_interval_and_waits_for_an_answer_for_its_timeout) {
    using Action = Heartbeat::Action;
    Heartbeat heartbeat(20s, 5s, 0s);
    BOOST_TEST((heartbeat.act(19s) == Action::none));
    BOOST_TEST((heartbeat.act(20s) == Action::ping));
    BOOST_TEST((heartbeat.due() == 25s));
    heartbeat.heard();
    BOOST_TEST((heartbeat.due() == 40s));
    BOOST_TEST((heartbeat.act(25s) == Action::none));
    BOOST_TEST((heartbeat.act(40s) == Action::ping));
    BOOST_TEST((heartbeat.act(45s) == Action::give_up));

    // A timeout of several intervals: it pings on meanwhile.
    Heartbeat patient(10s, 25s, 0s);
    BOOST_TEST((patient.act(10s) == Action::ping));
    BOOST_TEST((patient.act(20s) == Action::ping));
    BOOST_TEST((patient.act(30s) == Action::ping));
    BOOST_TEST((patient.due() == 35s));
    BOOST_TEST((patient.act(35s) == Action::give_up));
}

BOOST_AUTO_TEST_SUITE_END()
