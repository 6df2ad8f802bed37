#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/defer.hpp>
#include <cyclone/httpclient.hpp>
#include <cyclone/task.hpp>

#include "tests/unit/httpclient_servers.hpp"

BOOST_AUTO_TEST_SUITE(httpclient_fetch)

using namespace cyclone;
using namespace std::chrono_literals;
using http::ExchangePtr;
using httpclient::HTTPRequest;
using httpclient::HTTPResponse;
using httpclient::RaiseError;

namespace {

struct Fixture {
    reactor::Reactor reactor;
    ScriptedServer server;
    httpclient::AsyncHTTPClient client;

    Fixture() { server.listen(); }

    HTTPResponse get(std::string_view target) { return ask({.url = server.url(target)}); }
    HTTPResponse ask(HTTPRequest request, RaiseError raise_error = RaiseError::no) {
        return reactor.run_until(client.fetch(std::move(request), raise_error));
    }
    void redirect(const std::string& path, std::string location, unsigned status = 302) {
        server.service->on(path, [location = std::move(location), status](ExchangePtr exchange) {
            exchange->response.status = status;
            exchange->response.headers.set("Location", location);
            exchange->finish();
        });
    }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_url_is_fetched, Fixture) {
    const auto response = reactor.run_until(client.fetch(server.url("/a?b=c")));
    BOOST_TEST(response.code == 200u);
    BOOST_TEST(response.reason == "OK");
    BOOST_TEST(response.body == "GET /a?b=c ");
    BOOST_TEST(response.headers.get("Content-Length", "") == "11");
    BOOST_TEST(response.effective_url == server.url("/a?b=c"));
    BOOST_TEST((response.request_time > 0s && response.request_time < 10s));
    BOOST_TEST((response.time_info.starttransfer <= response.time_info.total));
}

BOOST_FIXTURE_TEST_CASE(a_post_takes_its_body_along, Fixture) {
    const auto response = ask({.url = server.url("/p"), .method = "POST", .body = "x=y"});
    BOOST_TEST(response.body == "POST /p x=y");
    const std::string large(300'000, 'z');
    BOOST_TEST(ask({.url = server.url("/p"), .method = "PUT", .body = large}).body ==
               "PUT /p " + large);
}

BOOST_FIXTURE_TEST_CASE(the_free_function_fetches_too, Fixture) {
    BOOST_TEST(reactor.run_until(httpclient::fetch(server.url("/a"))).body == "GET /a ");
}

BOOST_FIXTURE_TEST_CASE(a_client_may_wait_for_its_response, Fixture) {
    httpclient::HTTPClient waiting;
    BOOST_TEST(waiting.fetch(server.url("/a")).body == "GET /a ");
    BOOST_TEST(waiting.fetch({.url = server.url("/b"), .method = "POST", .body = "x"}).body ==
               "POST /b x");
    server.service->on("/missing", [](ExchangePtr exchange) {
        exchange->response.status = 404;
        exchange->finish();
    });
    const std::string missing = server.url("/missing");
    BOOST_CHECK_THROW(waiting.fetch(missing), httpclient::HTTPClientError);
    BOOST_TEST(waiting.fetch(missing, httpclient::RaiseError::no).code == 404u);
    BOOST_TEST(waiting.fetch({.url = missing}, httpclient::RaiseError::no).code == 404u);
    std::string refused;
    reactor.call_later(0s, [&] {
        try {
            waiting.fetch(server.url("/a"));
        } catch (const std::logic_error& error) {
            refused = error.what();
        }
        reactor.stop();
    });
    reactor.run();
    BOOST_TEST(refused.find("AsyncHTTPClient") != std::string::npos);
    waiting.close();
    BOOST_CHECK_THROW(waiting.fetch(server.url("/a")), std::logic_error);
}

BOOST_FIXTURE_TEST_CASE(a_response_that_was_let_pass_can_be_thrown_later, Fixture) {
    server.service->on("/missing", [](ExchangePtr exchange) {
        exchange->response.status = 404;
        exchange->finish();
    });
    get("/there").rethrow();
    const auto missing = get("/missing");
    try {
        missing.rethrow();
        BOOST_ERROR("nothing was thrown");
    } catch (const httpclient::HTTPClientError& error) {
        BOOST_TEST(error.what() == "HTTP 404: Not Found");
        BOOST_TEST(error.code == 404u);
        BOOST_REQUIRE(error.response != nullptr);
        BOOST_TEST(error.response->effective_url == server.url("/missing"));
    }
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_is_none_from_200_to_299_is_an_error_with_the_response,
                        Fixture) {
    server.service->on("/missing", [](ExchangePtr exchange) {
        exchange->response.status = 404;
        exchange->response.body = "not here";
        exchange->finish();
    });
    try {
        ask({.url = server.url("/missing")}, RaiseError::yes);
        BOOST_ERROR("nothing was thrown");
    } catch (const httpclient::HTTPClientError& error) {
        BOOST_TEST(error.code == 404u);
        BOOST_TEST(error.what() == "GET " + server.url("/missing") + ": HTTP 404: Not Found");
        BOOST_TEST(error.response->body == "not here");
    }
    BOOST_TEST(get("/missing").code == 404u);
}

BOOST_FIXTURE_TEST_CASE(connections_are_kept_and_used_again, Fixture) {
    BOOST_TEST(!get("/1").time_info.reused);
    BOOST_TEST(client.idle_connections() == 1u);
    BOOST_TEST(get("/2").time_info.reused);
    BOOST_TEST(ask({.url = server.url("/3"), .method = "HEAD"}).time_info.reused);
    BOOST_TEST(get("/4").time_info.reused);
    BOOST_TEST(client.idle_connections() == 1u);
    HTTPRequest last{.url = server.url("/5")};
    last.headers.set("Connection", "close");
    BOOST_TEST(ask(last).time_info.reused);
    BOOST_TEST(client.idle_connections() == 0u);
}

BOOST_FIXTURE_TEST_CASE(idle_connections_are_closed_after_a_while, Fixture) {
    httpclient::AsyncHTTPClient hasty({.idle_timeout = 30ms});
    reactor.run_until(hasty.fetch(server.url("/")));
    BOOST_TEST(hasty.idle_connections() == 1u);
    reactor.run_until(task::defer_later(100ms));
    BOOST_TEST(hasty.idle_connections() == 0u);
}

BOOST_FIXTURE_TEST_CASE(requests_wait_for_a_free_place_in_their_order, Fixture) {
    httpclient::AsyncHTTPClient narrow({.max_clients = 1});
    std::vector<std::string> order;
    for (const char* path : {"/1", "/2", "/3"}) {
        server.service->on(path, [&order, path](ExchangePtr exchange) {
            order.emplace_back(path);
            reactor::call_later(10ms, [exchange] { exchange->finish(); });
        });
    }
    std::vector<Deferred<HTTPResponse>> all;
    for (const char* path : {"/1", "/2", "/3"}) {
        all.push_back(narrow.fetch(server.url(path)));
    }
    const auto answers = reactor.run_until(gather_results(std::move(all)));
    BOOST_TEST(order == (std::vector<std::string>{"/1", "/2", "/3"}),
               boost::test_tools::per_element());
    BOOST_TEST((answers[2].time_info.queue >= 15ms));
    BOOST_TEST(answers[2].time_info.reused);
}

BOOST_FIXTURE_TEST_CASE(redirects_are_followed_to_their_end, Fixture) {
    redirect("/one", "two?x");
    redirect("/two", "/three", 301);
    const auto response = get("/one");
    BOOST_TEST(response.body == "GET /three ");
    BOOST_TEST(response.effective_url == server.url("/three"));
    BOOST_TEST(ask({.url = server.url("/one"), .method = "POST", .body = "b"}).body ==
               "GET /three ");
    redirect("/keep", "/kept", 307);
    BOOST_TEST(ask({.url = server.url("/keep"), .method = "POST", .body = "b"}).body ==
               "POST /kept b");
    BOOST_TEST(ask({.url = server.url("/one"), .follow_redirects = false}).code == 302u);
}

BOOST_FIXTURE_TEST_CASE(redirects_without_end_are_given_up, Fixture) {
    redirect("/loop", "/loop");
    const auto response = ask({.url = server.url("/loop"), .max_redirects = 3});
    BOOST_TEST(response.code == 302u);
    BOOST_TEST(server.service->started == 4);
}

BOOST_FIXTURE_TEST_CASE(a_redirect_to_a_file_is_an_error, Fixture) {
    redirect("/file", "file:///etc/passwd");
    BOOST_CHECK_EXCEPTION(get("/file"), httpclient::HTTPClientError, [](const auto& error) {
        return std::string(error.what()).find("redirects to what cannot be fetched") !=
               std::string::npos;
    });
}

BOOST_FIXTURE_TEST_CASE(a_redirect_to_another_server_takes_no_credentials_along, Fixture) {
    ScriptedServer other;
    other.listen();
    other.service->on("/there", [](ExchangePtr exchange) {
        exchange->response.body = exchange->request.headers.get("Authorization", "none");
        exchange->finish();
    });
    server.service->on("/there", [](ExchangePtr exchange) {
        exchange->response.body = exchange->request.headers.get("Authorization", "none");
        exchange->finish();
    });
    redirect("/away", other.url("/there"));
    redirect("/near", "/there");
    const HTTPRequest away{.url = server.url("/away"), .auth_username = "u", .auth_password = "p"};
    BOOST_TEST(ask(away).body == "none");
    const HTTPRequest near{.url = server.url("/near"), .auth_username = "u", .auth_password = "p"};
    BOOST_TEST(ask(near).body == "Basic dTpw");
}

BOOST_FIXTURE_TEST_CASE(a_body_can_be_produced_piece_by_piece, Fixture) {
    HTTPRequest request{.url = server.url("/p"), .method = "POST"};
    request.body_producer = [](httpclient::BodyWriter write) -> Deferred<> {
        for (const char* piece : {"one ", "", "two ", "three"}) {
            auto writing = write(piece);
            co_await writing;
            auto pause = task::defer_later(1ms);
            co_await pause;
        }
    };
    BOOST_TEST(ask(request).body == "POST /p one two three");
    request.headers.set("Content-Length", "13");
    BOOST_TEST(ask(request).body == "POST /p one two three");
    BOOST_TEST(client.idle_connections() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_producer_that_does_not_keep_its_promise_ends_the_fetch, Fixture) {
    HTTPRequest request{.url = server.url("/p"), .method = "POST"};
    request.headers.set("Content-Length", "5");
    request.body_producer = [](httpclient::BodyWriter write) -> Deferred<> {
        return write("four");
    };
    BOOST_CHECK_THROW(ask(request), std::length_error);
    request.body_producer = [](httpclient::BodyWriter write) -> Deferred<> {
        return write("sixsix");
    };
    BOOST_CHECK_THROW(ask(request), std::length_error);
    request.body_producer = [](httpclient::BodyWriter) -> Deferred<> {
        throw std::domain_error("my own");
    };
    BOOST_CHECK_THROW(ask(request), std::domain_error);
    BOOST_TEST(client.idle_connections() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_writer_that_outlives_its_fetch_harms_nobody, Fixture) {
    httpclient::BodyWriter kept;
    HTTPRequest request{.url = server.url("/p"), .method = "POST"};
    request.body_producer = [&kept](httpclient::BodyWriter write) -> Deferred<> {
        kept = write;
        return write("x");
    };
    BOOST_TEST(ask(std::move(request)).code == 200u);
    BOOST_CHECK_THROW(reactor.run_until(kept("y")), httpclient::HTTPStreamClosedError);
}

BOOST_FIXTURE_TEST_CASE(an_answer_before_the_end_of_the_body_is_taken, Fixture) {
    RawServer hasty(RawServer::answer("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno"));
    HTTPRequest request{.url = hasty.url("/"), .method = "POST"};
    request.body_producer = [](httpclient::BodyWriter write) -> Deferred<> {
        for (;;) {
            auto writing = write("more");
            co_await writing;
            auto pause = task::defer_later(1ms);
            co_await pause;
        }
    };
    const auto response = ask(std::move(request));
    BOOST_TEST(response.code == 413u);
    BOOST_TEST(response.body == "no");
    BOOST_TEST(client.idle_connections() == 0u);
}

BOOST_FIXTURE_TEST_CASE(the_body_waits_for_continue, Fixture) {
    std::string seen;
    RawServer careful([&seen](RawServer::Socket& socket) -> Deferred<> {
        auto reading = RawServer::read_head(socket);
        seen = co_await reading;
        auto writing = RawServer::write(socket, "HTTP/1.1 100 Continue\r\n\r\n");
        co_await writing;
        char buffer[100];
        auto more = socket.async_read_some(boost::asio::buffer(buffer), use_deferred);
        const std::size_t size = co_await more;
        seen += "|" + std::string(buffer, size);
        auto answering = RawServer::write(socket, "HTTP/1.1 204 Done\r\n\r\n");
        co_await answering;
    });
    const auto response = ask(
        {.url = careful.url("/"), .method = "POST", .body = "body", .expect_100_continue = true});
    BOOST_TEST(response.code == 204u);
    BOOST_TEST(seen.find("Expect: 100-continue\r\n") != seen.npos);
    BOOST_TEST(seen.ends_with("\r\n\r\n|body"), seen);

    const auto idle_before = client.idle_connections();
    RawServer refusing(RawServer::answer("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"));
    BOOST_TEST(ask({.url = refusing.url("/"),
                    .method = "POST",
                    .body = "body",
                    .expect_100_continue = true})
                   .code == 403u);
    BOOST_TEST(client.idle_connections() == idle_before);
}

BOOST_FIXTURE_TEST_CASE(a_body_streams_in_as_fast_as_it_is_taken, Fixture) {
    const std::string large(2'000'000, 's');
    server.service->on("/large", [&large](ExchangePtr exchange) {
        exchange->response.body = large;
        exchange->finish();
    });
    std::size_t taken = 0;
    int running = 0;
    std::string lines;
    HTTPRequest request{.url = server.url("/large")};
    request.header_callback = [&lines](std::string_view line) { lines += line; };
    request.streaming_callback = [&](std::string_view chunk) -> Deferred<> {
        BOOST_TEST(running == 0);
        ++running;
        taken += chunk.size();
        auto pause = task::defer_later(std::chrono::microseconds(10));
        co_await pause;
        --running;
    };
    const auto response = ask(std::move(request));
    BOOST_TEST(response.body == "");
    BOOST_TEST(taken == large.size());
    BOOST_TEST(lines.starts_with("HTTP/1.1 200 OK\r\n"));
    BOOST_TEST(lines.ends_with("\r\n\r\n"));
    BOOST_TEST(lines.find("Content-Length: 2000000\r\n") != lines.npos);

    int calls = 0;
    HTTPRequest plain{.url = server.url("/a")};
    plain.streaming_callback = [&calls](std::string_view) { ++calls; };
    ask(std::move(plain));
    BOOST_TEST(calls == 1);
}

BOOST_FIXTURE_TEST_CASE(what_a_callback_throws_comes_out, Fixture) {
    HTTPRequest request{.url = server.url("/a")};
    request.streaming_callback = [](std::string_view) { throw std::domain_error("my own"); };
    BOOST_CHECK_THROW(ask(request), std::domain_error);
    request.streaming_callback = nullptr;
    request.header_callback = [](std::string_view) { throw std::domain_error("my own"); };
    BOOST_CHECK_THROW(ask(request), std::domain_error);
    BOOST_TEST(client.idle_connections() == 0u);
}

BOOST_FIXTURE_TEST_CASE(cookies_are_kept_where_a_jar_is_given, Fixture) {
    server.service->on("/set", [](ExchangePtr exchange) {
        exchange->response.headers.add("Set-Cookie", "a=1; Path=/");
        exchange->response.headers.add("Set-Cookie", "b=2; Path=/show");
        exchange->response.status = 302;
        exchange->response.headers.set("Location", "/show");
        exchange->finish();
    });
    server.service->on("/show", [](ExchangePtr exchange) {
        exchange->response.body = exchange->request.headers.get("Cookie", "none");
        exchange->finish();
    });
    BOOST_TEST(get("/set").body == "none");
    httpclient::AsyncHTTPClient browser({.cookies = std::make_shared<httpclient::CookieJar>()});
    BOOST_TEST(reactor.run_until(browser.fetch(server.url("/set"))).body == "b=2; a=1");
    BOOST_TEST(reactor.run_until(browser.fetch(server.url("/show"))).body == "b=2; a=1");
}

BOOST_FIXTURE_TEST_CASE(a_proxy_is_asked_for_the_whole_url, Fixture) {
    std::string seen;
    RawServer proxy([&seen](RawServer::Socket& socket) -> Deferred<> {
        auto reading = RawServer::read_head(socket);
        seen = co_await reading;
        auto writing = RawServer::write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        co_await writing;
    });
    const auto response = ask({.url = "http://somewhere.invalid/x",
                               .proxy_host = "127.0.0.1",
                               .proxy_port = proxy.port(),
                               .proxy_username = "u",
                               .proxy_password = "p"});
    BOOST_TEST(response.body == "ok");
    BOOST_TEST(response.effective_url == "http://somewhere.invalid/x");
    BOOST_TEST(
        seen.starts_with("GET http://somewhere.invalid/x HTTP/1.1\r\nHost: somewhere.invalid\r\n"));
    BOOST_TEST(seen.find("Proxy-Authorization: Basic dTpw\r\n") != seen.npos);
}

BOOST_FIXTURE_TEST_CASE(names_can_be_mapped, Fixture) {
    httpclient::AsyncHTTPClient mapped({.hostname_mapping = {{"service.invalid", "127.0.0.1"}}});
    server.service->on("/host", [](ExchangePtr exchange) {
        exchange->response.body = exchange->request.host;
        exchange->finish();
    });
    const auto url = server.url("/host", "service.invalid");
    BOOST_TEST(reactor.run_until(mapped.fetch(url)).body ==
               "service.invalid:" + std::to_string(server.port->port()));
}

BOOST_FIXTURE_TEST_CASE(a_fetch_may_come_from_a_chosen_address, Fixture) {
    server.service->on("/who", [](ExchangePtr exchange) {
        exchange->response.body = exchange->request.remote_ip;
        exchange->finish();
    });
    BOOST_TEST(get("/who").body == "127.0.0.1");
    BOOST_TEST(ask({.url = server.url("/who"), .network_interface = "127.0.0.2"}).body ==
               "127.0.0.2");
}

BOOST_FIXTURE_TEST_CASE(an_ipv6_address_is_used_only_where_that_is_allowed, Fixture) {
    server.port.emplace(reactor::listen_tcp(0, server, "::1"));
    BOOST_TEST(ask({.url = server.url("/a", "[::1]")}).body == "GET /a ");
    BOOST_CHECK_THROW(ask({.url = server.url("/a", "[::1]"), .allow_ipv6 = false}),
                      httpclient::HTTPClientError);
}

BOOST_FIXTURE_TEST_CASE(a_client_may_go_while_its_fetches_run, Fixture) {
    auto passing = std::make_unique<httpclient::AsyncHTTPClient>();
    auto fetching = passing->fetch(server.url("/a"));
    passing.reset();
    BOOST_TEST(reactor.run_until(std::move(fetching)).body == "GET /a ");
    httpclient::AsyncHTTPClient closed;
    closed.close();
    BOOST_CHECK_THROW(reactor.run_until(closed.fetch(server.url("/a"))), std::logic_error);
}

BOOST_AUTO_TEST_CASE(a_reactor_may_go_while_fetches_run) {
    auto loop = std::make_unique<reactor::Reactor>();
    auto server = std::make_unique<ScriptedServer>();
    server->listen();
    auto client = std::make_unique<httpclient::AsyncHTTPClient>();
    auto first = client->fetch(server->url("/a"));
    auto second = client->fetch("http://127.0.0.1:1/");
    loop->run_until(task::defer_later(1ms));
    server.reset();
    loop.reset();
    for (auto* const fetching : {&first, &second}) {
        BOOST_TEST(fetching->called());
        auto ignored =
            std::move(*fetching).add_errback([](const Failure&) { return HTTPResponse(); });
    }
    BOOST_TEST(client->idle_connections() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
