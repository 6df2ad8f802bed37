#include <boost/test/unit_test.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>

#include <cyclone/httpserver.hpp>
#include <cyclone/task.hpp>

#include "tests/unit/captured_log.hpp"
#include "tests/unit/scripted_service.hpp"

namespace http_lifetime {

using namespace cyclone;
using namespace std::chrono_literals;

namespace {

/// A reactor that may go before its port and its server, and the client's end of one connection.
struct PortThatStays {
    std::optional<reactor::ListeningPort> port;
    std::shared_ptr<http::Server> server;
    std::shared_ptr<ScriptedService> service = std::make_shared<ScriptedService>();
    std::optional<reactor::Reactor> reactor{std::in_place};
    std::vector<http::ExchangePtr> held;
    int client = -1;

    PortThatStays() {
        service->on("/held",
                    [this](http::ExchangePtr exchange) { held.push_back(std::move(exchange)); });
    }
    ~PortThatStays() { ::close(client); }

    std::shared_ptr<reactor::StreamServer> make_server(reactor::Reactor& loop) {
        server = http::make_server(loop, service, {});
        return server;
    }
    /// Makes a connection by hand, with one request on its way.
    void connect(const std::string& request) {
        std::array<int, 2> ends{};
        BOOST_REQUIRE(
            ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
        client = ends[0];
        BOOST_REQUIRE(::send(client, request.data(), request.size(), MSG_NOSIGNAL) ==
                      static_cast<ssize_t>(request.size()));
        server->connection_made(ends[1], {});
        reactor->context().restart();
        reactor->context().run_for(5ms);
    }
    bool client_reads_end() const {
        char byte = 0;
        return ::recv(client, &byte, 1, 0) == 0;
    }
};

}  // namespace

}  // namespace http_lifetime

BOOST_FIXTURE_TEST_SUITE(http_lifetime, PortThatStays)

BOOST_AUTO_TEST_CASE(a_port_s_handle_may_outlive_its_reactor) {
    port.emplace(reactor::listen_tcp(0, *this, "127.0.0.1"));
    const std::string address = port->address();
    server.reset();
    reactor.reset();
    BOOST_TEST(port->address() == address);
    BOOST_TEST(port->port() != 0);
    BOOST_TEST(port->stop_listening().called());
}

BOOST_AUTO_TEST_CASE(a_handle_can_be_asked_after_it_has_stopped) {
    port.emplace(reactor::listen_tcp(0, *this, "127.0.0.1"));
    reactor->run_until(port->stop_listening());
    BOOST_TEST(port->address() == "127.0.0.1:" + std::to_string(port->port()));
    BOOST_TEST(port->stop_listening().called());
}

BOOST_AUTO_TEST_CASE(a_server_that_outlives_its_reactor_has_closed_its_connections) {
    port.emplace(reactor::listen_tcp(0, *this, "127.0.0.1"));
    connect("GET /held HTTP/1.1\r\nHost: h\r\n\r\n");
    BOOST_TEST_REQUIRE(held.size() == 1U);
    BOOST_TEST(server->connections() == 1U);
    reactor.reset();
    BOOST_TEST(server->connections() == 0U);
    BOOST_TEST(service->closed == 1);
    BOOST_TEST(client_reads_end());
    // What is written to nobody harms nobody.
    held[0]->response.body = "late";
    held[0]->finish();
    held.clear();
    BOOST_TEST(server->shut_down(1s).called());
    std::array<int, 2> ends{};
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    server->connection_made(ends[1], {});
    char byte = 0;
    BOOST_TEST(::recv(ends[0], &byte, 1, 0) == 0);
    ::close(ends[0]);
}

BOOST_AUTO_TEST_CASE(a_reactor_may_end_while_its_ports_are_being_stopped) {
    const CapturedLog log;
    port.emplace(reactor::listen_tcp(0, *this, "127.0.0.1"));
    connect("GET /held HTTP/1.1\r\nHost: h\r\n\r\n");
    auto stopping = port->stop_listening();
    BOOST_TEST(!stopping.called());
    server.reset();
    reactor.reset();
    BOOST_TEST(stopping.called());
    std::move(stopping).detach();
    held.clear();
}

BOOST_AUTO_TEST_CASE(a_reactor_inside_an_io_context_takes_its_ports_with_it) {
    reactor.reset();
    boost::asio::io_context context;
    reactor.emplace(context);
    port.emplace(reactor::listen_tcp(0, *this, "127.0.0.1"));
    std::shared_ptr<http::Server> kept = server;
    connect("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    reactor.reset();
    BOOST_TEST(kept->connections() == 0U);
    context.restart();
    context.run_for(5ms);
}

BOOST_AUTO_TEST_CASE(a_handler_that_is_told_of_the_end_may_drop_the_server) {
    service->on("/", [this](http::ExchangePtr exchange) {
        held.push_back(exchange);
        auto waiting = [](PortThatStays& self, http::ExchangePtr kept) -> Deferred<> {
            kept->response.body.assign(20'000'000, 'x');
            kept->send();
            auto drained = kept->drained();
            co_await drained;
            self.server.reset();
        };
        waiting(*this, std::move(exchange)).detach();
    });
    // No port holds it.
    server = http::make_server(*reactor, service, {});
    connect("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    reactor.reset();
    BOOST_TEST(server == nullptr);
    held.clear();
}

BOOST_AUTO_TEST_SUITE_END()
