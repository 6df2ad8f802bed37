// websocket_connect() and a server in one program, over a loopback socket.

#include <stdlib.h>

#include <cstdlib>
#include <filesystem>

#include <boost/test/unit_test.hpp>

#include <cyclone/reactor.hpp>
#include <cyclone/ssl.hpp>
#include <cyclone/task.hpp>
#include <cyclone/websocket/connect.hpp>
#include <cyclone/websocket/url.hpp>

#include "../unit/websocket_script.hpp"

BOOST_AUTO_TEST_SUITE(websocket_client)

using namespace std::chrono_literals;
using namespace cyclone;
using websocket::websocket_connect;
using websocket::WebSocketConnectError;

namespace {

/// Listens on a port of its own.
class Listener {
public:
    explicit Listener(scripted::Script& script) : script_(script) {}
    std::shared_ptr<reactor::StreamServer> make_server(
        reactor::Reactor& reactor, std::shared_ptr<reactor::TlsContext> tls = nullptr) {
        return http::make_server(reactor, std::make_shared<scripted::Service>(script_), {}, tls);
    }
    std::string url(std::string_view path = "/") const {
        return "ws://" + listening_.address() + std::string(path);
    }

private:
    scripted::Script& script_;
    reactor::ListeningPort listening_ = reactor::listen_tcp(0, *this, "127.0.0.1");
};

/// What `conversation` says about a server that follows `script`. At most five seconds long.
template <class F>
void converse(scripted::Script& script, F conversation) {
    reactor::Reactor reactor;
    Listener listener(script);
    reactor.run_until(conversation(listener).add_timeout(5s));
}

}  // namespace

BOOST_AUTO_TEST_CASE(messages_go_both_ways_and_a_close_ends_them) {
    scripted::Script script;
    converse(script, [](Listener& listener) -> Deferred<> {
        auto connecting = websocket_connect(listener.url());
        auto client = co_await connecting;
        client->write_message("hello");
        const std::string bytes("\xff\x00", 2);
        client->write_message(std::as_bytes(std::span(bytes)));
        auto first = co_await client->read_message();
        auto second = co_await client->read_message();
        BOOST_TEST((first == websocket::Message{"hello", false}));
        BOOST_TEST((second == websocket::Message{bytes, true}));
        client->close(4000, "done");
        auto end = co_await client->read_message();
        BOOST_TEST(!end.has_value());
        BOOST_TEST(client->close_code().value() == 4000);
        BOOST_TEST(!client->is_open());
        auto late = client->read_message();
        auto after_the_end = co_await late;
        BOOST_TEST(!after_the_end.has_value());
    });
}

