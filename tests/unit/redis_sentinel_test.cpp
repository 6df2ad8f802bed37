#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <cyclone/redis/handshake.hpp>
#include <cyclone/redis/sentinel/answers.hpp>

BOOST_AUTO_TEST_SUITE(redis_sentinel)

namespace redis = cyclone::redis;
using redis::Reply;

namespace {

/// What SENTINEL REPLICAS tells of one replica.
Reply replica(std::string port, std::string flags, std::string link = "ok") {
    return Reply::array({Reply::string("ip"), Reply::string("10.0.0.1"), Reply::string("port"),
                         Reply::string(std::move(port)), Reply::string("flags"),
                         Reply::string(std::move(flags)), Reply::string("master-link-status"),
                         Reply::string(std::move(link))});
}

redis::Handshake::State state_after(redis::Role role, std::string_view answers,
                                    std::string* error = nullptr) {
    redis::ConnectionOptions options;
    options.role = role;
    redis::Handshake handshake(options);
    const auto state = handshake.feed(answers);
    if (error != nullptr) {
        *error = handshake.error();
    }
    return state;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_switch_names_the_old_and_the_new_master) {
    const auto change = redis::parse_master_switch("mymaster 127.0.0.1 6379 ::1 6380");
    BOOST_REQUIRE(change.has_value());
    BOOST_TEST(change->name == "mymaster");
    BOOST_TEST(change->from.text() == "127.0.0.1:6379");
    BOOST_TEST(change->to.text() == "[::1]:6380");
    for (const auto* none : {"", "mymaster", "m 1.1.1.1 1 2.2.2.2", "m 1.1.1.1 x 2.2.2.2 2"}) {
        BOOST_TEST(!redis::parse_master_switch(none).has_value(), none);
    }
}

BOOST_AUTO_TEST_CASE(only_replicas_that_are_up_and_linked_are_usable) {
    const auto usable = redis::usable_from_reply(Reply::array(
        {replica("1", "slave"), replica("2", "s_down,slave"), replica("3", "slave,disconnected"),
         replica("4", "slave", "err"), replica("5", "o_down,slave"), replica("6", "slave")}));
    BOOST_REQUIRE(usable.size() == 2U);
    BOOST_TEST(usable[0].text() == "10.0.0.1:1");
    BOOST_TEST(usable[1].text() == "10.0.0.1:6");
    BOOST_CHECK_THROW(redis::usable_from_reply(Reply::integer(1)), redis::TypeError);
}

BOOST_AUTO_TEST_CASE(a_master_that_no_sentinel_knows_has_no_address) {
    BOOST_TEST(!redis::master_from_reply(Reply()).has_value());
    const auto master =
        redis::master_from_reply(Reply::array({Reply::string("10.0.0.2"), Reply::string("6379")}));
    BOOST_TEST(master.value().text() == "10.0.0.2:6379");
    BOOST_CHECK_THROW(redis::master_from_reply(Reply::array({})), redis::TypeError);
}

BOOST_AUTO_TEST_CASE(a_server_of_another_role_is_left) {
    using State = redis::Handshake::State;
    using redis::Role;
    constexpr std::string_view master = "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n+PONG\r\n";
    constexpr std::string_view replica =
        "*5\r\n$5\r\nslave\r\n$1\r\nh\r\n:1\r\n$9\r\nconnected\r\n:0\r\n+PONG\r\n";
    BOOST_TEST((state_after(Role::master, master) == State::ready));
    BOOST_TEST((state_after(Role::replica, replica) == State::ready));
    std::string error;
    BOOST_TEST((state_after(Role::master, replica, &error) == State::unavailable));
    BOOST_TEST(error == "it is not a master");
    BOOST_TEST((state_after(Role::replica, master, &error) == State::unavailable));
    BOOST_TEST(error == "it is not a replica");
    BOOST_TEST((state_after(Role::any, "+PONG\r\n") == State::ready));
}

BOOST_AUTO_TEST_SUITE_END()
