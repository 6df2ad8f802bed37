#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <cyclone/httpclient/response_parser.hpp>

BOOST_AUTO_TEST_SUITE(httpclient_response_parser)

using namespace cyclone;
using httpclient::ResponseLimits;
using httpclient::ResponseParser;
using State = ResponseParser::State;

namespace {

/// What a parser makes of `bytes`, given in pieces that end at `cuts`: "200 OK|a: b|body|end".
std::string parsed(std::string_view bytes, std::vector<std::size_t> cuts = {},
                   std::string_view method = "GET", ResponseLimits limits = {}, bool eof = true) {
    ResponseParser parser(method, limits);
    std::string text;
    std::string body;
    const auto describe = [&](State state, std::string_view rest) {
        if (state == State::refused) {
            return text + "refused: " + parser.refusal();
        }
        text += body + (parser.keep_alive() ? "|kept" : "|closed");
        return rest.empty() ? text : text + "|left: " + std::string(rest);
    };
    cuts.push_back(bytes.size());
    std::size_t begin = 0;
    for (const std::size_t cut : cuts) {
        std::string_view piece = bytes.substr(begin, cut - begin);
        begin = cut;
        for (;;) {
            const State state = parser.parse(piece);
            if (state == State::complete || state == State::refused) {
                return describe(state, std::string(piece) + std::string(bytes.substr(begin)));
            }
            if (state == State::incomplete) {
                BOOST_REQUIRE(piece.empty());
                break;
            }
            if (state == State::informational) {
                text += std::to_string(parser.head().code) + "|";
            } else if (state == State::head) {
                const auto& head = parser.head();
                text += std::to_string(head.code) + " " + head.reason + "|";
                for (const auto& field : head.headers) {
                    text += std::string(field.name) + ": " + std::string(field.value) + "|";
                }
            } else {
                body += parser.data();
            }
        }
    }
    if (!eof) {
        return "incomplete";
    }
    return describe(parser.end_of_input(), "");
}

/// The same, and that no other split of the bytes gives anything else.
std::string parsed_however_split(std::string_view bytes, std::string_view method = "GET",
                                 ResponseLimits limits = {}) {
    const std::string whole = parsed(bytes, {}, method, limits);
    std::vector<std::size_t> each;
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
        BOOST_TEST_CONTEXT("cut at " << cut) {
            BOOST_TEST(parsed(bytes, {cut}, method, limits) == whole);
        }
        each.push_back(cut);
    }
    BOOST_TEST(parsed(bytes, each, method, limits) == whole);
    return whole;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_body_with_a_length_ends_there_and_the_connection_is_kept) {
    BOOST_TEST(
        parsed_however_split("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA:  b \r\n\r\nhello") ==
        "200 OK|Content-Length: 5|A: b|hello|kept");
}

BOOST_AUTO_TEST_CASE(what_stands_behind_the_response_is_left) {
    BOOST_TEST(parsed_however_split("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500") ==
               "200 OK|Content-Length: 2|ok|kept|left: HTTP/1.1 500");
}

BOOST_AUTO_TEST_CASE(a_chunked_body_is_put_together) {
    BOOST_TEST(parsed_however_split("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"
                                    "4\r\nwiki\r\n5;x=y\r\npedia\r\n0\r\nT: t\r\n\r\n") ==
               "200 OK|Transfer-Encoding: Chunked|wikipedia|kept");
}

BOOST_AUTO_TEST_CASE(without_a_length_the_body_lasts_until_the_connection_ends) {
    BOOST_TEST(parsed_however_split("HTTP/1.1 200 OK\r\n\r\nall of it") ==
               "200 OK|all of it|closed");
    BOOST_TEST(parsed("HTTP/1.1 200 OK\r\n\r\nall of it", {}, "GET", {}, false) == "incomplete");
}

