#include <boost/test/unit_test.hpp>

#include <cyclone/redis/command.hpp>
#include <cyclone/redis/handshake.hpp>

BOOST_AUTO_TEST_SUITE(redis_handshake)

namespace redis = cyclone::redis;
using State = redis::Handshake::State;

namespace {

std::string encoded(const auto&... args) {
    std::string out;
    redis::append_command(out, args...);
    return out;
}

redis::ConnectionOptions full() {
    redis::ConnectionOptions options;
    options.username = "al";
    options.password = "secret";
    options.db = 3;
    options.client_name = "me";
    return options;
}

}  // namespace

BOOST_AUTO_TEST_CASE(everything_is_said_in_one_write_and_the_last_reply_makes_it_ready) {
    redis::Handshake handshake(full());
    BOOST_TEST(handshake.request() == encoded("AUTH", "al", "secret") + encoded("SELECT", 3) +
                                          encoded("CLIENT", "SETNAME", "me") + encoded("PING"));
    BOOST_CHECK(handshake.feed("+OK\r\n+OK\r\n+O") == State::waiting);
    BOOST_CHECK(handshake.feed("K\r\n") == State::waiting);
    BOOST_CHECK(handshake.feed("+PONG\r\n") == State::ready);
}

BOOST_AUTO_TEST_CASE(what_is_said_unasked_is_no_answer_and_what_comes_behind_is_kept) {
    redis::ConnectionOptions options;
    options.protocol = redis::Protocol::resp3;
    options.tracking = {"ON", "BCAST"};
    redis::Handshake handshake(options);
    const std::string push = ">2\r\n$10\r\ninvalidate\r\n_\r\n";
    BOOST_CHECK(handshake.feed("%1\r\n$5\r\nproto\r\n:3\r\n+OK\r\n" + push.substr(0, 9)) ==
                State::waiting);
    BOOST_CHECK(handshake.feed(push.substr(9)) == State::waiting);
    const std::string last = "+PONG\r\n" + push + push.substr(0, 5);
    BOOST_CHECK(handshake.feed(last) == State::ready);
    BOOST_TEST(handshake.rest() == push + push.substr(0, 5));
}

BOOST_AUTO_TEST_CASE(without_login_there_is_only_the_ping) {
    redis::Handshake handshake(redis::ConnectionOptions{});
    BOOST_TEST(handshake.request() == encoded("PING"));
}

BOOST_AUTO_TEST_CASE(a_password_without_a_user_is_for_the_default_user) {
    redis::ConnectionOptions options;
    options.password = "secret";
    BOOST_TEST(redis::Handshake(options).request() == encoded("AUTH", "secret") + encoded("PING"));
}

BOOST_AUTO_TEST_CASE(resp3_begins_with_a_hello_that_logs_in_as_well) {
    auto options = full();
    options.protocol = redis::Protocol::resp3;
    options.tracking = {"ON", "NOLOOP"};
    redis::Handshake handshake(options);
    BOOST_TEST(handshake.request() ==
               encoded("HELLO", 3, "AUTH", "al", "secret") + encoded("SELECT", 3) +
                   encoded("CLIENT", "SETNAME", "me") +
                   encoded("CLIENT", "TRACKING", "ON", "NOLOOP") + encoded("PING"));
    BOOST_CHECK(handshake.feed("%1\r\n$5\r\nproto\r\n:3\r\n+OK\r\n+OK\r\n+OK\r\n+PONG\r\n") ==
                State::ready);
    options = {};
    options.protocol = redis::Protocol::resp3;
    BOOST_TEST(redis::Handshake(options).request() == encoded("HELLO", 3) + encoded("PING"));
    options.password = "secret";
    BOOST_TEST(redis::Handshake(options).request() ==
               encoded("HELLO", 3, "AUTH", "default", "secret") + encoded("PING"));
}

BOOST_AUTO_TEST_CASE(a_server_without_resp3_and_a_refused_tracking_are_told_in_its_words) {
    redis::ConnectionOptions options;
    options.protocol = redis::Protocol::resp3;
    options.tracking = {"ON", "NONSENSE"};
    redis::Handshake old(options);
    BOOST_CHECK(old.feed("-ERR unknown command 'HELLO'\r\n") == State::refused);
    BOOST_TEST(old.failed_command() == "HELLO");
    redis::Handshake refused(options);
    BOOST_CHECK(refused.feed("%0\r\n-ERR syntax error\r\n") == State::refused);
    BOOST_TEST(refused.failed_command() == "CLIENT TRACKING");
    BOOST_TEST(refused.error() == "ERR syntax error");
}

BOOST_AUTO_TEST_CASE(a_wrong_password_is_refused_in_the_words_of_the_server) {
    redis::Handshake handshake(full());
    BOOST_CHECK(handshake.feed("-WRONGPASS invalid username-password pair\r\n") == State::refused);
    BOOST_TEST(handshake.failed_command() == "AUTH");
    BOOST_TEST(handshake.error() == "WRONGPASS invalid username-password pair");
}

BOOST_AUTO_TEST_CASE(a_missing_password_is_refused_and_a_loading_server_is_unavailable) {
    redis::Handshake no_password(redis::ConnectionOptions{});
    BOOST_CHECK(no_password.feed("-NOAUTH Authentication required.\r\n") == State::refused);
    redis::Handshake loading(redis::ConnectionOptions{});
    BOOST_CHECK(loading.feed("-LOADING Redis is loading the dataset in memory\r\n") ==
                State::unavailable);
    redis::Handshake full_house(redis::ConnectionOptions{});
    BOOST_CHECK(full_house.feed("-ERR max number of clients reached\r\n") == State::unavailable);
}

BOOST_AUTO_TEST_CASE(a_name_that_the_server_does_not_want_does_not_matter) {
    redis::ConnectionOptions options;
    options.client_name = "a name";
    redis::Handshake handshake(options);
    BOOST_CHECK(handshake.feed("-ERR Client names cannot contain spaces\r\n+PONG\r\n") ==
                State::ready);
}

BOOST_AUTO_TEST_CASE(what_is_no_redis_is_told) {
    redis::Handshake handshake(redis::ConnectionOptions{});
    BOOST_CHECK(handshake.feed("HTTP/1.1 400 Bad Request\r\n") == State::unavailable);
    BOOST_TEST(handshake.error().starts_with("what answers there is no Redis: "));
}

BOOST_AUTO_TEST_SUITE_END()
