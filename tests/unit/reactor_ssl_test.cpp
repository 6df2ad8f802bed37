#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <cyclone/reactor.hpp>
#include <cyclone/reactor/connect_ssl.hpp>
#include <cyclone/reactor/spawn_process.hpp>
#include <cyclone/reactor/ssl_endpoint.hpp>
#include <cyclone/task.hpp>

using namespace cyclone;
using namespace std::chrono_literals;

namespace {

/// Accepts TLS, says hello and closes; one step after the other, by polling the socket.
struct TlsGreeting final : reactor::StreamServer {
    explicit TlsGreeting(std::shared_ptr<reactor::TlsContext> context) : tls(std::move(context)) {}
    void connection_made(int socket, reactor::PeerAddress) override { greet(socket).detach(); }
    Deferred<> shut_down(std::chrono::nanoseconds) override { return succeed(); }

    Deferred<> greet(int socket) {
        auto session = tls->accept(socket);
        using Result = reactor::TlsSession::Result;
        Result result = Result::wants_read;
        for (int i = 0; i < 1000 && result != Result::done && result != Result::failed &&
                        result != Result::closed;
             ++i) {
            result = session->handshake();
            auto pause = task::defer_later(1ms);
            co_await pause;
        }
        std::size_t written = 0;
        if (result == Result::done) {
            session->write({"hello", 5}, written);
            session->shut_down();
        }
        ::close(socket);
    }
    std::shared_ptr<reactor::TlsContext> tls;
};
struct TlsFactory {
    std::shared_ptr<reactor::StreamServer> make_server(
        reactor::Reactor&, std::shared_ptr<reactor::TlsContext> tls = nullptr) {
        return std::make_shared<TlsGreeting>(std::move(tls));
    }
};

Deferred<std::string> greeting_of(std::uint16_t port, reactor::SslOptions options) {
    auto connecting = reactor::connect_ssl("127.0.0.1", port, std::move(options), 5s);
    auto stream = co_await connecting;
    std::string text(5, '\0');
    co_await boost::asio::async_read(stream, boost::asio::buffer(text), use_deferred);
    co_return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reactor_ssl_test)

BOOST_AUTO_TEST_CASE(an_ssl_endpoint_is_served_and_connected_to_by_those_who_trust_it) {
    reactor::Reactor reactor;
    const std::string directory = "/tmp/cyclone-ssl-test-" + std::to_string(::getpid());
    std::filesystem::create_directory(directory);
    const std::string certificate = directory + "/certificate.pem";
    const std::string key = directory + "/key.pem";
    const auto made = reactor.run_until(reactor::get_process_output_and_value(
        {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "1", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate}));
    BOOST_REQUIRE_MESSAGE(made.status.success(), made.err);

    TlsFactory factory;
    auto port = reactor::listen(
        "ssl:0:interface=127.0.0.1:certificate=" + certificate + ":key=" + key, factory);
    BOOST_TEST(reactor.run_until(greeting_of(port.port(), {.authorities = certificate})) ==
               "hello");
    BOOST_TEST(reactor.run_until(greeting_of(port.port(), {.verify = false})) == "hello");
    // Nobody of the system has signed it, and it is for another name.
    BOOST_CHECK_THROW(reactor.run_until(greeting_of(port.port(), {})), boost::system::system_error);
    BOOST_CHECK_THROW(reactor.run_until(greeting_of(port.port(), {.authorities = certificate,
                                                                  .server_name = "other.example"})),
                      boost::system::system_error);
    std::filesystem::remove_all(directory);
}

BOOST_AUTO_TEST_SUITE_END()