BOOST_AUTO_TEST_CASE(long_messages_arrive_compressed_or_not) {
    scripted::Script script;
    script.answer.set("Sec-WebSocket-Extensions", "permessage-deflate");
    script.settings.session.deflate.emplace();
    converse(script, [](Listener& listener) -> Deferred<> {
        auto connecting = websocket_connect(listener.url(), {.compression = {{}}});
        auto client = co_await connecting;
        for (const std::size_t size : {0u, 31u, 70'000u, 3'000'000u}) {
            const std::string text(size, 'x');
            auto writing = client->write_message(text);
            co_await std::move(writing);
            auto reading = client->read_message();
            auto answer = co_await reading;
            BOOST_TEST((answer.value().data == text));
        }
    });
}

BOOST_AUTO_TEST_CASE(what_a_server_says_without_being_asked_waits_to_be_read) {
    scripted::Script script;
    script.on_message = [](websocket::ServerConnection& connection,
                           scripted::MessageView) -> std::optional<Deferred<>> {
        for (int i = 0; i < 200; ++i) {
            connection.write_message({std::to_string(i), false});
        }
        connection.close(1000, "");
        return std::nullopt;
    };
    converse(script, [](Listener& listener) -> Deferred<> {
        auto connecting = websocket_connect(listener.url());
        auto client = co_await connecting;
        client->write_message("go");
        co_await task::defer_later(50ms);
        for (int i = 0; i < 200; ++i) {
            auto reading = client->read_message();
            auto message = co_await reading;
            BOOST_REQUIRE(message.has_value());
            BOOST_TEST(message->data == std::to_string(i));
        }
        auto reading = client->read_message();
        auto end = co_await reading;
        BOOST_TEST(!end.has_value());
        BOOST_TEST(client->close_code().value() == 1000);
    });
}

BOOST_AUTO_TEST_CASE(a_read_that_is_cancelled_loses_no_message) {
    scripted::Script script;
    converse(script, [](Listener& listener) -> Deferred<> {
        auto connecting = websocket_connect(listener.url());
        auto client = co_await connecting;
        auto given_up = client->read_message();
        given_up.cancel();
        client->write_message("kept");
        auto reading = client->read_message();
        auto message = co_await reading;
        BOOST_TEST(message.value().data == "kept");
    });
}

BOOST_AUTO_TEST_CASE(a_server_that_disappears_ends_the_messages_without_a_code) {
    scripted::Script script;
    converse(script, [&script](Listener& listener) -> Deferred<> {
        script.on_message = [](auto&, scripted::MessageView) -> std::optional<Deferred<>> {
            return std::nullopt;
        };
        auto connecting = websocket_connect(listener.url());
        auto client = co_await connecting;
        client->write_message("x");
        co_await task::defer_later(20ms);
        BOOST_REQUIRE(!script.streams.empty());
        script.streams.front()->abort();
        auto reading = client->read_message();
        auto message = co_await reading;
        BOOST_TEST(!message.has_value());
        BOOST_TEST(!client->close_code().has_value());
        bool failed = false;
        try {
            auto writing = client->write_message("into the void");
            co_await std::move(writing);
        } catch (const websocket::WebSocketClosedError&) {
            failed = true;
        }
        BOOST_TEST(failed);
    });
}

BOOST_AUTO_TEST_CASE(a_client_that_is_let_go_of_is_closed) {
    scripted::Script script;
    converse(script, [&script](Listener& listener) -> Deferred<> {
        auto connecting = websocket_connect(listener.url());
        auto client = co_await connecting;
        client.reset();
        co_await task::defer_later(50ms);
        BOOST_TEST(script.events.front() == "closed");
    });
}

BOOST_AUTO_TEST_CASE(writing_to_a_client_that_resets_tells_its_end_after_the_write) {
    scripted::Script script;
    converse(script, [&script](Listener& listener) -> Deferred<> {
        auto connecting = websocket_connect(listener.url());
        auto client = co_await connecting;
        auto connecting_too = websocket_connect(listener.url());
        auto other = co_await connecting_too;
        co_await task::defer_later(20ms);
        BOOST_REQUIRE(script.open_ones.size() == 2u);
        client.reset();
        // No turn of the reactor in between: the server finds it out by writing.
        const std::size_t before = script.open_ones.size();
        const std::string much(1 << 20, 'm');
        for (int i = 0; i < 3; ++i) {
            for (auto* connection : script.open_ones) {
                connection->write_message({much, true});
                BOOST_TEST(script.open_ones.size() == before);
            }
        }
        co_await task::defer_later(50ms);
        BOOST_TEST(script.open_ones.size() == 1u);
    });
}

BOOST_AUTO_TEST_CASE(a_server_that_answers_no_ping_is_given_up) {
    scripted::Script script;
    converse(script, [](Listener& listener) -> Deferred<> {
        auto connecting = websocket_connect(listener.url(), {.ping_interval = 20ms});
        auto client = co_await connecting;
        co_await task::defer_later(100ms);
        BOOST_TEST(client->is_open());
    });
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_wrong_is_told_with_its_url) {
    scripted::Script script;
    const auto expect = [&script](std::string_view field, std::string_view value,
                                  std::string_view why) {
        script.answer.clear();
        script.answer.set(field, value);
        converse(script, [why](Listener& listener) -> Deferred<> {
            std::string message;
            try {
                auto connecting = websocket_connect(listener.url("/path"), {.subprotocols = {"a"}});
                co_await connecting;
            } catch (const WebSocketConnectError& error) {
                message = error.what();
            }
            BOOST_TEST(message == "websocket: " + listener.url("/path") + ": " + std::string(why));
        });
    };
    expect("Sec-WebSocket-Accept", "wrong", "the server answers with a wrong Sec-WebSocket-Accept");
    expect("Upgrade", "h2c", "the server upgrades to something else");
    expect("Sec-WebSocket-Protocol", "b",
           "the server has selected a subprotocol that was not offered: b");
    expect("Sec-WebSocket-Extensions", "permessage-deflate",
           "the server uses an extension that was not offered: permessage-deflate");
}

namespace {

/// A key and a self-signed certificate for "localhost", made anew for each run.
class Certificate {
public:
    Certificate() {
        BOOST_REQUIRE(::mkdtemp(folder_.data()) != nullptr);
        const std::string make =
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
            "-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout " +
            key() + " -out " + file() + " 2>/dev/null";
        BOOST_REQUIRE(std::system(make.c_str()) == 0);
    }
    Certificate(const Certificate&) = delete;
    Certificate& operator=(const Certificate&) = delete;
    ~Certificate() { std::filesystem::remove_all(folder_); }

    std::string file() const { return folder_ + "/certificate.pem"; }
    std::string key() const { return folder_ + "/key.pem"; }

private:
    std::string folder_ = (std::filesystem::temp_directory_path() / "websocketXXXXXX").string();
};

}  // namespace

BOOST_AUTO_TEST_CASE(wss_speaks_tls_with_a_server_that_proves_its_name) {
    const Certificate certificate;
    scripted::Script script;
    reactor::Reactor reactor;
    Listener factory(script);
    const auto listening = reactor::listen_ssl(
        0, factory, {.certificate = certificate.file(), .private_key = certificate.key()},
        "127.0.0.1");
    const std::string url = "wss://localhost:" + std::to_string(listening.port()) + "/";
    const auto conversation = [&]() -> Deferred<> {
        websocket::ConnectOptions options;
        options.tls.emplace(ssl::ClientOptions{.authorities = certificate.file()});
        auto connecting = websocket_connect(url, options);
        auto client = co_await connecting;
        const std::string text(300'000, 't');
        client->write_message(text);
        auto reading = client->read_message();
        auto answer = co_await reading;
        BOOST_TEST((answer.value().data == text));
        client->close();
        auto ending = client->read_message();
        auto end = co_await ending;
        BOOST_TEST(!end.has_value());
        BOOST_TEST(client->close_code().value() == 1000);

        std::string why;
        try {
            auto distrusting = websocket_connect(url);
            co_await distrusting;
        } catch (const WebSocketConnectError& error) {
            why = error.what();
        }
        BOOST_TEST(why.find("the certificate of localhost proves nothing") != std::string::npos,
                   why);
    };
    reactor.run_until(conversation().add_timeout(5s));
}

BOOST_AUTO_TEST_CASE(where_nobody_listens_there_is_no_connection) {
    reactor::Reactor reactor;
    BOOST_CHECK_THROW(reactor.run_until(websocket_connect("ws://127.0.0.1:1/")),
                      WebSocketConnectError);
}

BOOST_AUTO_TEST_CASE(urls_are_taken_apart) {
    using websocket::parse_websocket_url;
    auto url = parse_websocket_url("ws://example.org");
    BOOST_TEST(url.host == "example.org");
    BOOST_TEST(url.port == 80);
    BOOST_TEST(url.target == "/");
    BOOST_TEST(url.authority == "example.org");
    url = parse_websocket_url("WSS://[::1]:8443/chat?room=1");
    BOOST_TEST(url.secure);
    BOOST_TEST(url.host == "::1");
    BOOST_TEST(url.port == 8443);
    BOOST_TEST(url.target == "/chat?room=1");
    BOOST_TEST(url.authority == "[::1]:8443");
    url = parse_websocket_url("ws://h?x=1");
    BOOST_TEST(url.target == "/?x=1");
    for (const std::string_view wrong :
         {"http://h/", "h", "ws://", "ws://h:0/", "ws://h:99999/", "ws://h:x/", "ws://h/#a",
          "ws://u@h/", "ws://h/a b", "ws://h/\r\nX: y"}) {
        BOOST_CHECK_THROW(parse_websocket_url(wrong), std::invalid_argument);
    }
}

BOOST_AUTO_TEST_SUITE_END()
