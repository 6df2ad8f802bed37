#include <string>

#include <boost/test/unit_test.hpp>

#include <cyclone/httputil/url.hpp>

BOOST_AUTO_TEST_SUITE(urls)

namespace httputil = cyclone::httputil;
using httputil::Arguments;
using namespace std::string_literals;

BOOST_AUTO_TEST_CASE(a_query_is_taken_apart_and_decoded) {
    const Arguments arguments = httputil::parse_qs_bytes("a=1&b=x+y%26&a=%e2%82%ac");
    BOOST_TEST((arguments == Arguments{{"a", "1"}, {"b", "x y&"}, {"a", "€"}}));
    BOOST_TEST(arguments.find("a").value_or("none") == "€");
    BOOST_TEST(arguments.get_list("a").size() == 2u);
    BOOST_TEST(!arguments.contains("c"));
    BOOST_REQUIRE(arguments.names().size() == 2u);
    BOOST_TEST(arguments.names()[0] == "a");
}

BOOST_AUTO_TEST_CASE(blank_values_are_kept_only_where_asked_for) {
    BOOST_TEST(httputil::parse_qs_bytes("a=&b&&=&c=1").size() == 1u);
    BOOST_TEST((httputil::parse_qs_bytes("a=&b&&=x&c=1", true) ==
                Arguments{{"a", ""}, {"b", ""}, {"", "x"}, {"c", "1"}}));
    BOOST_TEST((httputil::parse_qs_bytes("a==b=c") == Arguments{{"a", "=b=c"}}));
    BOOST_TEST((httputil::parse_qs_bytes("a=1;b=2") == Arguments{{"a", "1;b=2"}}));
}

BOOST_AUTO_TEST_CASE(a_query_of_more_arguments_than_allowed_is_refused) {
    BOOST_TEST(httputil::parse_qs_bytes_bounded("a&b&c", 3).has_value());
    BOOST_TEST(!httputil::parse_qs_bytes_bounded("a&b&c&d", 3).has_value());
}

BOOST_AUTO_TEST_CASE(arguments_are_put_behind_those_of_a_url) {
    using httputil::url_concat;
    BOOST_TEST(url_concat("https://h/path", {{"y", "y"}, {"z", "z"}}) == "https://h/path?y=y&z=z");
    BOOST_TEST(url_concat("https://h/path?x", {{"y", "a b&"}}) == "https://h/path?x=&y=a+b%26");
    BOOST_TEST(url_concat("https://h/path?", {{"y", "/"}}) == "https://h/path?y=%2F");
    BOOST_TEST(url_concat("https://h/?r=1&t=2#frag?x", {{"a", ""}}) ==
               "https://h/?r=1&t=2&a=#frag?x");
    BOOST_TEST(url_concat("/p?a=1#", {}) == "/p?a=1#");
    BOOST_TEST(url_concat("", {{"a", "1"}}) == "?a=1");
}

BOOST_AUTO_TEST_CASE(a_host_is_split_from_its_port) {
    const auto split = [](std::string_view netloc) {
        const auto [host, port] = httputil::split_host_and_port(netloc);
        return std::string(host) + (port ? " " + std::to_string(*port) : "");
    };
    BOOST_TEST(split("example.org:8080") == "example.org 8080");
    BOOST_TEST(split("example.org") == "example.org");
    BOOST_TEST(split("[::1]:80") == "[::1] 80");
    BOOST_TEST(split("[::1]") == "[::1]");
    BOOST_TEST(split("::1") == "::1");
    BOOST_TEST(split("h:65536") == "h:65536");
    BOOST_TEST(split("h:") == "h:");
    BOOST_TEST(split("h:+1") == "h:+1");
    BOOST_TEST(split(":80") == ":80");
    BOOST_TEST(split("") == "");
}

BOOST_AUTO_TEST_SUITE_END()
