#include <string>

#include <boost/test/unit_test.hpp>

#include <cyclone/httputil.hpp>

namespace httputil_fields_test {

namespace httputil = cyclone::httputil;
using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(start_lines)

BOOST_AUTO_TEST_CASE(a_request_line_has_three_parts) {
    const auto line = httputil::parse_request_start_line("GET /foo?a HTTP/1.1");
    BOOST_REQUIRE(line.has_value());
    BOOST_TEST(line->method == "GET");
    BOOST_TEST(line->path == "/foo?a");
    BOOST_TEST(line->version == "HTTP/1.1");
    for (const char* text : {"", "GET", "GET /", "GET / HTTP/2.0", "GET  / HTTP/1.1",
                             "GET / HTTP/1.1 ", "G:T / HTTP/1.1", " / HTTP/1.1",
                             "GET /\x01 HTTP/1.1", "GET / http/1.1", "GET / HTTP/1.10"}) {
        BOOST_TEST(!httputil::parse_request_start_line(text).has_value(), text << " was accepted");
    }
}

BOOST_AUTO_TEST_CASE(a_status_line_may_be_without_a_reason) {
    const auto line = httputil::parse_response_start_line("HTTP/1.0 404 Not Found");
    BOOST_REQUIRE(line.has_value());
    BOOST_TEST(line->version == "HTTP/1.0");
    BOOST_TEST(line->code == 404u);
    BOOST_TEST(line->reason == "Not Found");
    BOOST_TEST(httputil::parse_response_start_line("HTTP/1.1 200 ").value().reason == "");
    BOOST_TEST(httputil::parse_response_start_line("HTTP/1.1 200").value().code == 200u);
    for (const char* text :
         {"", "HTTP/1.1", "HTTP/1.1 20", "HTTP/1.1 2000 OK", "HTTP/1.1 2x0 OK", "HTTP/1.1  200 OK",
          "HTTP/1.1 099 x", "HTTP/3 200 OK", "HTTP/1.1 200 \x01"}) {
        BOOST_TEST(!httputil::parse_response_start_line(text).has_value(), text << " was accepted");
    }
}

BOOST_AUTO_TEST_CASE(a_status_has_a_reason_phrase) {
    BOOST_TEST(httputil::reason_phrase(200) == "OK");
    BOOST_TEST(httputil::reason_phrase(431) == "Request Header Fields Too Large");
    BOOST_TEST(httputil::reason_phrase(299) == "Unknown");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(header_lines)

BOOST_AUTO_TEST_CASE(header_fields_are_read_from_lines) {
    const auto headers = httputil::HTTPHeaders::parse(
        "Content-Type: text/html\r\nX-A:1\nx-a: \t2 \r\nX-Long: one\r\n  two\r\n\tthree\r\n");
    BOOST_TEST(headers.get("content-type", "") == "text/html");
    BOOST_TEST(headers.get("X-A", "") == "1,2");
    BOOST_TEST(headers.get("X-Long", "") == "one two three");
    BOOST_TEST(headers.size() == 4u);
    BOOST_TEST(httputil::HTTPHeaders::parse("").empty());
}

BOOST_AUTO_TEST_CASE(a_line_that_is_no_header_field_is_refused) {
    for (const char* text :
         {"no colon", ": no name", " goes on nothing", "na me: x", "X: \x01", "X: 1\r\n \x7f"}) {
        BOOST_CHECK_THROW(httputil::HTTPHeaders::parse(text), std::invalid_argument);
    }
    httputil::HTTPHeaders headers;
    headers.parse_line("X: 1");
    headers.parse_line("\t2");
    BOOST_TEST(headers.get("X", "") == "1 2");
}

BOOST_AUTO_TEST_CASE(a_copy_of_headers_keeps_its_own_bytes) {
    httputil::HTTPHeaders copy;
    {
        const auto headers = httputil::HTTPHeaders::parse("X: 1\nX: 2\nY: 3");
        copy = headers;
    }
    std::string all;
    for (const auto& [name, value] : copy.get_all()) {
        all += std::string(name) + "=" + std::string(value) + ";";
    }
    BOOST_TEST(all == "X=1;X=2;Y=3;");
    BOOST_TEST(copy.get_list("x").size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(cookies)

BOOST_AUTO_TEST_CASE(cookies_are_read_as_browsers_write_them) {
    const auto cookies = httputil::parse_cookie("a=b; c = d ;e=\"f g\"; =h; i; a=last;;k=l=m");
    BOOST_TEST(cookies.at("a") == "last");
    BOOST_TEST(cookies.at("c") == "d");
    BOOST_TEST(cookies.at("e") == "f g");
    BOOST_TEST(cookies.at("") == "i");
    BOOST_TEST(cookies.at("k") == "l=m");
    BOOST_TEST(cookies.size() == 5u);
    BOOST_TEST(httputil::parse_cookie(" ; ;").empty());
}

BOOST_AUTO_TEST_CASE(a_quoted_cookie_is_taken_out_of_its_quotes) {
    const auto value = [](const std::string& text) {
        return httputil::parse_cookie("a=" + text).at("a");
    };
    BOOST_TEST(value(R"("x\"y\\z")") == R"(x"y\z)");
    BOOST_TEST(value(R"("\303\251\054\073")") == "é,;");
    BOOST_TEST(value(R"("\400\08\1")") == "400081");
    BOOST_TEST(value(R"("a\")") == R"(a\)");
    BOOST_TEST(value("\"") == "\"");
    BOOST_TEST(value("\"a") == "\"a");
    BOOST_TEST(value("\"\"") == "");
}

BOOST_AUTO_TEST_CASE(a_cookie_made_of_backslashes_takes_no_longer_than_others) {
    const std::string text = "a=\"" + std::string(1'000'000, '\\') + "\"";
    BOOST_TEST(httputil::parse_cookie(text).at("a").size() == 500'000u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(header_values)

BOOST_AUTO_TEST_CASE(a_header_value_has_parameters) {
    const auto header = httputil::parse_header("Text/HTML ; Charset=\"utf-8\"; q = 1 ; flag;; x=");
    BOOST_TEST(header.value == "Text/HTML");
    BOOST_TEST(header.find("charset").value_or("none") == "utf-8");
    BOOST_TEST(header.find("q").value_or("none") == "1");
    BOOST_TEST(header.find("flag").value_or("none") == "");
    BOOST_TEST(!header.parameters.at(2).has_value);
    BOOST_TEST(header.find("x").value_or("none") == "");
    BOOST_TEST(header.parameters.size() == 4u);
    BOOST_TEST(httputil::parse_header("").value == "");
}

BOOST_AUTO_TEST_CASE(quotes_protect_semicolons_and_escape_only_quotes_and_backslashes) {
    const auto name = [](const std::string& text) {
        return std::string(
            httputil::parse_header("form-data; a=" + text + "; z=1").find("a").value());
    };
    BOOST_TEST(name(R"("x;y")") == "x;y");
    BOOST_TEST(name(R"("b\\a\"r")") == R"(b\a"r)");
    BOOST_TEST(name(R"("c:\here\there.txt")") == R"(c:\here\there.txt)");
    BOOST_TEST(name(R"("\";\\")") == R"(";\)");
    BOOST_TEST(name(R"("never closed)") == R"("never closed; z=1)");
    BOOST_TEST(name(R"("ends with \)") == R"("ends with \; z=1)");
}

BOOST_AUTO_TEST_CASE(an_extended_parameter_says_its_character_set) {
    const auto file = [](const std::string& text) {
        return std::string(httputil::parse_header("form-data; " + text).find("filename").value());
    };
    BOOST_TEST(file("filename*=UTF-8''T%C3%A4st%20%E2%82%AC") == "Täst €");
    BOOST_TEST(file("filename*=iso-8859-1'en'T%E4st") == "Täst");
    BOOST_TEST(file("filename*=utf-8''better; filename=\"worse\"") == "better");
    BOOST_TEST(file("filename*=utf-8''bad%FF") == "bad\ufffd");
    BOOST_TEST(file("filename*=none") == "none");
    BOOST_TEST(file("filename*0=\"one \"; filename*1=two") == "one two");
    BOOST_TEST(file("filename*1*=%C3%A4; filename*0*=utf-8''%C3%B6; filename*2=+") == "öä+");
    BOOST_TEST(file("filename*0=a; filename*2=c") == "a");
}

BOOST_AUTO_TEST_CASE(a_header_value_is_written_with_quotes_where_it_needs_them) {
    const httputil::HeaderValue header{"permessage-deflate",
                                       {{"client_max_window_bits", "15"},
                                        {"client_no_context_takeover", "", false},
                                        {"name", "a \"b\""}}};
    const auto line = httputil::encode_header(header);
    BOOST_TEST(
        line ==
        R"(permessage-deflate; client_max_window_bits=15; client_no_context_takeover; name="a \"b\"")");
    BOOST_TEST(httputil::parse_header(line).find("name").value_or("none") == "a \"b\"");
}

BOOST_AUTO_TEST_CASE(a_header_of_countless_parameters_is_cut_short) {
    std::string line = "x";
    for (int i = 0; i < 10'000; ++i) {
        line += ";a" + std::to_string(i) + "=1";
    }
    BOOST_TEST(httputil::parse_header(line).parameters.size() == 64u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(accept_encoding)

std::string chosen(std::optional<std::string_view> header) {
    return std::string(httputil::choose_encoding(header, {"br", "gzip"}).value_or("as it is"));
}

BOOST_AUTO_TEST_CASE(the_client_weighs_and_the_server_breaks_ties) {
    BOOST_TEST(chosen("gzip, deflate, br") == "br");
    BOOST_TEST(chosen("gzip;q=1.0, br;q=0.5") == "gzip");
    BOOST_TEST(chosen("GZIP") == "gzip");
    BOOST_TEST(chosen("x-gzip") == "gzip");
    BOOST_TEST(chosen("gzip ; Q=0.001") == "gzip");
}

BOOST_AUTO_TEST_CASE(a_star_speaks_of_all_that_is_not_named) {
    BOOST_TEST(chosen("*") == "br");
    BOOST_TEST(chosen("br;q=0, *") == "gzip");
    BOOST_TEST(chosen("*, br;q=0") == "gzip");
    BOOST_TEST(chosen("*;q=0") == "as it is");
    BOOST_TEST(chosen("gzip, *;q=0") == "gzip");
}

BOOST_AUTO_TEST_CASE(nothing_is_encoded_that_the_client_would_rather_have_plain) {
    BOOST_TEST(chosen(std::nullopt) == "as it is");
    BOOST_TEST(chosen("") == "as it is");
    BOOST_TEST(chosen("deflate") == "as it is");
    BOOST_TEST(chosen("br;q=0, gzip;q=0.0") == "as it is");
    BOOST_TEST(chosen("identity, gzip;q=0.5") == "as it is");
    BOOST_TEST(chosen("identity;q=0.5, gzip;q=0.5") == "gzip");
    BOOST_TEST(chosen("identity;q=0, gzip;q=0.1") == "gzip");
}

BOOST_AUTO_TEST_CASE(a_malformed_weight_drops_its_element) {
    BOOST_TEST(chosen("br;q=2, gzip") == "gzip");
    BOOST_TEST(chosen("br;q=, gzip;q=0.5") == "gzip");
    BOOST_TEST(chosen("br;level=5, gzip") == "gzip");
    BOOST_TEST(httputil::parse_weight("0.375").value_or(-1) == 375);
    BOOST_TEST(httputil::parse_weight("1.").value_or(-1) == 1000);
    for (const char* text : {"", "1.001", "0.1234", "-1", ".5", "0,5", "01", "1x"}) {
        BOOST_TEST(!httputil::parse_weight(text).has_value(), text << " was accepted");
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(entity_tags)

using enum httputil::EtagComparison;

BOOST_AUTO_TEST_CASE(the_table_of_the_rfc_holds) {
    // RFC 9110 8.8.3.2
    BOOST_TEST(!httputil::etag_matches("W/\"1\"", "W/\"1\"", strong));
    BOOST_TEST(httputil::etag_matches("W/\"1\"", "W/\"1\"", weak));
    BOOST_TEST(!httputil::etag_matches("W/\"1\"", "W/\"2\"", weak));
    BOOST_TEST(!httputil::etag_matches("W/\"1\"", "\"1\"", strong));
    BOOST_TEST(httputil::etag_matches("W/\"1\"", "\"1\"", weak));
    BOOST_TEST(httputil::etag_matches("\"1\"", "\"1\"", strong));
    BOOST_TEST(!httputil::etag_matches("\"1\"", "W/\"1\"", strong));
    BOOST_TEST(httputil::etag_matches("\"1\"", "W/\"1\"", weak));
}

BOOST_AUTO_TEST_CASE(a_list_is_searched_to_its_end) {
    BOOST_TEST(httputil::etag_matches("\"a\", W/\"b,c\" ,\"d\"", "\"d\"", strong));
    BOOST_TEST(httputil::etag_matches("\"a\",W/\"b,c\"", "\"b,c\"", weak));
    BOOST_TEST(httputil::etag_matches(" * ", "\"x\"", strong));
    BOOST_TEST(!httputil::etag_matches("\"a*\"", "\"x\"", weak));
    BOOST_TEST(!httputil::etag_matches("a, \"x", "\"x\"", weak));
    BOOST_TEST(!httputil::etag_matches("", "\"x\"", weak));
    BOOST_TEST(httputil::etag_matches("\"a\\\", \"x\"", "\"x\"", weak));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(content_types)

BOOST_AUTO_TEST_CASE(a_file_has_the_type_of_its_extension) {
    using httputil::guess_content_type;
    BOOST_TEST(guess_content_type("/www/index.html") == "text/html; charset=UTF-8");
    BOOST_TEST(guess_content_type("a.JS") == "text/javascript; charset=UTF-8");
    BOOST_TEST(guess_content_type("a.min.mjs") == "text/javascript; charset=UTF-8");
    BOOST_TEST(guess_content_type("a.css") == "text/css; charset=UTF-8");
    BOOST_TEST(guess_content_type("a.svg") == "image/svg+xml");
    BOOST_TEST(guess_content_type("a.wasm") == "application/wasm");
    BOOST_TEST(guess_content_type("a.woff2") == "font/woff2");
    BOOST_TEST(guess_content_type("a.json") == "application/json");
    BOOST_TEST(guess_content_type("a.tar.gz") == "application/gzip");
}

BOOST_AUTO_TEST_CASE(what_is_not_known_is_bytes) {
    for (const char* path : {"", "a", "a.", ".html", "dir.html/file", "a.unheardof",
                             "a.extensionofmorethansixteenletters"}) {
        BOOST_TEST(httputil::guess_content_type(path) == "application/octet-stream",
                   path << " has a type");
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(tokens)

BOOST_AUTO_TEST_CASE(a_token_has_no_separator_in_it) {
    BOOST_TEST(httputil::is_token("x-Custom_1!#$%&'*+.^`|~"));
    for (const auto& text : {""s, "a b"s, "a:b"s, "a\"b"s, "é"s, "a\0b"s, "a/b"s, "a,b"s}) {
        BOOST_TEST(!httputil::is_token(text), text << " was accepted");
    }
}

BOOST_AUTO_TEST_CASE(a_field_value_has_no_control_character_in_it) {
    BOOST_TEST(httputil::is_valid_field_value("a\tb é"));
    for (const auto& text : {"a\rb"s, "a\nb"s, "a\0b"s, "\x7f"s, "\x1b"s}) {
        BOOST_TEST(!httputil::is_valid_field_value(text), text << " was accepted");
    }
}

BOOST_AUTO_TEST_CASE(a_username_and_a_password_are_joined_by_a_colon) {
    BOOST_TEST(httputil::encode_username_password("Aladdin", "open:sesame") ==
               "Aladdin:open:sesame");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace httputil_fields_test
