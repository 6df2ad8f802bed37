#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/http_port.hpp"

namespace http_disconnect {

using namespace cyclone;
using namespace std::chrono_literals;
using http::ExchangePtr;
using Client = SocketClient;
using Clock = HttpPort::Clock;

namespace {

std::size_t count(std::string_view text, std::string_view what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos;
         at = text.find(what, at + 1)) {
        ++found;
    }
    return found;
}

}  // namespace

}  // namespace http_disconnect

BOOST_FIXTURE_TEST_SUITE(http_disconnect, HttpPort)

BOOST_AUTO_TEST_CASE(a_client_that_closes_its_half_gets_its_answers) {
    hold("/wait");
    listen();
    Client client(*this);
    client.send(get_path("/1") + get_path("/wait") + get_path("/2"));
    client.close_half();
    run_until([&] { return service->closed == 1; });
    BOOST_TEST_REQUIRE(held.size() == 1U);
    held[0]->response.body = "held";
    held[0]->finish();
    BOOST_TEST(client.reads_end());
    BOOST_TEST(!client.was_reset);
    BOOST_TEST(count(client.received, "HTTP/1.1 200 OK\r\n") == 3U);
    BOOST_TEST(client.received.ends_with("GET /2 "));
    run_until([&] { return server->connections() == 0; });
    BOOST_TEST(server->connections() == 0U);
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_while_its_handler_waits_is_told) {
    hold("/wait");
    listen();
    for (const bool rude : {false, true}) {
        service->closed = 0;
        Client client(*this);
        client.send(get_path("/wait"));
        run_until([&] { return held.size() == 1; });
        rude ? client.reset() : client.close();
        BOOST_TEST(run_until([&] { return service->closed == 1; }));
        BOOST_TEST(service->alive == 1);
        held[0]->response.body.assign(1'000'000, 'x');
        held[0]->send();
        run_for(5ms);
        held[0]->send();
        held[0]->finish();
        held.clear();
        BOOST_TEST(service->alive == 0);
        BOOST_TEST(run_until([&] { return server->connections() == 0; }));
    }
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_while_its_answer_drains_wakes_the_handler) {
    bool woken = false;
    service->on("/", [&](ExchangePtr exchange) {
        exchange->response.body.assign(20'000'000, 'x');
        exchange->send();
        auto draining = [](ExchangePtr kept, bool& flag) -> Deferred<> {
            auto waiting = kept->drained();
            co_await waiting;
            flag = true;
            kept->response.body = "more";
            kept->finish();
        };
        draining(std::move(exchange), woken).detach();
    });
    listen();
    Client client(*this, 4096);
    client.send(get);
    client.read(1000);
    BOOST_TEST(!woken);
    client.reset();
    BOOST_TEST(run_until([&] { return woken; }));
    BOOST_TEST(run_until([&] { return server->connections() == 0; }));
    BOOST_TEST(service->alive == 0);
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_within_its_request_leaves_nothing) {
    listen();
    const std::string request = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc";
    for (std::size_t size = 0; size < request.size(); ++size) {
        Client client(*this);
        client.send(request.substr(0, size));
        run_for(1ms);
        size % 2 == 0 ? client.close() : client.reset();
        BOOST_TEST(run_until([&] { return server->connections() == 0; }));
        BOOST_TEST(service->alive == 0);
    }
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_while_a_piece_of_its_body_is_worked_on) {
    std::optional<Promise<>> pause;
    service->on_stream(
        "/",
        [&](ExchangePtr, std::string_view) {
            pause.emplace();
            return pause->get_deferred();
        },
        ScriptedService::echo);
    listen();
    Client client(*this);
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc");
    BOOST_TEST(run_until([&] { return pause.has_value(); }));
    client.reset();
    run_for(10ms);
    pause->callback();
    BOOST_TEST(run_until([&] { return server->connections() == 0; }));
    BOOST_TEST(service->closed == 1);
    BOOST_TEST(service->alive == 0);
}

