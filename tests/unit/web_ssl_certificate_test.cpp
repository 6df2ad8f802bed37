#include <boost/test/unit_test.hpp>

#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include <cyclone/httpclient.hpp>
#include <cyclone/ssl.hpp>
#include <cyclone/task.hpp>
#include <cyclone/web.hpp>

#include "tests/unit/certificates.hpp"
#include "tests/unit/time_zone.hpp"

namespace web_ssl_certificate {

using namespace cyclone;
using namespace std::chrono_literals;

namespace {

using Shown = std::shared_ptr<const ssl::Certificate>;

/// What the last request showed.
Shown last;

struct WhoAreYou : web::RequestHandler {
    void get() {
        last = request.get_ssl_certificate();
        write(last ? last->common_name : "nobody");
    }
};

/// Looks only when its client is gone.
struct AsksLate : web::RequestHandler {
    inline static bool gone = false;
    Deferred<> get() {
        last = nullptr;
        auto waiting = task::defer_later(50ms);
        co_await waiting;
        last = request.get_ssl_certificate();
    }
    void on_connection_close() override { gone = true; }
};

/// A server, an authority, and clients of whom it has signed alice and bob, but not mallory.
struct Fixture {
    Certificates certificates;
    reactor::Reactor reactor;
    web::Application application{{
        web::url<WhoAreYou>("/"),
        web::url<AsksLate>("/late"),
    }};
    std::optional<reactor::ListeningPort> port;

    Fixture() {
        last = nullptr;
        certificates.make("localhost", "DNS:localhost");
        certificates.make("authority", "/O=Example/CN=The authority", "");
        certificates.make("alice", "/O=Example/OU=People/CN=Alice",
                          "-set_serial 0xBEEF -addext "
                          "subjectAltName=DNS:alice.example,DNS:a.example,email:alice@example.org,"
                          "IP:192.0.2.7,IP:2001:db8::7,URI:spiffe://example/alice" +
                              certificates.signed_by("authority"));
        certificates.make("bob", "/O=Example/CN=Staff/CN=Bob \u00dcmlaut, jr.",
                          certificates.signed_by("authority"));
        certificates.make("mallory", "DNS:mallory");
    }