BOOST_AUTO_TEST_CASE(some_responses_have_no_body_whatever_their_fields_say) {
    const std::string fields = "Content-Length: 5\r\n\r\n";
    BOOST_TEST(parsed_however_split("HTTP/1.1 200 OK\r\n" + fields, "HEAD") ==
               "200 OK|Content-Length: 5||kept");
    BOOST_TEST(parsed_however_split("HTTP/1.1 204 No Content\r\n" + fields) ==
               "204 No Content|Content-Length: 5||kept");
    BOOST_TEST(parsed_however_split("HTTP/1.1 304 Not Modified\r\n" + fields) ==
               "304 Not Modified|Content-Length: 5||kept");
    BOOST_TEST(parsed_however_split("HTTP/1.1 200 Granted\r\n" + fields, "CONNECT") ==
               "200 Granted|Content-Length: 5||kept");
    BOOST_TEST(parsed_however_split("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") ==
               "200 OK|Content-Length: 0||kept");
}

BOOST_AUTO_TEST_CASE(informational_responses_are_passed_over) {
    BOOST_TEST(parsed_however_split(
                   "HTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.1 103 Early Hints\r\n"
                   "Link: </a>\r\n\r\nHTTP/1.1 204 None\r\n\r\n") == "100|103|204 None||kept");
}

BOOST_AUTO_TEST_CASE(nobody_can_make_us_switch_protocols) {
    BOOST_TEST(parsed_however_split("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n") ==
               "refused: the server switches to another protocol, which was not asked for");
}

BOOST_AUTO_TEST_CASE(the_version_and_the_connection_field_say_whether_it_is_kept) {
    const std::string length = "Content-Length: 0\r\n";
    BOOST_TEST(parsed("HTTP/1.0 200 OK\r\n" + length + "\r\n") ==
               "200 OK|Content-Length: 0||closed");
    BOOST_TEST(parsed("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n" + length + "\r\n") ==
               "200 OK|Connection: Keep-Alive|Content-Length: 0||kept");
    BOOST_TEST(parsed("HTTP/1.1 200 OK\r\nConnection: x, Close\r\n" + length + "\r\n") ==
               "200 OK|Connection: x, Close|Content-Length: 0||closed");
}

BOOST_AUTO_TEST_CASE(with_both_framings_chunks_count_and_the_connection_is_not_used_again) {
    BOOST_TEST(parsed_however_split("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n"
                                    "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n") ==
               "200 OK|Content-Length: 3|Transfer-Encoding: chunked|a|closed");
}

BOOST_AUTO_TEST_CASE(two_lengths_are_refused_unless_they_are_the_same) {
    BOOST_TEST(parsed_however_split("HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n"
                                    "Content-Length: 2\r\n\r\nok") ==
               "200 OK|Content-Length: 2, 2|Content-Length: 2|ok|kept");
    BOOST_TEST(parsed("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok") ==
               "200 OK|Content-Length: 2|Content-Length: 3|refused: the response has two different "
               "Content-Length");
    for (const std::string bad : {"-1", "1x", "", "99999999999999999999999"}) {
        const auto text = parsed("HTTP/1.1 200 OK\r\nContent-Length: " + bad + "\r\n\r\nok");
        BOOST_TEST(text.find("refused: the Content-Length of the response is ") != text.npos, text);
    }
}

BOOST_AUTO_TEST_CASE(other_transfer_codings_are_refused) {
    BOOST_TEST(
        parsed_however_split("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n") ==
        "200 OK|Transfer-Encoding: gzip, chunked|refused: the only transfer coding that is "
        "understood is chunked, not 'gzip, chunked'");
}

BOOST_AUTO_TEST_CASE(lines_may_end_without_a_carriage_return_and_fields_be_folded) {
    BOOST_TEST(parsed_however_split("HTTP/1.1 200\nA: b\n\t c\nContent-Length: 2\n\nok") ==
               "200 |A: b c|Content-Length: 2|ok|kept");
}

