#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

#include <cyclone/reactor.hpp>

BOOST_AUTO_TEST_SUITE(reactor_endpoint_test)

using namespace cyclone;
using namespace std::chrono_literals;

namespace {

template <class F>
std::string refusal_of(F f) {
    try {
        f();
    } catch (const reactor::EndpointError& error) {
        return error.what();
    }
    return "not refused";
}
std::string server_refusal(std::string_view description) {
    return refusal_of([&] { reactor::server_from_string(description); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_backslash_takes_the_meaning_from_what_is_behind_it) {
    const auto words = reactor::split_endpoint(R"(unix:/a\:b\\c:name=x\=y=z)");
    BOOST_TEST(words.kind == "unix");
    BOOST_TEST(words.positional.size() == 1U);
    BOOST_TEST(words.positional[0] == "/a:b\\c");
    BOOST_TEST(words.named.at("name") == "x=y=z");
}

BOOST_AUTO_TEST_CASE(a_server_endpoint_is_read_from_its_description) {
    using Kind = reactor::ServerEndpoint::Kind;
    const auto tcp = reactor::server_from_string("tcp:8080:interface=127.0.0.1:backlog=7");
    BOOST_CHECK(tcp.kind == Kind::tcp);
    BOOST_TEST(tcp.port == 8080);
    BOOST_TEST(tcp.interface == "127.0.0.1");
    BOOST_TEST(tcp.options.backlog == 7);
    BOOST_TEST(reactor::server_from_string("tcp:port=81").port == 81);
    BOOST_TEST(reactor::server_from_string(R"(tcp:80:interface=\:\:1)").interface == "::1");

    const auto path = reactor::server_from_string("unix:/run/a.sock");
    BOOST_CHECK(path.kind == Kind::unix_socket);
    BOOST_TEST(path.path == "/run/a.sock");

    const auto ssl = reactor::server_from_string("ssl:443:certificate=c.pem:key=k.pem");
    BOOST_CHECK(ssl.kind == Kind::ssl);
    BOOST_TEST(ssl.certificate == "c.pem");
    BOOST_TEST(ssl.private_key == "k.pem");
    const auto twisted = reactor::server_from_string("ssl:443:certKey=c.pem:privateKey=k.pem");
    BOOST_TEST(twisted.certificate == "c.pem");
    BOOST_TEST(twisted.private_key == "k.pem");
}

BOOST_AUTO_TEST_CASE(a_client_endpoint_is_read_from_its_description) {
    const auto tcp = reactor::client_from_string("tcp:example.org:80:timeout=5");
    BOOST_TEST(tcp.host == "example.org");
    BOOST_TEST(tcp.port == 80);
    BOOST_CHECK(tcp.timeout == 5s);
    const auto named = reactor::client_from_string("ssl:host=a:port=1");
    BOOST_CHECK(named.kind == reactor::ClientEndpoint::Kind::ssl);
    BOOST_TEST(named.host == "a");
    const auto by_tls = reactor::client_from_string(
        "ssl:a:1:authorities=a.pem:server_name=b:certKey=c.pem:key=k.pem");
    BOOST_TEST(by_tls.authorities == "a.pem");
    BOOST_TEST(by_tls.server_name == "b");
    BOOST_TEST(by_tls.certificate == "c.pem");
    BOOST_TEST(by_tls.private_key == "k.pem");
    BOOST_TEST(refusal_of([] { reactor::client_from_string("tcp:a:1:authorities=x"); }) ==
               "endpoint \"tcp:a:1:authorities=x\": there is no \"authorities\" for tcp");
    BOOST_TEST(reactor::client_from_string("unix:/a").path == "/a");
    BOOST_TEST(refusal_of([] { reactor::client_from_string("tcp::80"); }) ==
               "endpoint \"tcp::80\": there is no host");
}

BOOST_AUTO_TEST_CASE(a_description_that_cannot_be_understood_is_refused_by_a_sentence) {
    BOOST_TEST(server_refusal("udp:1") ==
               "endpoint \"udp:1\": \"udp\" is none of tcp, ssl and unix");
    BOOST_TEST(server_refusal("tcp") == "endpoint \"tcp\": there is no port");
    BOOST_TEST(server_refusal("tcp:99999") ==
               "endpoint \"tcp:99999\": \"99999\" is not a port, which "
               "is a number from 0 to 65535");
    BOOST_TEST(server_refusal("tcp:1:2") == "endpoint \"tcp:1:2\": \"2\" is one word too many");
    BOOST_TEST(server_refusal("tcp:1:iface=x") ==
               "endpoint \"tcp:1:iface=x\": there is no \"iface\" for tcp");
    BOOST_TEST(server_refusal("unix:") == "endpoint \"unix:\": there is no path");
    BOOST_TEST(server_refusal("ssl:1") ==
               "endpoint \"ssl:1\": there is no certificate (certificate=FILE, in PEM)");
}

BOOST_AUTO_TEST_CASE(what_speaks_no_tls_is_not_served_by_an_ssl_endpoint) {
    struct PlainFactory {
        std::shared_ptr<reactor::StreamServer> make_server(reactor::Reactor&) { return nullptr; }
    };
    reactor::Reactor reactor;
    PlainFactory factory;
    BOOST_TEST(refusal_of([&] { reactor::listen("ssl:0:certificate=c.pem", factory); }) ==
               "what is to be served here does not speak TLS");
}

BOOST_AUTO_TEST_SUITE_END()
