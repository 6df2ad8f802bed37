#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/captured_log.hpp"
#include "tests/unit/http_in_memory.hpp"

namespace http_server_connection {

using namespace cyclone;
using http::Exchange;
using http::ExchangePtr;
using testing::MemoryConnection;
using Phase = http::ServerConnection::Phase;

}  // namespace http_server_connection

BOOST_FIXTURE_TEST_SUITE(http_server_connection, HttpInMemory)

// What is refused

BOOST_AUTO_TEST_CASE(a_refusal_knows_nothing_of_the_request_before) {
    connection().send("HEAD /secret HTTP/1.1\r\nHost: h\r\n\r\n{");
    BOOST_TEST(answer("HEAD").status == 200U);
    const auto refusal = answer();
    BOOST_TEST(refusal.status == 400U);
    BOOST_TEST(refusal.body != "");
    BOOST_TEST_REQUIRE(service->refused.size() == 1U);
    BOOST_TEST(service->refused[0].starts_with("400  : "));
}

BOOST_AUTO_TEST_CASE(a_refusal_between_two_reads_has_no_view_of_bytes_that_were_moved) {
    // Grown twice: the block that the request line was first read from has gone for good.
    connection().send("GET /path HTTP/1.1\r\nA: " + std::string(33'000, 'x'), 500);
    connection().server_side().input_space();
    connection().server_side().timed_out();
    BOOST_TEST_REQUIRE(service->refused.size() == 1U);
    BOOST_TEST(service->refused[0].starts_with("408 "));
}

BOOST_AUTO_TEST_CASE(a_refusal_says_why_and_has_a_body_that_ends) {
    connection().send("GET / HTTP/1.1\r\n\r\n");
    const auto refusal = answer();
    BOOST_TEST(refusal.status == 400U);
    BOOST_TEST(refusal.reason == "Bad Request");
    BOOST_TEST(refusal.header("Content-Type") == "text/plain; charset=UTF-8");
    BOOST_TEST(refusal.body == "an HTTP/1.1 request needs a Host field\n");
    BOOST_TEST(connection().server_side().lingers());
}

// Bodies

BOOST_AUTO_TEST_CASE(a_body_is_asked_for_only_when_it_has_not_come) {
    const std::string head =
        "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    connection().send(head);
    BOOST_TEST(connection().take_received() == "HTTP/1.1 100 Continue\r\n\r\n");
    connection().send("ab");
    BOOST_TEST(connection().received().starts_with("HTTP/1.1 200 OK\r\n"));
    connection().take_received();
    connection().send(head + "ab");
    BOOST_TEST(connection().received().starts_with("HTTP/1.1 200 OK\r\n"));
}

BOOST_AUTO_TEST_CASE(a_handler_that_answers_before_the_body_asks_for_none) {
    service->on_stream(
        "/", [](ExchangePtr, std::string_view) { return succeed(); }, [](ExchangePtr) {},
        [](ExchangePtr exchange) {
            exchange->response.status = 401;
            exchange->finish();
        });
    connection().send(
        "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    BOOST_TEST(connection().received().starts_with("HTTP/1.1 401 "));
    BOOST_TEST(answer().header("Connection") == "close");
    BOOST_TEST(connection().closed());
}

BOOST_AUTO_TEST_CASE(a_large_body_is_whole_however_it_comes) {
    settings.max_body_size = 1'000'000;
    std::string body;
    for (int i = 0; body.size() < 300'000; ++i) {
        body += std::to_string(i) + ' ';
    }
    std::string seen;
    service->on("/", [&seen](ExchangePtr exchange) {
        seen = exchange->request.body;
        exchange->finish();
    });
    for (const std::size_t piece :
         {std::size_t(7), std::size_t(1000), std::size_t(16'000), body.size()}) {
        connection().send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " +
                              std::to_string(body.size()) + "\r\n\r\n" + body,
                          piece);
        BOOST_CHECK(seen == body);
        seen.clear();
    }
    BOOST_TEST(service->started == 4);
}

BOOST_AUTO_TEST_CASE(a_body_by_pieces_is_read_on_when_the_piece_is_done_with) {
    std::string seen;
    std::optional<Promise<>> pause;
    service->on_stream(
        "/",
        [&](ExchangePtr, std::string_view piece) {
            seen += piece;
            pause.emplace();
            return pause->get_deferred();
        },
        ScriptedService::echo);
    connection().send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nab");
    BOOST_TEST(seen == "ab");
    BOOST_TEST(!connection().server_side().wants_input());
    connection().send("cdef");
    BOOST_TEST(seen == "ab");
    auto first = std::move(*pause);
    first.callback();
    BOOST_TEST(seen == "abcdef");
    BOOST_TEST(connection().received() == "");
    auto second = std::move(*pause);
    second.callback();
    BOOST_TEST(answer().status == 200U);
    connection().send(get);
}

BOOST_AUTO_TEST_CASE(a_body_by_pieces_that_is_refused_is_told_to_its_handler) {
    const auto stream = [this] {
        service->on_stream(
            "/", [](ExchangePtr, std::string_view) { return succeed(); }, [](ExchangePtr) {});
    };
    stream();
    connection().send(
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nx");
    BOOST_TEST(answer().status == 400U);
    BOOST_TEST(service->closed == 1);
    BOOST_TEST(service->alive == 0);
}

BOOST_AUTO_TEST_CASE(body_received_that_fails_cuts_the_connection) {
    CapturedLog log;
    for (const bool later : {false, true}) {
        std::optional<Promise<>> pause;
        service->on_stream(
            "/",
            [&](ExchangePtr, std::string_view) -> Deferred<> {
                if (!later) {
                    throw 7;
                }
                pause.emplace();
                return pause->get_deferred();
            },
            ScriptedService::echo);
        MemoryConnection client(service);
        client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab");
        if (later) {
            BOOST_TEST(!client.closed());
            pause->errback(std::make_exception_ptr(std::runtime_error("deliberate")));
        }
        BOOST_TEST(client.closed());
        BOOST_TEST(client.received() == "");
    }
}

BOOST_AUTO_TEST_CASE(a_delegate_that_throws_leaves_a_closed_connection_never_a_stuck_one) {
    CapturedLog log;
    const auto fail = [](ExchangePtr) { throw std::runtime_error("deliberate"); };
    const auto fail_strangely = [](ExchangePtr) { throw 7; };
    service->on("/a", fail);
    service->on("/b", fail_strangely);
    service->on_stream(
        "/c", [](ExchangePtr, std::string_view) { return succeed(); }, fail, fail);
    for (const char* path : {"/a", "/b", "/c"}) {
        MemoryConnection client(service);
        client.send("POST " + std::string(path) +
                    " HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx");
        BOOST_TEST(client.closed());
    }
    BOOST_TEST(service->alive == 0);
}

// Clients that go

BOOST_AUTO_TEST_CASE(a_client_that_goes_while_a_handler_waits_is_told_and_the_request_lives_on) {
    auto* const held = hold("/wait");
    connection().send("POST /wait HTTP/1.1\r\nHost: h\r\nX-A: b\r\nContent-Length: 3\r\n\r\nabc");
    connection().disconnect();
    made.reset();
    BOOST_TEST(service->closed == 1);
    BOOST_TEST(service->alive == 1);
    const ExchangePtr exchange = std::move(held->back());
    held->clear();
    BOOST_TEST(exchange->closed());
    BOOST_TEST(exchange->request.path == "/wait");
    BOOST_TEST(exchange->request.body == "abc");
    BOOST_TEST(exchange->request.headers.find("X-A").value() == "b");
    exchange->response.body = "late";
    exchange->send();
    exchange->send_file({});
    BOOST_TEST(exchange->drained().called());
    BOOST_TEST(exchange->pending_output() == 0U);
    BOOST_TEST(!exchange->can_upgrade());
    BOOST_CHECK(exchange->upgrade() == nullptr);
    exchange->finish();
    exchange->finish();
    exchange->abort();
}

BOOST_AUTO_TEST_CASE(what_was_finished_is_drained_when_it_has_left) {
    auto* const held = hold("/");
    connection().stall();
    connection().send(get);
    const ExchangePtr exchange = held->back();
    exchange->response.body.assign(100'000, 'x');
    exchange->finish();
    auto drained = exchange->drained();
    BOOST_TEST(!drained.called());
    connection().resume();
    BOOST_TEST(drained.called());
    BOOST_TEST(exchange->drained().called());
    // The connection serves on, which is none of this one's matter.
    connection().send(get_path("/next"));
    BOOST_TEST(exchange->drained().called());
}

BOOST_AUTO_TEST_CASE(what_was_finished_within_the_request_s_own_call_is_drained_when_it_has_left) {
    bool drained = false;
    service->on("/", [&drained](ExchangePtr exchange) {
        auto finishing = [](ExchangePtr kept, bool& flag) -> Deferred<> {
            kept->response.body.assign(100'000, 'x');
            kept->finish();
            auto draining = kept->drained();
            co_await draining;
            flag = true;
        };
        finishing(std::move(exchange), drained).detach();
    });
    connection().stall();
    connection().send(get);
    BOOST_TEST(!drained);
    connection().resume();
    BOOST_TEST(drained);
}

BOOST_AUTO_TEST_CASE(what_was_finished_is_waited_for_no_longer_than_its_connection_is_there) {
    auto* const held = hold("/");
    for (const bool destroyed : {false, true}) {
        made.reset();
        connection().stall();
        connection().send(get);
        const ExchangePtr exchange = held->back();
        exchange->response.body.assign(100'000, 'x');
        exchange->finish();
        auto drained = exchange->drained();
        BOOST_TEST(!drained.called());
        destroyed ? made.reset() : connection().disconnect();
        BOOST_TEST(drained.called());
        BOOST_TEST(exchange->drained().called());
    }
}

BOOST_AUTO_TEST_CASE(a_refusal_is_drained_when_it_has_left) {
    auto* const held = hold("/");
    connection().stall();
    connection().send(get);
    const ExchangePtr exchange = held->back();
    // The handler's time is over.
    connection().server_side().timed_out();
    BOOST_TEST(exchange->finished());
    auto drained = exchange->drained();
    BOOST_TEST(!drained.called());
    connection().resume();
    BOOST_TEST(drained.called());
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_while_a_handler_drains_wakes_it) {
    bool woken = false;
    service->on("/", [&woken](ExchangePtr exchange) {
        exchange->response.body.assign(100'000, 'x');
        exchange->send();
        auto waiting = [](ExchangePtr kept, bool& flag) -> Deferred<> {
            auto draining = kept->drained();
            co_await draining;
            kept->response.body = "more";
            kept->finish();
            flag = true;
        };
        waiting(std::move(exchange), woken).detach();
    });
    connection().stall();
    connection().send(get);
    BOOST_TEST(!woken);
    connection().disconnect();
    BOOST_TEST(woken);
    BOOST_TEST(service->closed == 1);
    BOOST_TEST(service->alive == 0);
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_while_a_piece_of_a_body_is_worked_on) {
    std::optional<Promise<>> pause;
    std::string_view seen;
    service->on_stream(
        "/",
        [&](ExchangePtr, std::string_view piece) {
            seen = piece;
            pause.emplace();
            return pause->get_deferred();
        },
        ScriptedService::echo);
    connection().send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc");
    connection().disconnect();
    made.reset();
    BOOST_TEST(service->closed == 1);
    BOOST_TEST(seen == "abc");
    pause->callback();
    BOOST_TEST(service->alive == 0);
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_before_a_request_is_complete_leaves_nothing) {
    for (const char* bytes :
         {"", "GET", "POST / HTTP/1.1\r\nHost: h\r\n",
          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc",
          "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc"}) {
        for (const bool half : {false, true}) {
            MemoryConnection client(service);
            client.send(bytes);
            half ? client.shut_down() : client.disconnect();
            BOOST_TEST(client.closed());
            BOOST_TEST(client.received() == "");
            BOOST_TEST(service->alive == 0);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_client_that_closes_its_half_gets_the_answer_it_waits_for) {
    auto* const held = hold("/wait");
    connection().send(get_path("/wait"));
    connection().shut_down();
    BOOST_TEST(service->closed == 1);
    BOOST_TEST(!connection().closed());
    held->back()->response.body = "late";
    held->back()->finish();
    const auto response = answer();
    BOOST_TEST(response.body == "late");
    BOOST_TEST(response.header("Connection") == "close");
    BOOST_TEST(connection().closed());
}

BOOST_AUTO_TEST_CASE(a_client_that_closes_its_half_gets_all_that_it_has_asked_for) {
    auto* const held = hold("/wait");
    connection().send(get_path("/wait") + get_path("/wait") + get);
    connection().shut_down();
    BOOST_TEST_REQUIRE(held->size() == 1U);
    held->back()->finish();
    BOOST_TEST_REQUIRE(held->size() == 2U);
    BOOST_TEST(!connection().closed());
    held->back()->finish();
    BOOST_TEST(connection().closed());
    BOOST_TEST(answer().status == 200U);
    BOOST_TEST(answer().status == 200U);
    BOOST_TEST(answer().body == "GET / ");
    BOOST_TEST(service->started == 3);
}

BOOST_AUTO_TEST_CASE(a_handler_may_finish_when_it_is_told_that_the_client_is_gone) {
    struct Finishing final : http::Service {
        struct Delegate final : http::RequestDelegate {
            explicit Delegate(Exchange& of) : exchange(of) {}
            void request_complete() override {}
            void connection_closed() override { exchange.finish(); }
            Exchange& exchange;
        };
        std::unique_ptr<http::RequestDelegate> start_request(Exchange& exchange) override {
            return std::make_unique<Delegate>(exchange);
        }
        bool knows_method(std::string_view) const override { return true; }
        void on_refused(const Exchange&, unsigned, std::string_view) override {}
    };
    for (const bool half : {false, true}) {
        MemoryConnection client(std::make_shared<Finishing>());
        client.send(get);
        half ? client.shut_down() : client.disconnect();
        BOOST_TEST(client.closed());
        BOOST_TEST(client.received().empty() == !half);
    }
}

// Bounds

BOOST_AUTO_TEST_CASE(a_client_that_sends_and_never_reads_is_not_read_on) {
    connection().stall();
    std::string requests;
    for (int i = 0; i < 100'000; ++i) {
        requests += get;
    }
    connection().send(requests);
    const auto waiting = connection().server_side().output().size();
    BOOST_TEST(waiting >= 256U * 1024);
    BOOST_TEST(waiting < 300U * 1024);
    BOOST_TEST(!connection().server_side().wants_input());
    BOOST_TEST(service->started < 10'000);
    connection().resume();
    BOOST_TEST(service->started == 100'000);
}

BOOST_AUTO_TEST_CASE(what_comes_behind_a_request_that_is_being_handled_is_bounded) {
    hold("/wait");
    connection().send(get_path("/wait"));
    std::size_t taken = 0;
    auto& server = connection().server_side();
    while (server.wants_input() && taken < 1'000'000) {
        const std::size_t size = server.input_space().size();
        std::fill_n(server.input_space().data(), size, 'x');
        server.received(size, {});
        taken += size;
    }
    BOOST_TEST(taken < 64U * 1024);
}

BOOST_AUTO_TEST_CASE(a_large_content_length_takes_no_memory_before_its_bytes) {
    settings.max_body_size = 1ULL << 40;
    connection().send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000000\r\n\r\nx");
    BOOST_TEST(connection().server_side().input_space().size() < 20'000U);
    BOOST_TEST(connection().server_side().body_received() == 1U);
    BOOST_CHECK(connection().server_side().phase() == Phase::body);
}

BOOST_AUTO_TEST_CASE(a_handler_that_never_takes_a_piece_stops_the_reading) {
    service->on_stream(
        "/", [](ExchangePtr, std::string_view) { return Promise<>().get_deferred(); },
        ScriptedService::echo);
    CapturedLog log;
    std::vector<Promise<>> never;
    service->on_stream(
        "/",
        [&never](ExchangePtr, std::string_view) {
            never.emplace_back();
            return never.back().get_deferred();
        },
        ScriptedService::echo);
    connection().send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" +
                      std::string(50'000, 'x'));
    BOOST_TEST(!connection().server_side().wants_input());
    BOOST_TEST(never.size() == 1U);
    BOOST_CHECK(connection().server_side().phase() == Phase::handling);
    connection().disconnect();
    never.clear();
    BOOST_TEST(service->alive == 0);
}

BOOST_AUTO_TEST_CASE(a_connection_between_two_requests_holds_nothing) {
    connection().send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20000\r\n\r\n" +
                      std::string(20'000, 'x'));
    BOOST_TEST(connection().server_side().idle());
    connection().send("G");
    BOOST_TEST(!connection().server_side().idle());
    connection().send(get.substr(1));
    BOOST_TEST(connection().server_side().idle());
}

BOOST_AUTO_TEST_CASE(space_that_nothing_was_read_into_does_not_keep_a_connection_busy) {
    connection().server_side().input_space();
    connection().server_side().received(0, {});
    BOOST_TEST(connection().server_side().idle());
}

// Time

BOOST_AUTO_TEST_CASE(each_phase_has_its_answer_when_its_time_is_over) {
    auto* const held = hold("/wait");
    const struct {
        const char* bytes;
        Phase phase;
        unsigned status;
    } rows[] = {
        {"", Phase::idle, 0},
        {"GET", Phase::head, 408},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc", Phase::body, 408},
        {"GET /wait HTTP/1.1\r\nHost: h\r\n\r\n", Phase::handling, 503},
    };
    for (const auto& row : rows) {
        BOOST_TEST_CONTEXT(row.bytes) {
            MemoryConnection client(service);
            client.send(row.bytes);
            BOOST_CHECK(client.server_side().phase() == row.phase);
            client.server_side().timed_out();
            client.resume();
            BOOST_TEST(client.closed());
            std::string received = client.take_received();
            const auto response = testing::take_response(received, "GET", true);
            BOOST_TEST((response ? response->status : 0U) == row.status);
        }
    }
    BOOST_TEST(service->timeouts == 1);
    BOOST_TEST(held->back()->closed());
}

BOOST_AUTO_TEST_CASE(a_handler_whose_time_is_over_may_answer_itself) {
    hold("/wait");
    service->on_timeout([](ExchangePtr exchange) {
        exchange->response.status = 504;
        exchange->finish();
    });
    connection().send(get_path("/wait"));
    connection().server_side().timed_out();
    connection().resume();
    BOOST_TEST(answer().status == 504U);
    BOOST_TEST(!connection().closed());
}

BOOST_AUTO_TEST_CASE(an_answer_that_has_begun_when_its_time_is_over_is_cut) {
    auto* const held = hold("/wait");
    connection().send(get_path("/wait"));
    held->back()->response.body = "half";
    held->back()->send();
    connection().server_side().timed_out();
    connection().resume();
    BOOST_TEST(connection().closed());
    BOOST_TEST(connection().server_side().cut());
    BOOST_TEST(!connection().received().ends_with("0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(a_server_that_stops_lets_the_answer_out) {
    auto* const held = hold("/wait");
    connection().send(get_path("/wait") + get);
    connection().server_side().stop();
    connection().resume();
    BOOST_TEST(!connection().closed());
    held->back()->finish();
    BOOST_TEST(answer().header("Connection") == "close");
    BOOST_TEST(connection().closed());
    BOOST_TEST(service->started == 1);

    MemoryConnection idle(service);
    idle.server_side().stop();
    idle.resume();
    BOOST_TEST(idle.closed());
}

// Behind a proxy

BOOST_AUTO_TEST_CASE(only_a_trusted_proxy_says_where_a_request_comes_from) {
    service->on("/", [](ExchangePtr exchange) {
        exchange->response.body = exchange->request.remote_ip;
        exchange->response.body.append(" ").append(exchange->request.protocol);
        exchange->finish();
    });
    const auto seen = [this](std::string_view fields) {
        MemoryConnection client(service, settings);
        client.send("GET / HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n");
        std::string received = client.take_received();
        return testing::take_response(received, "GET", false).value().body;
    };
    const std::string_view both = "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\n";
    BOOST_TEST(seen(both) == "127.0.0.1 http");
    settings.xheaders = true;
    BOOST_TEST(seen(both) == "1.2.3.4 https");
    BOOST_TEST(seen("") == "127.0.0.1 http");
    // The last one is the proxy's own; those before it come from anybody.
    BOOST_TEST(seen("X-Forwarded-For: 6.6.6.6, 1.2.3.4\r\n") == "1.2.3.4 http");
    BOOST_TEST(seen("X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 1.2.3.4\r\n") == "1.2.3.4 http");
    for (const char* address : {"", "unknown", "1.2.3.4:80", "<script>", "1.2.3.4 5"}) {
        BOOST_TEST(seen("X-Forwarded-For: " + std::string(address) + "\r\n") == "127.0.0.1 http");
    }
    BOOST_TEST(seen("X-Forwarded-Proto: gopher\r\n") == "127.0.0.1 http");
}

BOOST_AUTO_TEST_SUITE_END()
