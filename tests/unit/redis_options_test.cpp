#include <stdexcept>

#include <boost/test/unit_test.hpp>

#include <cyclone/redis/backoff.hpp>
#include <cyclone/redis/options.hpp>

namespace redis_options_test {

namespace redis = cyclone::redis;
using namespace std::chrono_literals;

namespace {

std::string refusal(std::string_view url) {
    try {
        redis::parse_url(url);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "it was accepted";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_options)

BOOST_AUTO_TEST_CASE(a_url_holds_user_password_host_port_and_database) {
    const auto options = redis::parse_url("redis://al%40ice:p%3Aa%2fss@redis.example:7000/3");
    BOOST_TEST(options.username == "al@ice");
    BOOST_TEST(options.password == "p:a/ss");
    BOOST_TEST(options.host == "redis.example");
    BOOST_TEST(options.port == 7000);
    BOOST_TEST(options.db == 3);
    BOOST_TEST(!options.tls);
}

BOOST_AUTO_TEST_CASE(what_a_url_leaves_out_has_its_usual_value) {
    BOOST_TEST(redis::parse_url("redis://").address() == "127.0.0.1:6379");
    BOOST_TEST(redis::parse_url("redis://:secret@h").password == "secret");
    BOOST_TEST(redis::parse_url("redis://:secret@h").username == "");
    BOOST_TEST(redis::parse_url("h:1").address() == "h:1");
    BOOST_TEST(redis::parse_url("rediss://h").tls);
}

BOOST_AUTO_TEST_CASE(the_protocol_is_2_or_3) {
    BOOST_CHECK(redis::parse_url("redis://h").protocol == redis::Protocol::resp2);
    BOOST_CHECK(redis::parse_url("redis://h?protocol=3").protocol == redis::Protocol::resp3);
    BOOST_TEST(refusal("redis://h?protocol=4") ==
               "redis: redis://h: the protocol is 2 or 3, not \"4\"");
}

BOOST_AUTO_TEST_CASE(an_ipv6_address_stands_in_brackets) {
    BOOST_TEST(redis::parse_url("redis://[::1]:7000").host == "::1");
    BOOST_TEST(redis::parse_url("[::1]").address() == "[::1]:6379");
    BOOST_TEST(refusal("redis://::1") ==
               "redis: redis://::1: an IPv6 address stands in brackets, as in [::1]:6379");
}

BOOST_AUTO_TEST_CASE(a_unix_socket_is_a_path_with_a_query) {
    const auto options = redis::parse_url("unix:/run/my%20redis.sock?db=2&client_name=me");
    BOOST_TEST(options.unix_path == "/run/my redis.sock");
    BOOST_TEST(options.db == 2);
    BOOST_TEST(options.client_name == "me");
    BOOST_TEST(options.address() == "unix:/run/my redis.sock");
    BOOST_TEST(redis::parse_url("unix:///run/r.sock").unix_path == "/run/r.sock");
    BOOST_TEST(redis::parse_url("unix:r.sock").unix_path == "r.sock");
}

BOOST_AUTO_TEST_CASE(a_bad_url_is_refused_by_a_sentence) {
    BOOST_TEST(refusal("http://h") ==
               "redis: http://h: the address of a Redis starts with redis://, rediss:// or unix:");
    BOOST_TEST(refusal("redis://h:99999") ==
               "redis: redis://h:99999: the port is a number from 1 to 65535, not \"99999\"");
    BOOST_TEST(refusal("redis://h/x") ==
               "redis: redis://h/x: the database is a number from 0 on, not \"x\"");
    BOOST_TEST(refusal("redis://h?timeout=1") ==
               "redis: redis://h: there is no setting \"timeout\"; known are db, client_name, "
               "username, password and protocol");
    BOOST_TEST(refusal("redis://h%2") ==
               "redis: redis://h%2: a % must be followed by two hexadecimal digits (a % itself is "
               "written %25)");
    BOOST_TEST(refusal("unix:") ==
               "redis: unix:: the path of the socket is missing, as in unix:/run/redis/redis.sock");
}

BOOST_AUTO_TEST_CASE(a_refusal_does_not_repeat_the_password) {
    BOOST_TEST(refusal("redis://u:secret@h:0") ==
               "redis: redis://...@h:0: the port is a number from 1 to 65535, not \"0\"");
    BOOST_TEST(refusal("redis://h/x?password=secret").find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(redis_backoff)

BOOST_AUTO_TEST_CASE(without_jitter_the_delays_double_up_to_the_longest) {
    redis::Backoff backoff({.initial = 50ms, .longest = 300ms, .factor = 2, .jitter = 0}, 1);
    for (const auto wanted : {50ms, 100ms, 200ms, 300ms, 300ms}) {
        BOOST_TEST(backoff.next().count() == wanted.count());
    }
    backoff.reset();
    BOOST_TEST(backoff.next().count() == 50);
}

BOOST_AUTO_TEST_CASE(jitter_takes_up_to_its_share_away_and_depends_on_the_seed_alone) {
    const redis::BackoffOptions options{
        .initial = 1000ms, .longest = 1000ms, .factor = 2, .jitter = 0.5};
    redis::Backoff one(options, 1);
    redis::Backoff same(options, 1);
    redis::Backoff other(options, 2);
    bool differs = false;
    for (int i = 0; i < 100; ++i) {
        const auto delay = one.next();
        BOOST_TEST(delay.count() >= 500);
        BOOST_TEST(delay.count() <= 1000);
        BOOST_TEST(delay.count() == same.next().count());
        differs = differs || delay != other.next();
    }
    BOOST_TEST(differs);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace redis_options_test
