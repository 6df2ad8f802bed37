#include <boost/test/unit_test.hpp>

#include <sys/socket.h>

#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <zlib.h>

#include <cyclone/defer.hpp>
#include <cyclone/httpclient.hpp>
#include <cyclone/httpclient/gzip_decoder.hpp>
#include <cyclone/task.hpp>

#include "tests/unit/httpclient_servers.hpp"

BOOST_AUTO_TEST_SUITE(httpclient_faults)

using namespace cyclone;
using namespace std::chrono_literals;
using httpclient::HTTPRequest;
using httpclient::HTTPResponse;
using httpclient::RaiseError;

namespace {

struct Fixture {
    reactor::Reactor reactor;
    httpclient::AsyncHTTPClient client{{.max_body_size = 100'000, .max_header_size = 2000}};

    /// What a fetch from `server` fails with, behind the request and its URL.
    template <class E = httpclient::HTTPClientError>
    std::string failure(const RawServer& server, HTTPRequest request = {}) {
        request.url = server.url("/");
        if (request.request_timeout == 20s) {
            request.request_timeout = 2s;
        }
        const std::string prefix = request.method + " " + request.url + ": ";
        try {
            return "code " +
                   std::to_string(
                       reactor.run_until(client.fetch(std::move(request), RaiseError::no)).code);
        } catch (const E& error) {
            const std::string what = error.what();
            return what.starts_with(prefix) ? what.substr(prefix.size()) : "unprefixed: " + what;
        }
    }
};

std::string gzipped(std::string_view text, int level = 6) {
    z_stream zlib{};
    BOOST_REQUIRE(deflateInit2(&zlib, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string out(deflateBound(&zlib, static_cast<uLong>(text.size())), '\0');
    zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    zlib.avail_in = static_cast<uInt>(text.size());
    zlib.next_out = reinterpret_cast<Bytef*>(out.data());
    zlib.avail_out = static_cast<uInt>(out.size());
    BOOST_REQUIRE(deflate(&zlib, Z_FINISH) == Z_STREAM_END);
    out.resize(out.size() - zlib.avail_out);
    deflateEnd(&zlib);
    return out;
}

std::string with_head(std::string_view fields, std::string_view body) {
    return "HTTP/1.1 200 OK\r\n" + std::string(fields) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

/// What a decoder makes of `bytes` in pieces of `size`: the text, or "refused".
std::string decoded(std::string_view bytes, std::size_t size, bool& may_end) {
    httpclient::GzipDecoder decoder;
    std::string text;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size()))) {
        std::string_view piece = bytes.substr(0, size);
        for (;;) {
            const auto state = decoder.decode(piece);
            if (state == httpclient::GzipDecoder::State::refused) {
                return "refused";
            }
            if (state == httpclient::GzipDecoder::State::incomplete) {
                break;
            }
            text += decoder.data();
        }
    }
    may_end = decoder.may_end();
    return text;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_server_that_closes_says_where, Fixture) {
    const RawServer silent(RawServer::answer(""));
    BOOST_TEST(failure<httpclient::HTTPStreamClosedError>(silent) ==
               "the server closed the connection without an answer");
    const RawServer in_head(RawServer::answer("HTTP/1.1 200 OK\r\nConte"));
    BOOST_TEST(failure<httpclient::HTTPStreamClosedError>(in_head) ==
               "the server closed the connection in the middle of the response's header");
    const RawServer in_body(RawServer::answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"));
    BOOST_TEST(failure<httpclient::HTTPStreamClosedError>(in_body) ==
               "the server closed the connection in the middle of the response's body");
}

BOOST_FIXTURE_TEST_CASE(a_reset_is_an_error_of_its_own, Fixture) {
    const RawServer resetting([](RawServer::Socket& socket) -> Deferred<> {
        auto reading = RawServer::read_head(socket);
        co_await reading;
        socket.set_option(boost::asio::socket_base::linger(true, 0));
        socket.close();
    });
    BOOST_TEST(failure<httpclient::HTTPStreamClosedError>(resetting) ==
               "the connection was lost: Connection reset by peer");
}

BOOST_FIXTURE_TEST_CASE(garbage_is_refused, Fixture) {
    const RawServer ssh(RawServer::answer("SSH-2.0-OpenSSH_9.2\r\n"));
    BOOST_TEST(failure(ssh) == "the response is no HTTP/1: it begins with 'SSH-2.0-OpenSSH_9.2..'");
    const RawServer chunks(
        RawServer::answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz"));
    BOOST_TEST(failure(chunks).starts_with("the response is malformed: "));
    std::mt19937 random(1);
    for (int i = 0; i < 50; ++i) {
        std::string bytes =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
        for (int change = 0; change < 3; ++change) {
            bytes[random() % bytes.size()] = static_cast<char>(random() % 256);
        }
        const RawServer server(RawServer::answer(bytes));
        BOOST_TEST(!failure(server).empty());
    }
    BOOST_TEST(client.idle_connections() <= 50u);
}

BOOST_FIXTURE_TEST_CASE(what_is_too_large_is_refused, Fixture) {
    const RawServer header(RawServer::answer("HTTP/1.1 200 OK\r\nA: " + std::string(5000, 'a')));
    BOOST_TEST(failure(header) ==
               "the header of the response is larger than max_header_size, 2000 bytes");
    const RawServer announced(
        RawServer::answer("HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n"));
    BOOST_TEST(
        failure(announced) ==
        "the body of the response, 100001 bytes, is larger than max_body_size, 100000 bytes");
    const RawServer endless([](RawServer::Socket& socket) -> Deferred<> {
        auto writing = RawServer::write(socket, "HTTP/1.1 200 OK\r\n\r\n");
        co_await writing;
        for (;;) {
            auto more = RawServer::write(socket, std::string(10'000, 'x'));
            co_await more;
        }
    });
    BOOST_TEST(failure(endless) ==
               "the body of the response is larger than max_body_size, 100000 bytes");
    BOOST_TEST(failure(endless, {.max_body_size = 10}) ==
               "the body of the response is larger than max_body_size, 10 bytes");
}

BOOST_FIXTURE_TEST_CASE(informational_responses_without_end_are_refused, Fixture) {
    std::string hints;
    for (int i = 0; i < 1000; ++i) {
        hints += "HTTP/1.1 102 Processing\r\n\r\n";
    }
    const RawServer server(RawServer::answer(hints));
    BOOST_TEST(failure(server) ==
               "the header of the response is larger than max_header_size, 2000 bytes");
}

BOOST_FIXTURE_TEST_CASE(one_byte_at_a_time_is_as_good_as_any, Fixture) {
    const RawServer dripping([](RawServer::Socket& socket) -> Deferred<> {
        socket.set_option(boost::asio::ip::tcp::no_delay(true));
        for (const char c : std::string_view("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                             "5\r\nhello\r\n0\r\n\r\n")) {
            auto writing = RawServer::write(socket, std::string(1, c));
            co_await writing;
            auto pause = task::defer_later(std::chrono::microseconds(100));
            co_await pause;
        }
    });
    BOOST_TEST(reactor.run_until(client.fetch(dripping.url("/"))).body == "hello");
}

BOOST_FIXTURE_TEST_CASE(each_phase_has_its_time, Fixture) {
    const RawServer never([](RawServer::Socket& socket) -> Deferred<> {
        auto reading = RawServer::read_head(socket);
        co_await reading;
        auto writing = RawServer::write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal");
        co_await writing;
        auto pause = task::defer_later(10s);
        co_await pause;
    });
    BOOST_TEST(failure<httpclient::HTTPTimeoutError>(never, {.request_timeout = 50ms}) ==
               "timeout during request: it took longer than request_timeout, 50 ms");

    httpclient::AsyncHTTPClient narrow({.max_clients = 1});
    auto first = narrow.fetch({.url = never.url("/"), .request_timeout = 300ms});
    try {
        reactor.run_until(narrow.fetch({.url = never.url("/"), .connect_timeout = 50ms}));
        BOOST_ERROR("nothing was thrown");
    } catch (const httpclient::HTTPTimeoutError& error) {
        BOOST_TEST(error.code == 599u);
        BOOST_TEST(
            std::string(error.what())
                .ends_with(
                    "no free place among the client's connections within connect_timeout, 50 ms"));
    }
    BOOST_CHECK_THROW(reactor.run_until(std::move(first)), httpclient::HTTPTimeoutError);
}

BOOST_FIXTURE_TEST_CASE(a_backlog_that_is_full_is_a_connect_timeout, Fixture) {
    // Nobody accepts, and the second connection finds no place in the queue.
    boost::asio::ip::tcp::acceptor full(reactor.context());
    full.open(boost::asio::ip::tcp::v4());
    full.bind({boost::asio::ip::make_address("127.0.0.1"), 0});
    full.listen(0);
    std::vector<boost::asio::ip::tcp::socket> fillers;
    for (int i = 0; i < 3; ++i) {
        auto& filler = fillers.emplace_back(reactor.context(), boost::asio::ip::tcp::v4());
        filler.native_non_blocking(true);
        const auto endpoint = full.local_endpoint();
        ::connect(filler.native_handle(), endpoint.data(), static_cast<socklen_t>(endpoint.size()));
    }
    const auto url = "http://127.0.0.1:" + std::to_string(full.local_endpoint().port()) + "/";
    try {
        reactor.run_until(client.fetch({.url = url, .connect_timeout = 50ms}));
        BOOST_ERROR("nothing was thrown");
    } catch (const httpclient::HTTPTimeoutError& error) {
        BOOST_TEST(error.what() == "GET " + url + ": no connection within connect_timeout, 50 ms");
    }
}

BOOST_FIXTURE_TEST_CASE(nobody_there_is_a_sentence, Fixture) {
    std::uint16_t port = 0;
    {
        boost::asio::ip::tcp::acceptor taken(reactor.context(),
                                             {boost::asio::ip::make_address("127.0.0.1"), 0});
        port = taken.local_endpoint().port();
    }
    const auto address = "127.0.0.1:" + std::to_string(port);
    try {
        reactor.run_until(client.fetch("http://" + address + "/"));
        BOOST_ERROR("nothing was thrown");
    } catch (const httpclient::HTTPConnectError& error) {
        BOOST_TEST(error.what() == "GET http://" + address + "/: cannot connect to " + address +
                                       ": Connection refused");
    }
    BOOST_CHECK_THROW(reactor.run_until(client.fetch("127.0.0.1/")), std::invalid_argument);
    BOOST_CHECK_THROW(reactor.run_until(client.fetch({.url = "http://127.0.0.1/", .body = "x"})),
                      std::invalid_argument);
}

BOOST_FIXTURE_TEST_CASE(a_kept_connection_that_has_died_is_made_anew_where_that_is_safe, Fixture) {
    // Each connection takes one request as it should, and dies without an answer at the second.
    const RawServer forgetful([](RawServer::Socket& socket) -> Deferred<> {
        auto first = RawServer::read_head(socket);
        co_await first;
        auto writing = RawServer::write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        co_await writing;
        auto second = RawServer::read_head(socket);
        co_await second;
    });
    const auto fetch = [&](HTTPRequest request) {
        request.url = forgetful.url("/");
        return reactor.run_until(client.fetch(std::move(request)));
    };
    BOOST_TEST(fetch({}).body == "ok");
    const auto again = fetch({});
    BOOST_TEST(again.body == "ok");
    BOOST_TEST(!again.time_info.reused);
    BOOST_TEST(forgetful.connections() == 2);
    BOOST_CHECK_THROW(fetch({.method = "POST", .body = ""}), httpclient::HTTPStreamClosedError);
    BOOST_TEST(forgetful.connections() == 2);
}

BOOST_FIXTURE_TEST_CASE(a_connection_that_was_closed_while_idle_is_not_used, Fixture) {
    const RawServer closing(RawServer::answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    for (int i = 1; i <= 3; ++i) {
        const auto response = reactor.run_until(
            client.fetch({.url = closing.url("/"), .method = "POST", .body = ""}));
        BOOST_TEST(response.body == "ok");
        BOOST_TEST(closing.connections() == i);
        reactor.run_until(task::defer_later(5ms));
    }
}

BOOST_FIXTURE_TEST_CASE(a_response_that_nobody_asked_for_is_not_taken_for_the_next, Fixture) {
    const RawServer chatty([](RawServer::Socket& socket) -> Deferred<> {
        auto reading = RawServer::read_head(socket);
        co_await reading;
        const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        auto writing =
            RawServer::write(socket, answer + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
        co_await writing;
        auto pause = task::defer_later(1s);
        co_await pause;
    });
    BOOST_TEST(reactor.run_until(client.fetch(chatty.url("/"))).body == "ok");
    BOOST_TEST(client.idle_connections() == 0u);
    BOOST_TEST(reactor.run_until(client.fetch(chatty.url("/"))).body == "ok");
}

BOOST_FIXTURE_TEST_CASE(to_cancel_a_fetch_closes_its_connection, Fixture) {
    bool closed = false;
    const RawServer waiting([&closed](RawServer::Socket& socket) -> Deferred<> {
        auto reading = RawServer::read_head(socket);
        co_await reading;
        char byte = 0;
        try {
            auto more = socket.async_read_some(boost::asio::buffer(&byte, 1), use_deferred);
            co_await more;
        } catch (const boost::system::system_error& error) {
            closed = error.code() == boost::asio::error::eof ||
                     error.code() == boost::asio::error::connection_reset;
        }
    });
    for (const auto after : {0ms, 1ms, 20ms}) {
        closed = false;
        auto fetching = client.fetch(waiting.url("/"));
        if (after > 0ms) {
            reactor.run_until(task::defer_later(after));
        }
        fetching.cancel();
        BOOST_CHECK_THROW(reactor.run_until(std::move(fetching)), CancelledError);
        reactor.run_until(task::defer_later(20ms));
        BOOST_TEST((closed || after < 20ms));
    }
    {
        auto dropped = client.fetch(waiting.url("/"));
        reactor.run_until(task::defer_later(20ms));
        closed = false;
    }
    reactor.run_until(task::defer_later(20ms));
    BOOST_TEST(closed);
}

BOOST_FIXTURE_TEST_CASE(to_cancel_a_waiting_fetch_frees_its_place_in_the_queue, Fixture) {
    const RawServer slow([](RawServer::Socket& socket) -> Deferred<> {
        auto reading = RawServer::read_head(socket);
        co_await reading;
        auto pause = task::defer_later(30ms);
        co_await pause;
        auto writing = RawServer::write(socket, "HTTP/1.1 204 OK\r\nConnection: close\r\n\r\n");
        co_await writing;
    });
    httpclient::AsyncHTTPClient narrow({.max_clients = 1});
    auto first = narrow.fetch(slow.url("/1"));
    auto second = narrow.fetch(slow.url("/2"));
    auto third = narrow.fetch(slow.url("/3"));
    second.cancel();
    BOOST_CHECK_THROW(reactor.run_until(std::move(second)), CancelledError);
    BOOST_TEST(reactor.run_until(std::move(first)).code == 204u);
    BOOST_TEST(reactor.run_until(std::move(third)).code == 204u);
    BOOST_TEST(slow.connections() == 2);
}

BOOST_AUTO_TEST_CASE(gzip_is_taken_apart_however_it_is_split) {
    std::string text;
    for (int i = 0; i < 5000; ++i) {
        text += std::to_string(i * 7919);
    }
    const std::string one = gzipped(text);
    const std::string two = one + gzipped("second member");
    for (const std::size_t size : {1UL, 7UL, 1000UL, 1'000'000UL}) {
        bool may_end = false;
        BOOST_TEST((decoded(one, size, may_end) == text));
        BOOST_TEST(may_end);
        BOOST_TEST((decoded(two, size, may_end) == text + "second member"));
        BOOST_TEST(may_end);
        BOOST_TEST((decoded(one + std::string(8, '\0'), size, may_end) == text));
        BOOST_TEST((decoded(one.substr(0, one.size() - 1), size, may_end) == text));
        BOOST_TEST(!may_end);
        BOOST_TEST(decoded("no gzip at all", size, may_end) == "refused");
    }
}

BOOST_FIXTURE_TEST_CASE(a_compressed_body_is_taken_apart_unless_that_is_not_wanted, Fixture) {
    const std::string body = gzipped("hello hello hello");
    const RawServer server(RawServer::answer(with_head("Content-Encoding: gzip\r\n", body)));
    const auto response = reactor.run_until(client.fetch(server.url("/")));
    BOOST_TEST(response.body == "hello hello hello");
    BOOST_TEST(!response.headers.contains("Content-Encoding"));
    BOOST_TEST(response.headers.get("X-Consumed-Content-Encoding", "") == "gzip");
    const auto raw =
        reactor.run_until(client.fetch({.url = server.url("/"), .decompress_response = false}));
    BOOST_TEST((raw.body == body));
    BOOST_TEST(raw.headers.contains("Content-Encoding"));
}

BOOST_FIXTURE_TEST_CASE(a_gzip_bomb_goes_off_at_the_limit, Fixture) {
    const std::string bomb = gzipped(std::string(10'000'000, '\0'), 9);
    BOOST_REQUIRE(bomb.size() < 100'000);
    const RawServer server(RawServer::answer(with_head("Content-Encoding: gzip\r\n", bomb)));
    BOOST_TEST(failure(server) ==
               "the body, decompressed, is larger than max_body_size, 100000 bytes");
    std::size_t most = 0;
    HTTPRequest streaming;
    streaming.streaming_callback = [&most](std::string_view chunk) {
        most = std::max(most, chunk.size());
    };
    BOOST_TEST(failure(server, std::move(streaming)).starts_with("the body, decompressed"));
    BOOST_TEST(most <= 16u * 1024);
}

BOOST_FIXTURE_TEST_CASE(a_compressed_body_that_is_none_or_ends_early_is_refused, Fixture) {
    const std::string body = gzipped("hello hello hello");
    const RawServer cut(RawServer::answer(
        with_head("Content-Encoding: gzip\r\n", body.substr(0, body.size() - 4))));
    BOOST_TEST(failure(cut) == "the compressed body ends too early");
    const RawServer plain(RawServer::answer(with_head("Content-Encoding: gzip\r\n", "plain text")));
    BOOST_TEST(failure(plain) == "the body is not compressed by gzip, as it claims");
    const RawServer empty(RawServer::answer(with_head("Content-Encoding: gzip\r\n", "")));
    BOOST_TEST(failure(empty) == "code 200");
}

BOOST_AUTO_TEST_SUITE_END()
