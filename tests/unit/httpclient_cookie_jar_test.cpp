#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

#include <cyclone/httpclient/cookie_jar.hpp>

BOOST_AUTO_TEST_SUITE(httpclient_cookie_jar)

using namespace cyclone::httpclient;
using namespace std::chrono_literals;

namespace {

const CookieJar::Time now{std::chrono::sys_days(std::chrono::year(2024) / 1 / 1)};

}  // namespace

BOOST_AUTO_TEST_CASE(a_cookie_goes_back_to_the_host_that_set_it_and_to_no_other) {
    CookieJar jar;
    jar.set(parse_url("http://www.example.com/"), "a=1; HttpOnly", now);
    BOOST_TEST(jar.get(parse_url("http://www.example.com/x"), now) == "a=1");
    BOOST_TEST(jar.get(parse_url("http://example.com/"), now) == "");
    BOOST_TEST(jar.get(parse_url("http://sub.www.example.com/"), now) == "");
}

BOOST_AUTO_TEST_CASE(a_domain_widens_it_to_hosts_below_and_never_to_others) {
    CookieJar jar;
    jar.set(parse_url("http://www.example.com/"), "a=1; Domain=.Example.com", now);
    BOOST_TEST(jar.get(parse_url("http://example.com/"), now) == "a=1");
    BOOST_TEST(jar.get(parse_url("http://b.example.com/"), now) == "a=1");
    BOOST_TEST(jar.get(parse_url("http://notexample.com/"), now) == "");
    jar.clear();
    for (const std::string domain : {"com", "other.com", "b.www.example.com", "ple.com"}) {
        jar.set(parse_url("http://www.example.com/"), "a=1; domain=" + domain, now);
    }
    jar.set(parse_url("http://127.0.0.1/"), "a=1; domain=0.0.1", now);
    BOOST_TEST(jar.size() == 0);
}

BOOST_AUTO_TEST_CASE(paths_are_matched_by_whole_segments_and_longer_ones_come_first) {
    CookieJar jar;
    jar.set(parse_url("http://h/docs/page"), "a=1", now);
    jar.set(parse_url("http://h/"), "b=2; Path=/docs/api", now);
    jar.set(parse_url("http://h/"), "c=3", now);
    BOOST_TEST(jar.get(parse_url("http://h/docs/api/x"), now) == "b=2; a=1; c=3");
    BOOST_TEST(jar.get(parse_url("http://h/docs?x"), now) == "a=1; c=3");
    BOOST_TEST(jar.get(parse_url("http://h/docsx"), now) == "c=3");
}

BOOST_AUTO_TEST_CASE(secure_cookies_stay_with_https) {
    CookieJar jar;
    jar.set(parse_url("http://h/"), "a=1; Secure", now);
    BOOST_TEST(jar.size() == 0);
    jar.set(parse_url("https://h/"), "a=1; Secure", now);
    BOOST_TEST(jar.get(parse_url("http://h/"), now) == "");
    jar.set(parse_url("http://h/"), "a=forged", now);
    BOOST_TEST(jar.get(parse_url("https://h/"), now) == "a=1");
    jar.set(parse_url("https://h/x/y"), "__Host-b=1; Secure", now);
    jar.set(parse_url("https://h/"), "__Secure-b=1", now);
    BOOST_TEST(jar.size() == 1);
}

BOOST_AUTO_TEST_CASE(a_cookie_ends_when_it_says_so) {
    CookieJar jar;
    const auto url = parse_url("http://h/");
    jar.set(url, "a=1; Max-Age=60; Expires=Mon, 01 Jan 2018 00:00:00 GMT", now);
    jar.set(url, "b=2; expires=Mon, 01-Jan-2024 00:01:30 GMT", now);
    jar.set(url, "c=3; max-age=99999999999999999999", now);
    BOOST_TEST(jar.get(url, now + 59s) == "a=1; b=2; c=3");
    BOOST_TEST(jar.get(url, now + 60s) == "b=2; c=3");
    BOOST_TEST(jar.get(url, now + 90s) == "c=3");
    jar.set(url, "c=; Max-Age=0", now);
    BOOST_TEST(jar.size() == 0);
}

BOOST_AUTO_TEST_CASE(what_is_no_cookie_is_dropped) {
    CookieJar jar;
    const auto url = parse_url("http://h/");
    for (const std::string& bad :
         {std::string("a"), std::string("=1"), std::string(), std::string("a=\x01"),
          "a=" + std::string(CookieJar::max_cookie_size, 'x')}) {
        jar.set(url, bad, now);
    }
    BOOST_TEST(jar.size() == 0);
}

BOOST_AUTO_TEST_CASE(the_oldest_cookies_make_room) {
    CookieJar jar;
    const auto url = parse_url("http://h/");
    for (std::size_t i = 0; i <= CookieJar::max_cookies; ++i) {
        jar.set(url, "c" + std::to_string(i) + "=x", now);
    }
    BOOST_TEST(jar.size() == CookieJar::max_cookies);
    BOOST_TEST(jar.get(url, now).starts_with("c1=x; c2=x;"));
}

BOOST_AUTO_TEST_SUITE_END()
