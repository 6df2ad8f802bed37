#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <chrono>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <cyclone/protocol.hpp>
#include <cyclone/task.hpp>

#include "tests/unit/captured_log.hpp"

BOOST_AUTO_TEST_SUITE(protocol_test)

using namespace cyclone;
using namespace std::chrono_literals;

namespace {

struct Lines : protocol::LineReceiver {
    Lines() : LineReceiver("\r\n", 10) {}
    void connection_made() override { events += "made "; }
    void line_received(std::string_view line) override {
        events += "[" + std::string(line) + "]";
        if (line == "raw") {
            set_raw_mode();
        } else if (line == "pause") {
            pause_producing();
        } else if (line == "throw") {
            throw std::runtime_error("deliberate");
        }
    }
    void raw_data_received(std::string_view bytes) override {
        const auto end = bytes.find('!');
        events += "<" + std::string(bytes.substr(0, end)) + ">";
        if (end != std::string_view::npos) {
            set_line_mode(bytes.substr(end + 1));
        }
    }
    void connection_lost(const Failure& reason) override {
        events += "lost: " + reason.get_error_message();
    }
    std::string events;
};

struct Echo : protocol::Protocol {
    void data_received(std::string_view bytes) override {
        if (bytes == "throw") {
            throw std::runtime_error("deliberate");
        }
        transport().write(bytes);
        if (bytes.ends_with("bye")) {
            transport().lose_connection();
        }
    }
};

/// Collects what comes, and tells when the connection ends.
struct Collector : protocol::Protocol {
    void data_received(std::string_view bytes) override {
        received += bytes;
        if (wanted != 0 && received.size() >= wanted && !enough.called()) {
            enough.callback();
        }
    }
    void connection_lost(const Failure& reason) override { lost = reason.get_error_message(); }
    std::string received;
    std::string lost;
    std::size_t wanted = 0;
    Promise<> enough;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_line_receiver_gets_the_same_lines_wherever_the_bytes_are_split) {
    const std::string bytes = "one\r\n\r\nraw\r\nabc!two\r\nhalf";
    for (std::size_t split = 0; split <= bytes.size(); ++split) {
        Lines lines;
        protocol::StringTransport transport;
        lines.make_connection(transport);
        lines.data_received(bytes.substr(0, split));
        lines.data_received(bytes.substr(split));
        std::string events = lines.events;
        // Raw bytes come as they come.
        for (std::size_t at = 0; (at = events.find("><")) != std::string::npos;) {
            events.erase(at, 2);
        }
        BOOST_TEST(events == "made [one][][raw]<abc>[two]", "split at " << split << ": " << events);
    }
}

BOOST_AUTO_TEST_CASE(a_line_that_is_too_long_ends_the_connection) {
    for (const std::string bytes : {"12345678901\r\n", "1234567890123"}) {
        Lines lines;
        protocol::StringTransport transport;
        lines.make_connection(transport);
        lines.data_received("1234567890\r\n");
        BOOST_TEST(!transport.disconnecting());
        lines.data_received(bytes);
        BOOST_TEST(transport.disconnecting());
        BOOST_TEST(lines.events == "made [1234567890]");
    }
}

BOOST_AUTO_TEST_CASE(a_paused_line_receiver_keeps_the_lines_until_it_is_resumed) {
    Lines lines;
    protocol::StringTransport transport;
    lines.make_connection(transport);
    lines.data_received("a\r\npause\r\nb\r\n");
    BOOST_TEST(transport.paused());
    BOOST_TEST(lines.events == "made [a][pause]");
    lines.resume_producing();
    BOOST_TEST(!transport.paused());
    BOOST_TEST(lines.events == "made [a][pause][b]");
}

BOOST_AUTO_TEST_CASE(send_line_adds_the_delimiter) {
    Lines lines;
    protocol::StringTransport transport;
    lines.send_line("lost");  // Without a connection it goes nowhere.
    lines.make_connection(transport);
    lines.send_line("hello");
    BOOST_TEST(transport.value() == "hello\r\n");
}

BOOST_AUTO_TEST_CASE(the_delays_of_a_reconnecting_client_grow_to_their_limit) {
    protocol::ReconnectDelay delay({.initial = 1s, .most = 10s, .factor = 2, .max_retries = 5});
    std::vector<std::chrono::nanoseconds> delays;
    while (auto next = delay.next(0)) {
        delays.push_back(*next);
    }
    BOOST_CHECK((delays == std::vector<std::chrono::nanoseconds>{2s, 4s, 8s, 10s, 10s}));
    delay.reset();
    BOOST_CHECK(delay.next(0) == 2s);
}

BOOST_AUTO_TEST_CASE(the_delays_of_a_reconnecting_client_vary_around_their_mean) {
    protocol::ReconnectDelay delay({.initial = 1s, .factor = 1, .jitter = 0.1});
    BOOST_CHECK(delay.next(1) == 1100ms);
    BOOST_CHECK(delay.next(-1) == 900ms);
    BOOST_CHECK(delay.next(-1000) == 0ns);
}

BOOST_AUTO_TEST_CASE(a_protocol_is_served_and_connected_to_over_tcp_and_unix) {
    reactor::Reactor reactor;
    const std::string path = "/tmp/cyclone-protocol-test-" + std::to_string(::getpid());
    protocol::Factory<Echo> factory;
    auto tcp = reactor::listen("tcp:0:interface=127.0.0.1", factory);
    auto unix_port = reactor::listen("unix:" + path, factory);
    for (const std::string& to : {"tcp:127.0.0.1:" + std::to_string(tcp.port()), "unix:" + path}) {
        auto collector = std::make_shared<Collector>();
        auto connected = reactor.run_until(protocol::connect(to, collector));
        collector->transport().write("hello, ");
        collector->transport().write("bye");
        reactor.run_until(std::move(connected.ended));
        BOOST_TEST(collector->received == "hello, bye", to);
        BOOST_TEST(collector->lost == "the connection was closed cleanly");
        collector->transport().write("into the void");
    }
}

BOOST_AUTO_TEST_CASE(what_was_written_before_lose_connection_arrives) {
    reactor::Reactor reactor;
    protocol::Factory<Echo> factory;
    auto port = reactor::listen("tcp:0:interface=127.0.0.1", factory);
    auto collector = std::make_shared<Collector>();
    auto connected = reactor.run_until(
        protocol::connect("tcp:127.0.0.1:" + std::to_string(port.port()), collector));
    const std::string bytes(3'000'000, 'x');
    collector->transport().write(bytes);
    collector->wanted = bytes.size();
    reactor.run_until(collector->enough.get_deferred());
    BOOST_TEST((collector->received == bytes));
    collector->transport().lose_connection();
    reactor.run_until(std::move(connected.ended));
}

BOOST_AUTO_TEST_CASE(a_protocol_that_throws_is_logged_and_loses_its_connection) {
    reactor::Reactor reactor;
    CapturedLog log;
    protocol::Factory<Echo> factory;
    auto port = reactor::listen("tcp:0:interface=127.0.0.1", factory);
    auto collector = std::make_shared<Collector>();
    auto connected = reactor.run_until(
        protocol::connect("tcp:127.0.0.1:" + std::to_string(port.port()), collector));
    collector->transport().write("throw");
    reactor.run_until(std::move(connected.ended));
    BOOST_TEST(log.count("a protocol failed: deliberate") == 1);
}

BOOST_AUTO_TEST_CASE(the_connections_of_a_port_that_stops_are_closed) {
    reactor::Reactor reactor;
    protocol::Factory<Echo> factory;
    auto port = reactor::listen("tcp:0:interface=127.0.0.1", factory);
    auto collector = std::make_shared<Collector>();
    auto connected = reactor.run_until(
        protocol::connect("tcp:127.0.0.1:" + std::to_string(port.port()), collector));
    collector->transport().write("x");
    collector->wanted = 1;
    reactor.run_until(collector->enough.get_deferred());
    reactor.run_until(port.stop_listening());
    reactor.run_until(std::move(connected.ended));
    BOOST_TEST(collector->lost == "the connection was closed cleanly");
}

BOOST_AUTO_TEST_CASE(a_reconnecting_client_comes_back_and_gives_up_after_its_retries) {
    reactor::Reactor reactor;
    protocol::Factory<Echo> factory;
    auto port = reactor::listen("tcp:0:interface=127.0.0.1", factory);
    int built = 0;
    struct Caller : Collector {
        void connection_made() override { transport().write("bye"); }
    };
    protocol::ReconnectingClientFactory<Caller> client(
        [&] {
            ++built;
            return std::make_shared<Caller>();
        },
        {.initial = 1ms, .factor = 1, .max_retries = 3});
    const reactor::ClientEndpoint there{.host = "127.0.0.1", .port = port.port()};
    reactor.run_until(client.run(there));
    BOOST_TEST(built == 4);

    reactor.run_until(port.stop_listening());
    client.reset_delay();
    BOOST_CHECK_THROW(reactor.run_until(client.run(there)), boost::system::system_error);
    BOOST_TEST(built == 8);
}

BOOST_AUTO_TEST_CASE(a_reconnecting_client_that_waits_can_be_stopped) {
    reactor::Reactor reactor;
    protocol::ReconnectingClientFactory<Collector> client(
        [] { return std::make_shared<Collector>(); }, {.initial = 1h});
    auto running = client.run({.host = "127.0.0.1", .port = 1});
    reactor.run_until(task::defer_later(20ms));
    BOOST_TEST(!running.called());
    client.stop_trying();
    BOOST_TEST(running.called());
}

BOOST_AUTO_TEST_SUITE_END()
