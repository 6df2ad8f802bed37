#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/read.hpp>

#include <cyclone/httpclient.hpp>
#include <cyclone/ssl.hpp>
#include <cyclone/ssl/client_stream.hpp>
#include <cyclone/task.hpp>

#include "tests/unit/certificates.hpp"
#include "tests/unit/httpclient_servers.hpp"

BOOST_AUTO_TEST_SUITE(httpclient_tls)

using namespace cyclone;
using namespace std::chrono_literals;
using http::ExchangePtr;
using httpclient::HTTPRequest;
using httpclient::HTTPResponse;

namespace {

struct ClientCertificates : Certificates {
    ClientCertificates() {
        make("localhost", "DNS:localhost,IP:127.0.0.1");
        make("other", "DNS:other.example");
        make("me", "DNS:me");
    }

    static const ClientCertificates& all() {
        static const ClientCertificates made;
        return made;
    }
};

const std::string& localhost_pem() {
    static const std::string file = ClientCertificates::all().certificate("localhost");
    return file;
}

struct Fixture {
    const ClientCertificates& certificates = ClientCertificates::all();
    reactor::Reactor reactor;
    ScriptedServer server;
    httpclient::AsyncHTTPClient client;

    void listen(const std::string& name = "localhost", const std::string& client_authorities = "") {
        server.port.emplace(reactor::listen_ssl(0, server,
                                                {.certificate = certificates.certificate(name),
                                                 .private_key = certificates.key(name),
                                                 .client_authorities = client_authorities},
                                                "127.0.0.1"));
    }
    std::string url(std::string_view target, std::string_view host = "localhost") const {
        return "https://" + std::string(host) + ":" + std::to_string(server.port->port()) +
               std::string(target);
    }
    HTTPResponse ask(HTTPRequest request) {
        return reactor.run_until(client.fetch(std::move(request)));
    }
    std::string failure(HTTPRequest request) {
        const std::string prefix = "GET " + request.url + ": ";
        try {
            return "code " + std::to_string(ask(std::move(request)).code);
        } catch (const httpclient::HTTPConnectError& error) {
            const std::string what = error.what();
            return what.starts_with(prefix) ? what.substr(prefix.size()) : "unprefixed: " + what;
        }
    }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_server_that_proves_its_name_is_fetched_from, Fixture) {
    listen();
    const auto response = ask({.url = url("/a"), .ca_certs = localhost_pem()});
    BOOST_TEST(response.body == "GET /a ");
    BOOST_TEST(ask({.url = url("/b"), .ca_certs = localhost_pem()}).time_info.reused);
    BOOST_TEST(ask({.url = url("/c", "127.0.0.1"), .ca_certs = localhost_pem()}).code == 200u);
    const std::string large(500'000, 'l');
    const auto echoed =
        ask({.url = url("/d"), .method = "POST", .body = large, .ca_certs = localhost_pem()});
    BOOST_TEST((echoed.body == "POST /d " + large));
}

BOOST_FIXTURE_TEST_CASE(who_is_not_trusted_is_refused, Fixture) {
    listen();
    BOOST_TEST(failure({.url = url("/")}) ==
               "the certificate of localhost proves nothing: self-signed certificate");
    BOOST_TEST(failure({.url = url("/"), .ca_certs = certificates.certificate("other")})
                   .starts_with("the certificate of localhost proves nothing: "));
    BOOST_TEST(server.service->started == 0);
}

BOOST_FIXTURE_TEST_CASE(a_certificate_for_another_name_is_refused, Fixture) {
    listen("other");
    const std::string authority = certificates.certificate("other");
    BOOST_TEST(failure({.url = url("/"), .ca_certs = authority}) ==
               "the certificate of localhost proves nothing: hostname mismatch");
    BOOST_TEST(failure({.url = url("/", "127.0.0.1"), .ca_certs = authority}) ==
               "the certificate of 127.0.0.1 proves nothing: IP address mismatch");
    httpclient::AsyncHTTPClient mapped({.hostname_mapping = {{"other.example", "127.0.0.1"}}});
    const auto response =
        reactor.run_until(mapped.fetch({.url = url("/", "other.example"), .ca_certs = authority}));
    BOOST_TEST(response.code == 200u);
}

BOOST_FIXTURE_TEST_CASE(an_unverified_connection_is_never_used_for_a_request_that_wants_proof,
                        Fixture) {
    listen();
    BOOST_TEST(ask({.url = url("/"), .validate_cert = false}).code == 200u);
    BOOST_TEST(client.idle_connections() == 1u);
    BOOST_TEST(
        failure({.url = url("/")}).starts_with("the certificate of localhost proves nothing"));
    BOOST_TEST(ask({.url = url("/"), .validate_cert = false}).time_info.reused);
}

BOOST_FIXTURE_TEST_CASE(a_server_may_want_a_certificate_too, Fixture) {
    listen("localhost", certificates.certificate("me"));
    const auto with = ask({.url = url("/a"),
                           .ca_certs = localhost_pem(),
                           .client_cert = certificates.certificate("me"),
                           .client_key = certificates.key("me")});
    BOOST_TEST(with.body == "GET /a ");
    BOOST_CHECK_THROW(ask({.url = url("/a"), .ca_certs = localhost_pem()}),
                      httpclient::HTTPClientError);
}

BOOST_FIXTURE_TEST_CASE(a_file_that_is_not_there_is_named, Fixture) {
    listen();
    BOOST_TEST(failure({.url = url("/"), .ca_certs = "/no/such.pem"})
                   .starts_with("the authorities /no/such.pem cannot be used: "));
    BOOST_TEST(failure({.url = url("/"), .client_cert = "/no/such.pem"})
                   .starts_with("the certificate /no/such.pem cannot be used: "));
}

BOOST_FIXTURE_TEST_CASE(who_does_not_speak_tls_is_an_error, Fixture) {
    server.listen();
    const std::string plain = url("/");
    BOOST_TEST(failure({.url = plain}).starts_with("TLS with localhost failed: "));
}

BOOST_FIXTURE_TEST_CASE(redirects_lead_from_http_to_https, Fixture) {
    listen();
    ScriptedServer plain;
    plain.listen();
    plain.service->on("/", [this](ExchangePtr exchange) {
        exchange->response.status = 301;
        exchange->response.headers.set("Location", url("/secure"));
        exchange->finish();
    });
    const auto response = ask({.url = plain.url("/"), .ca_certs = localhost_pem()});
    BOOST_TEST(response.effective_url == url("/secure"));
    BOOST_TEST(response.body == "GET /secure ");
}

BOOST_FIXTURE_TEST_CASE(a_tunnel_leads_through_a_proxy, Fixture) {
    listen();
    std::string seen;
    RawServer proxy([&seen, this](RawServer::Socket& inside) -> Deferred<> {
        auto reading = RawServer::read_head(inside);
        seen = co_await reading;
        RawServer::Socket outside(reactor.context());
        auto connecting = outside.async_connect(
            {boost::asio::ip::make_address("127.0.0.1"), server.port->port()}, use_deferred);
        co_await connecting;
        auto writing = RawServer::write(inside, "HTTP/1.1 200 Connection established\r\n\r\n");
        co_await writing;
        const auto pump = [](RawServer::Socket& from, RawServer::Socket& to) -> Deferred<> {
            for (;;) {
                char buffer[4096];
                auto some = from.async_read_some(boost::asio::buffer(buffer), use_deferred);
                const std::size_t size = co_await some;
                auto passing = RawServer::write(to, std::string(buffer, size));
                co_await passing;
            }
        };
        std::vector<Deferred<>> both;
        both.push_back(pump(inside, outside));
        both.push_back(pump(outside, inside));
        auto pumping = gather_results(std::move(both));
        co_await pumping;
    });
    const auto response = ask({.url = url("/through"),
                               .proxy_host = "127.0.0.1",
                               .proxy_port = proxy.port(),
                               .ca_certs = localhost_pem()});
    BOOST_TEST(response.body == "GET /through ");
    BOOST_TEST(seen.starts_with("CONNECT localhost:" + std::to_string(server.port->port()) +
                                " HTTP/1.1\r\n"));

    const RawServer refusing(
        RawServer::answer("HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n"));
    BOOST_TEST(
        failure({.url = url("/"), .proxy_host = "127.0.0.1", .proxy_port = refusing.port()}) ==
        "the proxy 127.0.0.1:" + std::to_string(refusing.port()) +
            " refuses a tunnel: 407 Who are you");
}

BOOST_FIXTURE_TEST_CASE(a_fetch_is_cancelled_in_the_middle_of_tls, Fixture) {
    listen();
    std::vector<ExchangePtr> held;
    server.service->on("/hold",
                       [&held](ExchangePtr exchange) { held.push_back(std::move(exchange)); });
    for (const auto after : {0us, 200us, 1000us, 3000us, 20000us}) {
        auto fetching = client.fetch({.url = url("/hold"), .ca_certs = localhost_pem()});
        reactor.run_until(task::defer_later(after));
        fetching.cancel();
        BOOST_CHECK_THROW(reactor.run_until(std::move(fetching)), CancelledError);
    }
    BOOST_CHECK_THROW(
        ask({.url = url("/hold"), .request_timeout = 20ms, .ca_certs = localhost_pem()}),
        httpclient::HTTPTimeoutError);
    BOOST_TEST(client.idle_connections() == 0u);
}

BOOST_FIXTURE_TEST_CASE(http_1_1_is_agreed_on_and_the_name_is_told, Fixture) {
    listen();
    const ssl::ClientContext context({.authorities = localhost_pem()});
    boost::asio::ip::tcp::socket socket(reactor.context());
    socket.connect({boost::asio::ip::make_address("127.0.0.1"), server.port->port()});
    auto stream =
        reactor.run_until(ssl::ClientStream::connect(std::move(socket), context, "localhost."));
    BOOST_TEST(stream->protocol() == "http/1.1");
    stream->close();
}

BOOST_AUTO_TEST_SUITE_END()