BOOST_AUTO_TEST_CASE(what_is_no_http_is_refused_at_once_and_shown_without_control_characters) {
    BOOST_TEST(parsed("SSH-2.0-x") ==
               "refused: the response is no HTTP/1: it begins with 'SSH-2.0-x'");
    BOOST_TEST(parsed("S", {}, "GET", {}, false).starts_with("refused: "));
    BOOST_TEST(parsed("\x15\x03\x01", {}, "GET", {}, false) ==
               "refused: the response is no HTTP/1: it begins with '...'");
    BOOST_TEST(parsed("HTTP/2.0 200 OK\r\n\r\n") ==
               "refused: the response is no HTTP/1: it begins with 'HTTP/2.0 200 OK..'");
}

BOOST_AUTO_TEST_CASE(malformed_heads_are_refused) {
    for (const std::string bad :
         {"HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 0200 OK\r\n\r\n",
          "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\nname : x\r\n\r\n",
          "HTTP/1.1 200 OK\r\n: x\r\n\r\n", "HTTP/1.1 200 OK\r\n folded: x\r\n\r\n",
          "HTTP/1.1 200 OK\r\na: x\ry\r\n\r\n"}) {
        const auto text = parsed_however_split(bad);
        BOOST_TEST(text.starts_with("refused: "), bad << text);
    }
    const std::string with_nul("HTTP/1.1 200 OK\r\na: \0\r\n\r\n", 25);
    BOOST_TEST(parsed_however_split(with_nul) ==
               "refused: there is a control character in the response's header");
}

BOOST_AUTO_TEST_CASE(a_header_larger_than_the_limit_is_refused_with_or_without_line_ends) {
    const ResponseLimits limits{.header = 100, .body = 10};
    const std::string refused =
        "refused: the header of the response is larger than max_header_size, 100 bytes";
    BOOST_TEST(parsed_however_split("HTTP/1.1 200 OK\r\nA: " + std::string(200, 'a'), "GET",
                                    limits) == refused);
    std::string hints;
    for (int i = 0; i < 20; ++i) {
        hints += "HTTP/1.1 103 x\r\n\r\n";
    }
    BOOST_TEST(parsed(hints, {}, "GET", limits).ends_with(refused));
    const std::string fits = "HTTP/1.1 204 N\r\nA: " + std::string(100 - 23, 'a') + "\r\n\r\n";
    BOOST_REQUIRE(fits.size() == 100);
    BOOST_TEST(parsed(fits, {}, "GET", limits).ends_with("||kept"));
}

BOOST_AUTO_TEST_CASE(a_body_larger_than_the_limit_is_refused_by_its_length_or_when_it_has_come) {
    const ResponseLimits limits{.header = 1000, .body = 4};
    const std::string end = "larger than max_body_size, 4 bytes";
    BOOST_TEST(parsed_however_split("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "GET", limits)
                   .ends_with(end));
    BOOST_TEST(parsed("HTTP/1.1 200 OK\r\n\r\nfifth", {}, "GET", limits).ends_with(end));
    BOOST_TEST(parsed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfifth\r\n", {},
                      "GET", limits)
                   .ends_with(end));
    BOOST_TEST(parsed("HTTP/1.1 200 OK\r\n\r\nfour", {}, "GET", limits) == "200 OK|four|closed");
}

BOOST_AUTO_TEST_CASE(an_early_end_is_told_from_a_late_one) {
    BOOST_TEST(parsed("") == "refused: the server closed the connection without an answer");
    BOOST_TEST(parsed("HTTP/1.1 200 OK\r\nA: b") ==
               "refused: the server closed the connection in the middle of the response's header");
    BOOST_TEST(
        parsed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell") ==
        "200 OK|Content-Length: 5|refused: the server closed the connection in the middle of "
        "the response's body");
    BOOST_TEST(parsed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
                   .ends_with("in the middle of the response's body"));
}

BOOST_AUTO_TEST_SUITE_END()