BOOST_AUTO_TEST_CASE(a_refusal_reaches_a_client_that_still_sends) {
    settings.max_body_size = 1000;
    listen();
    for (int i = 0; i < 20; ++i) {
        Client client(*this);
        client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n" +
                    std::string(500'000, 'x'));
        client.close_half();
        BOOST_TEST(client.reads_end());
        BOOST_TEST(!client.was_reset);
        BOOST_TEST(client.received.starts_with("HTTP/1.1 413 "));
    }
    BOOST_TEST(run_until([&] { return server->connections() == 0; }));
}

BOOST_AUTO_TEST_CASE(a_refusal_reaches_a_client_that_sends_all_before_it_reads) {
    settings.max_body_size = 1000;
    listen();
    Client client(*this);
    // More than the system's buffers take: it is stuck until the server throws away what it has.
    const std::string body(32'000'000, 'x');
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 32000000\r\n\r\n" + body);
    BOOST_TEST(client.read_to("\r\n\r\n").starts_with("HTTP/1.1 413 "));
    BOOST_TEST(!client.was_reset);
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_on_sending_after_a_refusal_is_not_listened_to_for_ever) {
    listen();
    Client client(*this);
    client.send("{");
    const auto begin = Clock::now();
    BOOST_TEST(run_until([&] {
        client.send(std::string(1000, 'x'));
        run_for(1ms);
        return server->connections() == 0;
    }));
    BOOST_TEST((Clock::now() - begin < 4s));
}

BOOST_AUTO_TEST_CASE(an_aborted_answer_does_not_look_complete) {
    service->on("/", [](ExchangePtr exchange) {
        exchange->response.body = "half";
        exchange->send();
        exchange->abort();
    });
    listen();
    Client client(*this);
    client.send(get);
    BOOST_TEST(client.reads_end());
    BOOST_TEST(client.was_reset);
    BOOST_TEST(client.received.find("0\r\n\r\n") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_server_that_stops_lets_requests_finish_and_closes_the_rest) {
    hold("/wait");
    listen();
    Client fresh(*this);
    Client idle(*this);
    Client waiting(*this);
    idle.send(get);
    idle.read_to("GET / ");
    waiting.send(get_path("/wait"));
    run_until([&] { return held.size() == 1; });
    auto stopping = port->stop_listening();
    BOOST_TEST(idle.reads_end());
    BOOST_TEST(fresh.reads_end());
    BOOST_TEST(!stopping.called());
    held[0]->response.body = "held";
    held[0]->finish();
    BOOST_TEST(waiting.reads_end());
    BOOST_TEST(waiting.received.find("\r\nConnection: close\r\n") != std::string::npos);
    BOOST_TEST(waiting.received.ends_with("held"));
    BOOST_TEST(run_until([&] { return stopping.called(); }));
}

BOOST_AUTO_TEST_CASE(a_server_that_stops_waits_no_longer_than_its_grace) {
    hold("/wait");
    port.emplace(reactor::listen_tcp(0, *this, "127.0.0.1", {.grace = 100ms}));
    Client waiting(*this);
    waiting.send(get_path("/wait"));
    run_until([&] { return held.size() == 1; });
    const auto begin = Clock::now();
    auto stopping = port->stop_listening();
    BOOST_TEST(run_until([&] { return stopping.called(); }));
    BOOST_TEST((Clock::now() - begin >= 100ms));
    BOOST_TEST((Clock::now() - begin < 2s));
    BOOST_TEST(service->closed == 1);
    BOOST_TEST(waiting.reads_end());
}

BOOST_AUTO_TEST_CASE(a_server_may_end_while_handlers_wait) {
    hold("/wait");
    listen();
    Client client(*this);
    client.send(get_path("/wait"));
    run_until([&] { return held.size() == 1; });
    port->stop_listening().detach();
    port.reset();
    server.reset();
    BOOST_TEST(held[0]->request.path == "/wait");
}

BOOST_AUTO_TEST_CASE(a_thousand_clients_come_and_go_and_leave_nothing) {
    listen();
    for (int round = 0; round < 10; ++round) {
        std::vector<std::unique_ptr<Client>> clients;
        for (int i = 0; i < 100; ++i) {
            clients.push_back(std::make_unique<Client>(*this));
            clients.back()->send(i % 3 == 0 ? get : i % 3 == 1 ? get.substr(0, 10) : "");
        }
        for (std::size_t i = 0; i < clients.size(); i += 3) {
            BOOST_TEST(clients[i]->read_to("GET / ").ends_with("GET / "));
        }
        clients.clear();
        BOOST_TEST(run_until([&] { return server->connections() == 0; }));
        BOOST_TEST(service->alive == 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()