    void listen(bool required) {
        port.emplace(
            reactor::listen_ssl(0, application,
                                {.certificate = certificates.certificate("localhost"),
                                 .private_key = certificates.key("localhost"),
                                 .client_authorities = certificates.certificate("authority"),
                                 .require_client_certificate = required},
                                "127.0.0.1"));
    }
    httpclient::HTTPRequest request(const std::string& client = "", const std::string& path = "/") {
        return {.url = "https://localhost:" + std::to_string(port->port()) + path,
                .ca_certs = certificates.certificate("localhost"),
                .client_cert = client.empty() ? "" : certificates.certificate(client),
                .client_key = client.empty() ? "" : certificates.key(client)};
    }
    /// Each on a connection of its own.
    std::string ask(const std::string& client = "") {
        httpclient::AsyncHTTPClient fetcher;
        return reactor.run_until(fetcher.fetch(request(client))).body;
    }
};

std::string contents(const std::string& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

}  // namespace web_ssl_certificate

BOOST_FIXTURE_TEST_SUITE(web_ssl_certificate, Fixture)

BOOST_AUTO_TEST_CASE(a_handler_reads_what_its_client_has_proved_to_be) {
    const TimeZone zone("EST5");
    listen(true);
    BOOST_TEST(ask("alice") == "Alice");
    BOOST_TEST_REQUIRE(last);
    BOOST_TEST(last->subject == "CN=Alice,OU=People,O=Example");
    BOOST_TEST(last->issuer == "CN=The authority,O=Example");
    BOOST_TEST(last->serial_number == "BEEF");
    BOOST_TEST(last->dns_names == (std::vector<std::string>{"alice.example", "a.example"}),
               boost::test_tools::per_element());
    BOOST_TEST(last->email_addresses == std::vector<std::string>{"alice@example.org"},
               boost::test_tools::per_element());
    BOOST_TEST(last->ip_addresses == (std::vector<std::string>{"192.0.2.7", "2001:db8::7"}),
               boost::test_tools::per_element());
    BOOST_TEST(last->uris == std::vector<std::string>{"spiffe://example/alice"},
               boost::test_tools::per_element());
    BOOST_TEST(last->pem() == contents(certificates.certificate("alice")));
    // The one that began to be good just now, for two days.
    const auto now = std::chrono::system_clock::now();
    BOOST_TEST((last->not_before <= now && last->not_before > now - 60s));
    BOOST_TEST((last->not_after - last->not_before == 48h));
}

BOOST_AUTO_TEST_CASE(names_are_utf8_and_escaped_where_a_comma_would_end_them) {
    listen(true);
    BOOST_TEST(ask("bob") == "Bob \u00dcmlaut, jr.");
    BOOST_TEST_REQUIRE(last);
    BOOST_TEST(last->subject == "CN=Bob \u00dcmlaut\\, jr.,CN=Staff,O=Example");
    BOOST_TEST(last->dns_names.empty());
}

BOOST_AUTO_TEST_CASE(who_has_none_is_served_where_none_is_required_and_shows_none) {
    listen(false);
    BOOST_TEST(ask() == "nobody");
    BOOST_TEST(ask("alice") == "Alice");
    // What answered alice answers the next.
    BOOST_TEST(ask() == "nobody");
    BOOST_TEST(ask("bob").starts_with("Bob "));
}

BOOST_AUTO_TEST_CASE(who_has_none_or_a_strangers_is_refused_where_one_is_required) {
    listen(true);
    BOOST_CHECK_THROW(ask(), httpclient::HTTPClientError);
    BOOST_CHECK_THROW(ask("mallory"), httpclient::HTTPClientError);
    BOOST_TEST(!last);
}

BOOST_AUTO_TEST_CASE(who_has_a_strangers_is_refused_also_where_none_is_required) {
    listen(false);
    BOOST_CHECK_THROW(ask("mallory"), httpclient::HTTPClientError);
    BOOST_TEST(!last);
}

BOOST_AUTO_TEST_CASE(each_request_of_a_connection_shows_the_same) {
    listen(true);
    httpclient::AsyncHTTPClient fetcher;
    reactor.run_until(fetcher.fetch(request("alice")));
    const Shown first = last;
    const auto again = reactor.run_until(fetcher.fetch(request("alice")));
    BOOST_TEST(again.time_info.reused);
    BOOST_TEST(again.body == "Alice");
    BOOST_TEST((last == first));
}

BOOST_AUTO_TEST_CASE(it_is_there_when_the_client_and_the_connection_are_gone) {
    listen(true);
    {
        httpclient::AsyncHTTPClient fetcher;
        auto fetching = fetcher.fetch(request("alice", "/late"));
        auto waiting = task::defer_later(30ms);
        reactor.run_until(std::move(waiting));
        fetching.cancel();
        BOOST_CHECK_THROW(reactor.run_until(std::move(fetching)), CancelledError);
    }
    for (int i = 0; i < 100 && !last; ++i) {
        reactor.run_until(task::defer_later(10ms));
    }
    BOOST_TEST(AsksLate::gone);
    BOOST_TEST_REQUIRE(last);
    BOOST_TEST(last->common_name == "Alice");
}

BOOST_AUTO_TEST_CASE(without_tls_there_is_none) {
    auto plain = reactor::listen_tcp(0, application, "127.0.0.1");
    httpclient::AsyncHTTPClient fetcher;
    const auto answer = reactor.run_until(
        fetcher.fetch({.url = "http://127.0.0.1:" + std::to_string(plain.port()) + "/"}));
    BOOST_TEST(answer.body == "nobody");
}

BOOST_AUTO_TEST_SUITE_END()
