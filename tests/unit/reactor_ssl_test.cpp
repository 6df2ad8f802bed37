#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <cyclone/protocol.hpp>
#include <cyclone/protocol/connect_ssl.hpp>
#include <cyclone/reactor.hpp>
#include <cyclone/reactor/connect_ssl.hpp>
#include <cyclone/reactor/spawn_process.hpp>
#include <cyclone/reactor/ssl_endpoint.hpp>
#include <cyclone/task.hpp>

BOOST_AUTO_TEST_SUITE(reactor_ssl_test)

using namespace cyclone;
using namespace std::chrono_literals;

namespace {

struct Socket {
    explicit Socket(int opened) : number(opened) {}
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() { ::close(number); }
    int number;
};

/// Accepts TLS, says hello and closes; one step after the other, by polling the socket.
struct TlsGreeting final : reactor::StreamServer {
    explicit TlsGreeting(std::shared_ptr<reactor::TlsContext> context) : tls(std::move(context)) {}
    void connection_made(int socket, reactor::PeerAddress) override {
        greetings.push_back(greet(socket));
    }
    Deferred<> shut_down(std::chrono::nanoseconds) override { return succeed(); }

    Deferred<> greet(int accepted) {
        const Socket socket{accepted};
        auto session = tls->accept(socket.number);
        using Result = reactor::TlsSession::Result;
        Result result = Result::wants_read;
        for (int i = 0; i < 1000 && result != Result::done && result != Result::failed &&
                        result != Result::closed;
             ++i) {
            session->readable(false);
            result = session->handshake();
            auto pause = task::defer_later(1ms);
            co_await pause;
        }
        std::size_t written = 0;
        if (result == Result::done) {
            session->write({"hello", 5}, written);
            session->shut_down();
        }
    }
    std::shared_ptr<reactor::TlsContext> tls;
    // Who waits for a client that has gone ends with this, not with the reactor.
    std::vector<Deferred<>> greetings;
};
struct TlsFactory {
    std::shared_ptr<reactor::StreamServer> make_server(
        reactor::Reactor&, std::shared_ptr<reactor::TlsContext> tls = nullptr) {
        return std::make_shared<TlsGreeting>(std::move(tls));
    }
};

/// A certificate for 127.0.0.1, which nobody but itself has signed.
struct Certificate {
    explicit Certificate(reactor::Reactor& reactor) {
        const auto made = reactor.run_until(reactor::get_process_output_and_value(
            {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-days", "1", "-subj", "/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", file}));
        BOOST_REQUIRE_MESSAGE(made.status.success(), made.err);
    }
    Certificate(const Certificate&) = delete;
    Certificate& operator=(const Certificate&) = delete;
    ~Certificate() { std::filesystem::remove_all(directory); }

    static std::string made_directory() {
        std::string name = std::filesystem::temp_directory_path() / "cyclone-ssl-test-XXXXXX";
        return ::mkdtemp(name.data());
    }
    const std::string directory = made_directory();
    const std::string file = directory + "/certificate.pem";
    const std::string key = directory + "/key.pem";
};

/// Keeps what it receives, and whether the end was a clean one.
struct Collector : protocol::Protocol {
    void data_received(std::string_view bytes) override { received += bytes; }
    void connection_lost(const Failure& reason) override {
        clean = reason.check<protocol::ConnectionDone>();
    }
    std::string received;
    bool clean = false;
};

/// Says much, and then that it is all.
struct Talker : protocol::Protocol {
    static std::string words() { return std::string(1000000, 'x'); }
    void connection_made() override {
        transport().write(words());
        transport().lose_connection();
    }
};

/// Reads to the end, and keeps how that came.
struct TlsReader final : reactor::StreamServer {
    explicit TlsReader(std::shared_ptr<reactor::TlsContext> context) : tls(std::move(context)) {}
    void connection_made(int socket, reactor::PeerAddress) override {
        readings.push_back(read(socket));
    }
    Deferred<> shut_down(std::chrono::nanoseconds) override { return succeed(); }

    Deferred<> read(int accepted) {
        const Socket socket{accepted};
        auto session = tls->accept(socket.number);
        using Result = reactor::TlsSession::Result;
        bool open = false;
        for (last = Result::wants_read; last != Result::failed && last != Result::closed;) {
            std::array<char, 4096> buffer;
            std::size_t size = 0;
            session->readable(false);
            last = open ? session->read(buffer, size) : session->handshake();
            open = open || last == Result::done;
            received += size;
            if (last != Result::done) {
                auto pause = task::defer_later(1ms);
                co_await pause;
            }
        }
        session->shut_down();
    }
    std::shared_ptr<reactor::TlsContext> tls;
    std::size_t received = 0;
    reactor::TlsSession::Result last{};
    std::vector<Deferred<>> readings;
};
struct ReaderFactory {
    std::shared_ptr<reactor::StreamServer> make_server(
        reactor::Reactor&, std::shared_ptr<reactor::TlsContext> tls = nullptr) {
        return server = std::make_shared<TlsReader>(std::move(tls));
    }
    std::shared_ptr<TlsReader> server;
};

Deferred<std::string> greeting_of(std::uint16_t port, reactor::SslOptions options) {
    auto connecting = reactor::connect_ssl("127.0.0.1", port, std::move(options), 5s);
    auto stream = co_await connecting;
    std::string text(5, '\0');
    co_await boost::asio::async_read(stream, boost::asio::buffer(text), use_deferred);
    co_return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_ssl_endpoint_is_served_and_connected_to_by_those_who_trust_it) {
    reactor::Reactor reactor;
    const Certificate own(reactor);
    const std::string& certificate = own.file;
    TlsFactory factory;
    auto port = reactor::listen(
        "ssl:0:interface=127.0.0.1:certificate=" + certificate + ":key=" + own.key, factory);
    BOOST_TEST(reactor.run_until(greeting_of(port.port(), {.authorities = certificate})) ==
               "hello");
    BOOST_TEST(reactor.run_until(greeting_of(port.port(), {.verify = false})) == "hello");
    // Nobody of the system has signed it, and it is for another name.
    BOOST_CHECK_THROW(reactor.run_until(greeting_of(port.port(), {})), boost::system::system_error);
    BOOST_CHECK_THROW(reactor.run_until(greeting_of(port.port(), {.authorities = certificate,
                                                                  .server_name = "other.example"})),
                      boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(a_protocol_is_connected_to_an_ssl_endpoint) {
    reactor::Reactor reactor;
    const Certificate own(reactor);
    TlsFactory factory;
    auto port = reactor::listen(
        "ssl:0:interface=127.0.0.1:certificate=" + own.file + ":key=" + own.key, factory);
    const std::string there = "ssl:127.0.0.1:" + std::to_string(port.port());
    const auto collector = std::make_shared<Collector>();
    auto connected =
        reactor.run_until(protocol::connect(there + ":authorities=" + own.file, collector));
    reactor.run_until(std::move(connected.ended).add_timeout(5s));
    BOOST_TEST(collector->received == "hello");
    BOOST_TEST(collector->clean);
    const auto nobody = std::make_shared<Collector>();
    BOOST_CHECK_THROW(reactor.run_until(protocol::connect(there, nobody)),
                      boost::system::system_error);
    BOOST_CHECK_THROW(
        reactor.run_until(protocol::connect(
            there + ":authorities=" + own.file + ":server_name=other.example", nobody)),
        boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(a_protocol_that_has_written_all_by_tls_says_so) {
    reactor::Reactor reactor;
    const Certificate own(reactor);
    ReaderFactory factory;
    auto port = reactor::listen(
        "ssl:0:interface=127.0.0.1:certificate=" + own.file + ":key=" + own.key, factory);
    const auto talker = std::make_shared<Talker>();
    auto connected = reactor.run_until(protocol::connect(
        "ssl:127.0.0.1:" + std::to_string(port.port()) + ":authorities=" + own.file, talker));
    reactor.run_until(std::move(connected.ended).add_timeout(5s));
    BOOST_TEST(factory.server->received == Talker::words().size());
    BOOST_CHECK(factory.server->last == reactor::TlsSession::Result::closed);
}

BOOST_AUTO_TEST_SUITE_END()
