#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/http_port.hpp"

namespace http_stop {

using namespace cyclone;
using namespace std::chrono_literals;
using Client = SocketClient;
using Clock = HttpPort::Clock;

}  // namespace http_stop

BOOST_FIXTURE_TEST_SUITE(http_stop, HttpPort)

BOOST_AUTO_TEST_CASE(a_request_that_has_come_before_the_end_is_answered) {
    listen();
    Client client(*this);
    client.send(get_path("/first"));
    client.read_to("GET /first ");
    // The server has not been told of it yet.
    client.send(get_path("/last"));
    auto stopping = port->stop_listening();
    BOOST_TEST(client.reads_end());
    BOOST_TEST(client.received.ends_with("GET /last "));
    BOOST_TEST(client.received.find("\r\nConnection: close\r\n") != std::string::npos);
    BOOST_TEST(!client.was_reset);
    BOOST_TEST(run_until([&] { return stopping.called(); }));
}

BOOST_AUTO_TEST_CASE(connections_that_wait_to_be_accepted_are_served_before_the_end) {
    listen();
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 200; ++i) {
        clients.push_back(std::make_unique<Client>(*this));
        clients.back()->send(get);
    }
    BOOST_TEST(server->connections() == 0U);
    auto stopping = port->stop_listening();
    for (auto& client : clients) {
        BOOST_TEST(client->reads_end());
        BOOST_TEST(client->received.ends_with("GET / "));
    }
    BOOST_TEST(run_until([&] { return stopping.called(); }));
}

BOOST_AUTO_TEST_CASE(a_new_connection_has_a_moment_to_say_what_it_has_come_for) {
    listen();
    Client asking(*this);
    Client silent(*this);
    run_until([&] { return server->connections() == 2; });
    const auto begin = Clock::now();
    auto stopping = port->stop_listening();
    run_for(50ms);
    asking.send(get);
    BOOST_TEST(asking.reads_end());
    BOOST_TEST(asking.received.ends_with("GET / "));
    BOOST_TEST(silent.reads_end());
    BOOST_TEST(silent.received == "");
    BOOST_TEST(run_until([&] { return stopping.called(); }));
    BOOST_TEST((Clock::now() - begin < 2500ms));
}

BOOST_AUTO_TEST_CASE(a_connection_that_waits_for_its_next_request_is_closed_at_once) {
    listen();
    Client client(*this);
    client.send(get);
    client.read_to("GET / ");
    auto stopping = port->stop_listening();
    BOOST_TEST(stopping.called());
    BOOST_TEST(client.reads_end());
    BOOST_TEST(!client.was_reset);
}

BOOST_AUTO_TEST_CASE(the_rest_of_a_request_may_come_after_the_end_has_begun) {
    listen();
    Client client(*this);
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbo");
    run_until([&] { return service->started == 1; });
    auto stopping = port->stop_listening();
    BOOST_TEST(!stopping.called());
    client.send("dy");
    BOOST_TEST(client.reads_end());
    BOOST_TEST(client.received.ends_with("POST / body"));
    BOOST_TEST(client.received.find("\r\nConnection: close\r\n") != std::string::npos);
    BOOST_TEST(run_until([&] { return stopping.called(); }));
}

BOOST_AUTO_TEST_SUITE_END()
