#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/http/forwarded.hpp>
#include <cyclone/http/proxy_protocol.hpp>
#include <cyclone/testing/http_client.hpp>
#include <cyclone/testing/memory_connection.hpp>

#include "tests/unit/http_port.hpp"

namespace http_proxy {

using namespace cyclone;
using namespace std::chrono_literals;
using namespace std::string_literals;
using Client = SocketClient;
using Clock = HttpPort::Clock;
using State = http::ProxyHeader::State;

namespace {

/// A header of the PROXY protocol's version 2.
std::string block(char command_and_version, char family, const std::string& rest) {
    const auto size = static_cast<std::uint16_t>(rest.size());
    return "\r\n\r\n\0\r\nQUIT\n"s + command_and_version + family + static_cast<char>(size >> 8) +
           static_cast<char>(size & 255) + rest;
}

const std::string line_v4 = "PROXY TCP4 203.0.113.7 192.0.2.1 50000 80\r\n";
const std::string line_v6 = "PROXY TCP6 2001:db8::7 2001:db8::1 50000 80\r\n";
// 203.0.113.7:50000 to 192.0.2.1:80.
const std::string block_v4 = block(0x21, 0x11, "\xcb\0\x71\x07\xc0\0\x02\x01\xc3\x50\0\x50"s);
const std::string block_v6 = block(0x21, 0x21,
                                   "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07"
                                   "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\xc3\x50\0\x50"s);

std::string forwarded(std::string_view value) {
    const auto element = http::last_forwarded(value);
    return element ? std::string(element->address) + " " + std::string(element->protocol)
                   : "malformed";
}

/// Writes whom a request comes from.
struct BehindProxy : HttpPort {
    BehindProxy() {
        service->on("/", [](http::ExchangePtr exchange) {
            exchange->response.body = exchange->request.remote_ip;
            exchange->response.body.append(" ").append(exchange->request.protocol).append("\n");
            exchange->finish();
        });
    }
    /// The body of the answer to a request with `fields` from 127.0.0.1.
    std::string seen(const std::string& fields) {
        testing::MemoryConnection client(service, settings);
        client.send("GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
        std::string received = client.take_received();
        return testing::take_response(received, "GET", false).value().body;
    }
};

}  // namespace

}  // namespace http_proxy

BOOST_FIXTURE_TEST_SUITE(http_proxy, BehindProxy)

// Forwarded, RFC 7239

BOOST_AUTO_TEST_CASE(a_forwarded_field_is_read_from_its_end) {
    BOOST_TEST(forwarded("for=192.0.2.60;proto=http;by=203.0.113.43") == "192.0.2.60 http");
    BOOST_TEST(forwarded("for=192.0.2.43, for=198.51.100.17") == "198.51.100.17 ");
    BOOST_TEST(forwarded("For=192.0.2.43;PROTO=HTTPS") == "192.0.2.43 https");
    BOOST_TEST(forwarded("For=\"[2001:db8:cafe::17]:4711\"") == "2001:db8:cafe::17 ");
    BOOST_TEST(forwarded("for=\"192.0.2.43:47011\" ; proto=https") == "192.0.2.43 https");
    BOOST_TEST(forwarded("for=1.1.1.1;proto=https,by=2.2.2.2") == " ");
    BOOST_TEST(forwarded("for=\"a,b;c=\\\"d\", for=1.2.3.4") == "1.2.3.4 ");
    BOOST_TEST(forwarded("host=\"h:80\";proto=gopher") == " ");
    BOOST_TEST(forwarded("secret=x;for=1.2.3.4") == "1.2.3.4 ");
    BOOST_TEST(forwarded("") == " ");
    BOOST_TEST(forwarded(" , ,") == " ");
}

BOOST_AUTO_TEST_CASE(a_node_that_is_no_address_gives_none) {
    for (const char* node : {"unknown", "_hidden", "_SEVKISEK", "\"unknown:80\"", "\"2001:db8::1\"",
                             "\"[2001:db8::1\"", "\"[1.2.3.4]\"", "\"[2001:db8::1]x\"", "\"\"",
                             "1.2.3", "1.2.3.4.5", "\"1.2.3.4\\5\""}) {
        BOOST_TEST(forwarded("for=" + std::string(node)) == " ", node);
    }
}

BOOST_AUTO_TEST_CASE(a_malformed_forwarded_field_says_nothing) {
    for (const char* field :
         {"for", "for=", "=1.2.3.4", "for=1.2.3.4 proto=http", "for=1.2.3.4;for=5.6.7.8",
          "for=\"1.2.3.4", "for = 1.2.3.4", "for=1.2.3.4:80", "for=[::1]", "proto=http;proto=https",
          "for=\"x, for=\"1.2.3.4\"", "1.2.3.4"}) {
        BOOST_TEST(forwarded(field) == "malformed", field);
    }
}

BOOST_AUTO_TEST_CASE(only_a_trusted_proxy_is_believed_what_it_forwards) {
    const std::string field = "Forwarded: for=1.2.3.4;proto=https\r\n";
    BOOST_TEST(seen(field) == "127.0.0.1 http\n");
    settings.xheaders = true;
    BOOST_TEST(seen(field) == "1.2.3.4 https\n");
    BOOST_TEST(seen("Forwarded: for=6.6.6.6\r\nForwarded: for=\"[::9]\"\r\n") == "::9 http\n");
    BOOST_TEST(seen("Forwarded: for=unknown;proto=https\r\n") == "127.0.0.1 https\n");
    BOOST_TEST(seen("Forwarded: for=6.6.6.6;;for\r\n") == "127.0.0.1 http\n");
    // Who sets the one kind of field may let pass what a client has put into the other.
    BOOST_TEST(seen(field + "X-Forwarded-For: 5.6.7.8\r\n") == "5.6.7.8 http\n");
    BOOST_TEST(seen(field + "X-Scheme: http\r\n") == "127.0.0.1 http\n");
}

BOOST_AUTO_TEST_CASE(who_is_no_trusted_proxy_is_not_believed_what_he_forwards) {
    settings.xheaders = true;
    settings.trusted_proxies = {"192.0.2.1"};
    listen();
    Client client(*this);
    client.send("GET / HTTP/1.1\r\nHost: h\r\nForwarded: for=1.2.3.4\r\n\r\n");
    BOOST_TEST(client.read_to("http\n").ends_with("\r\n127.0.0.1 http\n"));
}

// The PROXY protocol, by bytes

BOOST_AUTO_TEST_CASE(a_proxy_header_of_either_version_names_the_client) {
    const std::pair<std::string, std::string> cases[] = {{line_v4, "203.0.113.7"},
                                                         {line_v6, "2001:db8::7"},
                                                         {block_v4, "203.0.113.7"},
                                                         {block_v6, "2001:db8::7"}};
    for (const auto& [bytes, host] : cases) {
        const auto header = http::parse_proxy_header(bytes + "GET / HTTP/1.1\r\n");
        BOOST_CHECK(header.state == State::complete);
        BOOST_TEST(header.size == bytes.size());
        BOOST_TEST(header.host == host);
        BOOST_TEST(header.port == 50000);
    }
}

BOOST_AUTO_TEST_CASE(a_proxy_header_is_incomplete_up_to_its_last_byte) {
    for (const std::string& bytes : {line_v4, line_v6, block_v4, block_v6}) {
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            BOOST_CHECK_MESSAGE(
                http::parse_proxy_header(bytes.substr(0, size)).state == State::incomplete, size);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_proxy_that_speaks_for_itself_names_nobody) {
    for (const std::string& bytes :
         {"PROXY UNKNOWN\r\n"s, "PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n"s, block(0x20, 0, ""),
          block(0x20, 0x11, "\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03\x04"), block(0x21, 0, ""),
          block(0x21, 0x31, std::string(216, 'u')), block(0x21, 0, std::string(2048, 'x'))}) {
        const auto header = http::parse_proxy_header(bytes);
        BOOST_CHECK_MESSAGE(header.state == State::complete, bytes);
        BOOST_TEST(header.size == bytes.size());
        BOOST_TEST(header.host == "");
    }
}

BOOST_AUTO_TEST_CASE(what_follows_the_addresses_of_version_2_is_skipped) {
    const std::string bytes =
        block(0x21, 0x11, "\xcb\0\x71\x07\xc0\0\x02\x01\xc3\x50\0\x50\x04\0\x02xx"s);
    const auto header = http::parse_proxy_header(bytes);
    BOOST_TEST(header.host == "203.0.113.7");
    BOOST_TEST(header.size == bytes.size());
}

BOOST_AUTO_TEST_CASE(a_malformed_proxy_header_is_told_from_one_that_is_not_there_yet) {
    for (const std::string& bytes : {
             "GET / HTTP/1.1\r\n"s,
             "PROXX"s,
             "proxy TCP4 1.2.3.4 5.6.7.8 1 2\r\n"s,
             "PROXY \r\n"s,
             "PROXY TCP5 1.2.3.4 5.6.7.8 1 2\r\n"s,
             "PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n"s,
             "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n"s,
             "PROXY TCP4  1.2.3.4 5.6.7.8 1 2\r\n"s,
             "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 \r\n"s,
             "PROXY TCP4 1.2.3.4 5.6.7.8 65536 2\r\n"s,
             "PROXY TCP4 1.2.3.4 5.6.7.8 -1 2\r\n"s,
             "PROXY TCP4 1.2.3.4 5.6.7.8 +1 2\r\n"s,
             "PROXY TCP4 ::1 ::2 1 2\r\n"s,
             "PROXY TCP6 1.2.3.4 5.6.7.8 1 2\r\n"s,
             "PROXY TCP4 1.2.3 5.6.7.8 1 2\r\n"s,
             "PROXY TCP4 1.2.3.4\n 5.6.7.8 1 2\r\n"s,
             "PROXY TCP4 "s + std::string(100, '1'),
             "\r\n\r\nGET / HTTP/1.1\r\n"s,
             "\r\n\r\n\0\r\nQUIX\n"s,
             // Version 1 in binary, an unknown command, an address too short, a header too long.
             block(0x11, 0x11, "\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03\x04"),
             block(0x2f, 0x11, "\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03\x04"),
             block(0x21, 0x11, "\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03"),
             block(0x21, 0x21, std::string(35, 'x')),
             block(0x21, 0x11, std::string(2049, 'x')),
         }) {
        BOOST_CHECK_MESSAGE(http::parse_proxy_header(bytes).state == State::malformed, bytes);
    }
}

// The PROXY protocol, on a connection

BOOST_AUTO_TEST_CASE(a_connection_behind_a_proxy_comes_from_whom_the_proxy_names) {
    settings.proxy_protocol = true;
    listen();
    for (const std::string& header : {line_v4, block_v4}) {
        Client client(*this);
        client.send(header + get);
        BOOST_TEST(client.read_to("http\n").ends_with("\r\n203.0.113.7 http\n"));
        // It is there once, in front of all requests.
        client.received.clear();
        client.send(get);
        BOOST_TEST(client.read_to("http\n").ends_with("\r\n203.0.113.7 http\n"));
    }
    Client local(*this);
    local.send("PROXY UNKNOWN\r\n" + get);
    BOOST_TEST(local.read_to("http\n").ends_with("\r\n127.0.0.1 http\n"));
}

BOOST_AUTO_TEST_CASE(a_proxy_header_may_come_byte_by_byte) {
    settings.proxy_protocol = true;
    listen();
    for (const std::string& header : {line_v6, block_v6}) {
        Client client(*this);
        for (const char byte : header + get) {
            client.send({&byte, 1});
            run_for(1ms);
        }
        BOOST_TEST(client.read_to("http\n").ends_with("\r\n2001:db8::7 http\n"));
    }
}

BOOST_AUTO_TEST_CASE(a_connection_without_its_proxy_header_is_closed_unanswered) {
    settings.proxy_protocol = true;
    listen();
    for (const std::string& bytes : {get, "PROXY TCP4 1.2.3.4\r\n"s + get, "\x16\x03\x01\x02"s}) {
        Client client(*this);
        client.send(bytes);
        BOOST_TEST(client.reads_end());
        BOOST_TEST(client.received == "");
    }
    Client half(*this);
    half.send("PROXY TCP4 ");
    half.close_half();
    BOOST_TEST(half.reads_end());
    BOOST_TEST(service->started == 0);
}

BOOST_AUTO_TEST_CASE(who_is_no_trusted_proxy_cannot_say_that_he_is_somebody_else) {
    settings.proxy_protocol = true;
    settings.trusted_proxies = {"192.0.2.1"};
    listen();
    for (const std::string& header : {line_v4, block_v4}) {
        Client client(*this);
        client.send(header + get);
        BOOST_TEST(client.reads_end());
        BOOST_TEST(client.received == "");
    }
    BOOST_TEST(service->started == 0);
    BOOST_TEST(reactor.component<http::Metrics>().connections_turned_away == 2U);
}

BOOST_AUTO_TEST_CASE(a_client_behind_the_proxy_is_no_proxy_himself) {
    settings.proxy_protocol = true;
    settings.xheaders = true;
    listen();
    Client client(*this);
    client.send(line_v4 + "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n");
    BOOST_TEST(client.read_to("http\n").ends_with("\r\n203.0.113.7 http\n"));
}

BOOST_AUTO_TEST_CASE(a_proxy_header_that_trickles_in_is_not_waited_for) {
    settings.proxy_protocol = true;
    settings.first_byte_timeout = 500ms;
    listen();
    Client client(*this);
    const auto begin = Clock::now();
    for (std::size_t i = 0; i < line_v4.size() && !client.ended; ++i) {
        client.send(line_v4.substr(i, 1));
        client.reads_end(100ms);
    }
    BOOST_TEST(client.ended);
    BOOST_TEST((Clock::now() - begin < 2s));
}

BOOST_AUTO_TEST_SUITE_END()
