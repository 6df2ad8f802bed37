#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <string_view>

#include <cyclone/http/request_head_parser.hpp>

BOOST_AUTO_TEST_SUITE(http_request_head_parser_test)

using namespace cyclone;
using State = http::RequestHeadParser::State;

namespace {

/// A head, parsed at once, and what came of it.
struct Parsed {
    explicit Parsed(std::string head, const http::HeadLimits& limits = {})
        : bytes(std::move(head)) {
        state = parser.parse(bytes, limits, request);
    }
    unsigned status() const { return parser.refusal().status; }

    std::string bytes;
    http::RequestHeadParser parser;
    httputil::HTTPServerRequest request;
    State state;
};

Parsed with_target(std::string_view target, std::string_view method = "GET") {
    return Parsed(std::string(method) + ' ' + std::string(target) + " HTTP/1.1\r\nHost: h\r\n\r\n");
}
Parsed with_fields(std::string_view fields, std::string_view version = "HTTP/1.1") {
    return Parsed("GET / " + std::string(version) + "\r\nHost: h\r\n" + std::string(fields) +
                  "\r\n");
}
unsigned status_for_host(std::string_view host) {
    return Parsed("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n").status();
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_head_is_taken_apart_into_views_of_its_bytes) {
    const Parsed parsed(
        "POST /a%20b?c=d&e HTTP/1.1\r\nHost: h:8080\r\nX-One: \t 1 2 \t\r\nx-two:\r\n\r\nrest");
    BOOST_CHECK(parsed.state == State::complete);
    BOOST_TEST(parsed.bytes.substr(parsed.parser.consumed()) == "rest");
    const auto& request = parsed.request;
    BOOST_TEST(request.method == "POST");
    BOOST_TEST(request.uri == "/a%20b?c=d&e");
    BOOST_TEST(request.path == "/a%20b");
    BOOST_TEST(request.query == "c=d&e");
    BOOST_TEST(request.version == "HTTP/1.1");
    BOOST_TEST(request.host == "h:8080");
    BOOST_TEST(request.headers.size() == 3U);
    BOOST_TEST(request.headers.find("x-one").value() == "1 2");
    BOOST_TEST(request.headers.find("X-Two").value() == "");
    const char* const begin = parsed.bytes.data();
    BOOST_TEST((request.path.data() >= begin && request.path.data() < begin + parsed.bytes.size()));
}

BOOST_AUTO_TEST_CASE(a_name_has_token_characters_alone_wherever_in_it_they_stand) {
    const std::string_view marks = "!#$%&'*+-.^_`|~";
    for (const std::size_t size : {1U, 15U, 16U, 17U, 33U}) {
        for (std::size_t at = 0; at < size; ++at) {
            for (int value = 0; value < 256; ++value) {
                const char c = static_cast<char>(value);
                if (c == ':') {
                    continue;
                }
                const bool token = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                   marks.find(c) != std::string_view::npos;
                std::string name(size, 'n');
                name[at] = c;
                const Parsed parsed = with_fields(name + ": some value, to be longer than 16\r\n");
                BOOST_TEST_REQUIRE((parsed.state == State::complete) == token,
                                   "byte " << value << " at " << at << " of " << size);
                if (token) {
                    BOOST_TEST_REQUIRE(parsed.request.headers.get_all()[1].name == name);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_host_is_judged_whatever_came_before_it) {
    const std::string longest(64, 'a');
    for (const std::string host : {"example.org", "example.orh", "a", "", "127.0.0.1:8080"}) {
        BOOST_TEST(status_for_host(host) == 0U);
        BOOST_TEST(status_for_host("example.or/") == 400U);
        BOOST_TEST(status_for_host("127.0.0.1:808x") == 400U);
        BOOST_TEST(status_for_host(longest) == 0U);
        BOOST_TEST(status_for_host(longest + "/") == 400U);
        BOOST_TEST(status_for_host(host) == 0U);
    }
}

BOOST_AUTO_TEST_CASE(the_absolute_form_gives_the_host_and_goes_before_the_host_field) {
    const Parsed parsed("GET http://a.example:81/p?q HTTP/1.1\r\nHost: b.example\r\n\r\n");
    BOOST_TEST(parsed.request.host == "a.example:81");
    BOOST_TEST(parsed.request.path == "/p");
    BOOST_TEST(parsed.request.query == "q");
    BOOST_TEST(parsed.request.uri == "http://a.example:81/p?q");
}

BOOST_AUTO_TEST_CASE(the_absolute_form_may_have_no_path) {
    BOOST_TEST(with_target("http://a.example").request.path == "/");
    BOOST_TEST(with_target("HTTPS://a.example?q").request.path == "/");
    BOOST_TEST(with_target("HTTPS://a.example?q").request.query == "q");
    BOOST_TEST(with_target("http://a.example").request.host == "a.example");
}

BOOST_AUTO_TEST_CASE(the_absolute_form_needs_a_valid_authority_without_userinfo) {
    for (const char* target :
         {"http://", "http:///p", "http://:80/", "http://u@a/", "http://u:p@a/", "http://a:b/",
          "http://[::1/", "http://a b/", "ftp://a/", "http:/a", "http//a", "http://a\\b/",
          "http://a:80:80/", "http://[]/"}) {
        BOOST_TEST_CONTEXT(target) { BOOST_TEST(with_target(target).status() == 400U); }
    }
}

BOOST_AUTO_TEST_CASE(the_asterisk_form_is_for_options_alone) {
    BOOST_TEST(with_target("*", "OPTIONS").request.path == "*");
    BOOST_TEST(with_target("*", "GET").status() == 400U);
    BOOST_TEST(with_target("*/", "OPTIONS").status() == 400U);
}

BOOST_AUTO_TEST_CASE(the_authority_form_is_for_connect_alone) {
    BOOST_TEST(with_target("a.example:443", "CONNECT").request.path == "a.example:443");
    BOOST_TEST(with_target("a.example:443", "GET").status() == 400U);
}

BOOST_AUTO_TEST_CASE(a_target_in_origin_form_may_look_like_anything_but_what_is_not_allowed) {
    BOOST_TEST(with_target("//a/b").request.path == "//a/b");
    BOOST_TEST(with_target("/?").request.query == "");
    BOOST_TEST(with_target("/a?b?c").request.query == "b?c");
    BOOST_TEST(with_target("/%41%fF").status() == 0U);
    for (const char* target :
         {"a", "?a", "/a#b", "#", "/%", "/%4", "/%4g", "/%zz", "/a\x7f", "/\xc3\xa9", "/a\tb"}) {
        BOOST_TEST_CONTEXT(target) { BOOST_TEST(with_target(target).status() == 400U); }
    }
}

BOOST_AUTO_TEST_CASE(a_host_is_a_name_or_an_address_with_perhaps_a_port) {
    for (const char* host :
         {"", "h", "h:", "h:80", "1.2.3.4:65535", "[::1]", "[::1]:80", "[fe80::1.2.3.4]",
          "a-b.c_d~e", "%41.example", "xn--e1afmkfd.xn--p1ai"}) {
        BOOST_TEST_CONTEXT(host) { BOOST_TEST(status_for_host(host) == 0U); }
    }
    for (const char* host :
         {"h h",  "h,i ",  "u@h",   "h/",      "h/p",      "h?q",     "h#f",      "h:x",
          "h:-1", "h:+1",  ":80",   "h:80:80", "h:999999", "h:65536", "[::1",     "::1",
          "[]",   "[]:80", "[::g]", "[1]",     "[::1]x",   "[::1]:x", "h]",       "[h",
          "%",    "%4",    "%zz",   "h\\",     "\"h\"",    "<h>",     "h\xc3\xa9"}) {
        if (std::string_view(host) == "h,i ") {
            continue;
        }
        BOOST_TEST_CONTEXT(host) { BOOST_TEST(status_for_host(host) == 400U); }
    }
}

BOOST_AUTO_TEST_CASE(content_length_is_digits_once) {
    BOOST_TEST(with_fields("Content-Length: 0\r\n").parser.facts().content_length.value() == 0U);
    BOOST_TEST(with_fields("content-LENGTH:0012 \r\n").parser.facts().content_length.value() ==
               12U);
    BOOST_TEST(with_fields("Content-Length: 18446744073709551609\r\n").status() != 400U);
    for (const char* length : {"", "+5", "-5", "5,5", "5, 5", "5 5", "0x5", "5a", "a", "5.0", "5;",
                               "\"5\"", "1e3", "\xd9\xa5"}) {
        BOOST_TEST_CONTEXT(length) {
            BOOST_TEST(with_fields("Content-Length: " + std::string(length) + "\r\n").status() ==
                       400U);
        }
    }
    BOOST_TEST(with_fields("Content-Length: 5\r\nContent-Length: 5\r\n").status() == 400U);
    BOOST_TEST(with_fields("Content-Length: 5\r\nContent-Length: 6\r\n").status() == 400U);
    BOOST_TEST(with_fields("Content-Length: 18446744073709551616\r\n").status() == 413U);
    BOOST_TEST(with_fields("Content-Length: 99999999999999999999999999\r\n").status() == 413U);
}

BOOST_AUTO_TEST_CASE(the_largest_content_length_is_kept_exactly) {
    BOOST_TEST(with_fields("Content-Length: 1844674407370955160\r\n")
                   .parser.facts()
                   .content_length.value() == 1844674407370955160U);
}

BOOST_AUTO_TEST_CASE(transfer_encoding_is_chunked_and_nothing_else) {
    BOOST_TEST(with_fields("Transfer-Encoding: chunked\r\n").parser.facts().chunked);
    BOOST_TEST(with_fields("transfer-encoding:\tCHUNKED \r\n").parser.facts().chunked);
    const struct {
        const char* fields;
        unsigned status;
    } refused[] = {
        {"Transfer-Encoding:\r\n", 400},
        {"Transfer-Encoding: ,\r\n", 400},
        {"Transfer-Encoding: ,chunked\r\n", 400},
        {"Transfer-Encoding: chunked,\r\n", 400},
        {"Transfer-Encoding: chunked, chunked\r\n", 400},
        {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400},
        {"Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n", 400},
        {"Transfer-Encoding: chunked, gzip\r\n", 400},
        {"Transfer-Encoding: gzip\r\n", 501},
        {"Transfer-Encoding: gzip, chunked\r\n", 501},
        {"Transfer-Encoding: identity\r\n", 501},
        {"Transfer-Encoding: chunked;q=1\r\n", 501},
        {"Transfer-Encoding: xchunked\r\n", 501},
        {"Transfer-Encoding: \"chunked\"\r\n", 501},
        {"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", 400},
        {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400},
        {"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", 400},
    };
    for (const auto& row : refused) {
        BOOST_TEST_CONTEXT(row.fields) {
            BOOST_TEST(with_fields(row.fields).status() == row.status);
        }
    }
    BOOST_TEST(with_fields("Transfer-Encoding: chunked\r\n", "HTTP/1.0").status() == 400U);
}

BOOST_AUTO_TEST_CASE(connection_is_a_list_in_which_close_wins) {
    const auto keeps = [](std::string_view fields, std::string_view version = "HTTP/1.1") {
        return with_fields(fields, version).parser.facts().keep_alive;
    };
    BOOST_TEST(keeps(""));
    BOOST_TEST(keeps("Connection: keep-alive\r\n"));
    BOOST_TEST(keeps("Connection: closed\r\n"));
    BOOST_TEST(!keeps("Connection: close\r\n"));
    BOOST_TEST(!keeps("Connection: CLOSE\r\n"));
    BOOST_TEST(!keeps("Connection: x-y, ,close ,keep-alive\r\n"));
    BOOST_TEST(!keeps("Connection: keep-alive\r\nConnection: close\r\n"));
    BOOST_TEST(!keeps("", "HTTP/1.0"));
    BOOST_TEST(keeps("Connection: Keep-Alive\r\n", "HTTP/1.0"));
    BOOST_TEST(!keeps("Connection: keep-alive, close\r\n", "HTTP/1.0"));
}

BOOST_AUTO_TEST_CASE(an_upgrade_needs_field_and_connection_option_and_http_1_1) {
    const auto upgrades = [](std::string_view fields, std::string_view version = "HTTP/1.1") {
        return with_fields(fields, version).parser.facts().upgrade;
    };
    BOOST_TEST(upgrades("Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"));
    BOOST_TEST(!upgrades("Upgrade: websocket\r\n"));
    BOOST_TEST(!upgrades("Connection: upgrade\r\n"));
    BOOST_TEST(!upgrades("Connection: upgrade\r\nUpgrade: websocket\r\n", "HTTP/1.0"));
}

BOOST_AUTO_TEST_CASE(an_expectation_of_http_1_0_is_ignored) {
    BOOST_TEST(with_fields("Expect: 100-Continue\r\n").parser.facts().expect_continue);
    BOOST_TEST(!with_fields("Expect: 100-continue\r\n", "HTTP/1.0").parser.facts().expect_continue);
    BOOST_TEST(with_fields("Expect: 200-ok\r\n").status() == 417U);
    BOOST_TEST(with_fields("Expect: 100-continue, x\r\n").status() == 417U);
}

BOOST_AUTO_TEST_CASE(each_limit_of_a_head_holds_to_the_byte) {
    const http::HeadLimits limits{.bytes = 100, .fields = 2, .target = 10};
    const std::string start = "GET / HTTP/1.1\r\nHost: h\r\nX: ";
    const auto head_of = [&start](std::size_t size) {
        return start + std::string(size - start.size() - 4, 'x') + "\r\n\r\n";
    };
    BOOST_TEST(head_of(100).size() == 100U);
    BOOST_CHECK(Parsed(head_of(100), limits).state == State::complete);
    BOOST_TEST(Parsed(head_of(101), limits).status() == 431U);
    BOOST_TEST(Parsed("GET / HTTP/1.1\r\nHost: h\r\nA:\r\nB:\r\n\r\n", limits).status() == 431U);
    BOOST_CHECK(Parsed("GET /123456789 HTTP/1.1\r\nHost: h\r\n\r\n", limits).state ==
                State::complete);
    BOOST_TEST(Parsed("GET /1234567890 HTTP/1.1\r\nHost: h\r\n\r\n", limits).status() == 414U);
}

BOOST_AUTO_TEST_CASE(a_head_without_a_line_end_is_refused_as_soon_as_it_is_too_long) {
    BOOST_TEST(Parsed(std::string(17 * 1024, 'A')).status() == 414U);
    BOOST_TEST(Parsed("GET /" + std::string(17 * 1024, 'A')).status() == 414U);
    BOOST_TEST(Parsed("GET / HTTP/1.1\r\n" + std::string(65 * 1024, 'A')).status() == 431U);
    BOOST_TEST(Parsed("GET / HTTP/1.1\r\nA: " + std::string(65 * 1024, 'A')).status() == 431U);
    const http::HeadLimits small{.bytes = 100, .fields = 2, .target = 1000};
    BOOST_TEST(Parsed("GET /" + std::string(200, 'A'), small).status() == 431U);
}

BOOST_AUTO_TEST_CASE(whatever_is_no_http_is_refused_at_its_first_byte) {
    BOOST_TEST(Parsed("\x16\x03\x01").status() == 400U);
    BOOST_TEST(Parsed(" GET").status() == 400U);
    BOOST_TEST(Parsed("{").status() == 400U);
    BOOST_TEST(Parsed(std::string("\0", 1)).status() == 400U);
}

BOOST_AUTO_TEST_CASE(bytes_that_have_moved_are_read_anew) {
    const std::string head = "GET /path HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n";
    for (std::size_t split = 1; split < head.size(); ++split) {
        http::RequestHeadParser parser;
        httputil::HTTPServerRequest request;
        auto first = std::make_unique<std::string>(head.substr(0, split));
        BOOST_CHECK(parser.parse(*first, {}, request) == State::incomplete);
        first.reset();
        parser.rebase();
        request.headers.clear();
        BOOST_CHECK(parser.parse(head, {}, request) == State::complete);
        BOOST_TEST(request.path == "/path");
        BOOST_TEST(request.headers.size() == 2U);
    }
}

BOOST_AUTO_TEST_CASE(no_bytes_are_no_head_yet) {
    BOOST_CHECK(Parsed("").state == State::incomplete);
}

BOOST_AUTO_TEST_CASE(a_head_that_is_too_long_has_the_same_answer_however_it_comes) {
    const std::string start = "GET / HTTP/1.1\r\nHost: h\r\n";
    const std::string long_line(60, 'x');
    for (const std::string& head :
         {start + "A: " + long_line + "\n", start + "A: " + long_line + "\r\n\r\n",
          start + "A: " + long_line + "\rx", start + long_line + "\r\n\r\n",
          start + "A: " + long_line + "\x01", "GET /" + long_line + " HTTP/1.1\r\n",
          "GET / " + long_line + "\n", long_line + long_line + " / HTTP/1.1\r\n"}) {
        for (std::size_t limit = 1; limit < 130; ++limit) {
            const http::HeadLimits limits{.bytes = limit, .fields = 5, .target = limit / 2};
            const Parsed whole(head, limits);
            http::RequestHeadParser parser;
            httputil::HTTPServerRequest request;
            State state = State::incomplete;
            for (std::size_t size = 1; size <= head.size() && state == State::incomplete; ++size) {
                state = parser.parse(std::string_view(head).substr(0, size), limits, request);
            }
            BOOST_CHECK(state == whole.state);
            BOOST_TEST(parser.refusal().why == whole.parser.refusal().why);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
