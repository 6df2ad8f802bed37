#include <deque>
#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>

#include <cyclone/redis/command.hpp>
#include <cyclone/redis/subscriptions.hpp>

BOOST_AUTO_TEST_SUITE(redis_subscriptions)

namespace redis = cyclone::redis;
using redis::Subscriptions;
using Kind = Subscriptions::Kind;

namespace {

std::string encoded(const auto&... args) {
    std::string out;
    redis::append_command(out, args...);
    return out;
}

/// A waiter, and what it was told.
struct Waiter {
    std::shared_ptr<std::string> told = std::make_shared<std::string>();
    redis::PendingReplyPtr make() {
        struct Told final : redis::PendingReply {
            explicit Told(std::shared_ptr<std::string> where) : told(std::move(where)) {}
            std::string_view command() const override { return "SUBSCRIBE"; }
            bool abandoned() const override { return false; }
            void deliver(redis::Reply&& reply) override { *told += reply.describe(); }
            void fail(std::exception_ptr error) override {
                *told += cyclone::Failure(error).get_error_message();
            }
            std::shared_ptr<std::string> told;
        };
        return std::make_unique<Told>(told);
    }
};

const std::string confirmed = "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n";

}  // namespace

BOOST_AUTO_TEST_CASE(messages_are_read_with_the_bytes_split_at_every_position) {
    const std::string bytes = confirmed +
                              "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\n\r\n\r\n"
                              "*4\r\n$8\r\npmessage\r\n$2\r\nb*\r\n$2\r\nbc\r\n$1\r\ny\r\n";
    for (std::size_t split = 0; split <= bytes.size(); ++split) {
        Subscriptions subscriptions;
        Waiter waiter;
        subscriptions.connected();
        subscriptions.add(Kind::channel, "a", waiter.make());
        std::deque<redis::Message> messages;
        BOOST_TEST(subscriptions.feed(bytes.substr(0, split), messages));
        BOOST_TEST(subscriptions.feed(bytes.substr(split), messages));
        BOOST_TEST(*waiter.told == "an array of 3");
        BOOST_REQUIRE(messages.size() == 2U);
        BOOST_TEST(messages[0].channel == "a");
        BOOST_TEST(messages[0].payload == "\r\n");
        BOOST_TEST(messages[0].pattern == "");
        BOOST_TEST(messages[1].channel == "bc");
        BOOST_TEST(messages[1].pattern == "b*");
    }
}

BOOST_AUTO_TEST_CASE(pushes_of_resp3_are_messages_as_well) {
    Subscriptions subscriptions;
    Waiter waiter;
    subscriptions.connected();
    subscriptions.add(Kind::channel, "a", waiter.make());
    std::deque<redis::Message> messages;
    BOOST_TEST(
        subscriptions.feed(">3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n"
                           ">3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nhi\r\n",
                           messages));
    BOOST_TEST(*waiter.told == "a push of 3");
    BOOST_REQUIRE(messages.size() == 1U);
    BOOST_TEST(messages[0].payload == "hi");
}

BOOST_AUTO_TEST_CASE(a_new_connection_subscribes_to_everything_again_but_what_was_removed) {
    Subscriptions subscriptions;
    subscriptions.add(Kind::channel, "a", nullptr);
    subscriptions.add(Kind::pattern, "p*", nullptr);
    subscriptions.add(Kind::channel, "gone", nullptr);
    BOOST_TEST(subscriptions.take_output() == "");
    subscriptions.connected();
    subscriptions.take_output();
    subscriptions.remove(Kind::channel, "gone", nullptr);
    BOOST_TEST(subscriptions.take_output() == encoded("UNSUBSCRIBE", "gone"));
    subscriptions.lost();
    subscriptions.connected();
    BOOST_TEST(subscriptions.take_output() ==
               encoded("SUBSCRIBE", "a") + encoded("PSUBSCRIBE", "p*"));
}

BOOST_AUTO_TEST_CASE(who_waits_is_told_on_the_connection_that_confirms) {
    Subscriptions subscriptions;
    Waiter waiter;
    std::deque<redis::Message> messages;
    subscriptions.add(Kind::channel, "a", waiter.make());
    subscriptions.connected();
    subscriptions.lost();
    BOOST_TEST(*waiter.told == "");
    subscriptions.connected();
    BOOST_TEST(subscriptions.feed(confirmed + confirmed, messages));
    BOOST_TEST(*waiter.told == "an array of 3");
}

BOOST_AUTO_TEST_CASE(a_refusal_ends_the_subscription_and_goes_to_who_asked) {
    Subscriptions subscriptions;
    Waiter refused;
    Waiter good;
    std::deque<redis::Message> messages;
    subscriptions.connected();
    subscriptions.add(Kind::channel, "secret", refused.make());
    subscriptions.add(Kind::channel, "a", good.make());
    BOOST_TEST(subscriptions.feed("-NOPERM no\r\n" + confirmed, messages));
    BOOST_TEST(*refused.told == "the error \"NOPERM no\"");
    BOOST_TEST(*good.told == "an array of 3");
    subscriptions.lost();
    subscriptions.take_output();
    subscriptions.connected();
    BOOST_TEST(subscriptions.take_output() == encoded("SUBSCRIBE", "a"));
}

BOOST_AUTO_TEST_CASE(what_is_no_message_makes_the_connection_useless) {
    std::deque<redis::Message> messages;
    Subscriptions subscriptions;
    subscriptions.connected();
    BOOST_TEST(!subscriptions.feed("+hello\r\n", messages));
    BOOST_TEST(subscriptions.error() == "it sent the status \"hello\", which is no message");
    Subscriptions other;
    other.connected();
    BOOST_TEST(!other.feed(confirmed, messages));
    BOOST_TEST(other.error() == "it sent an array of 3 that nobody had asked for");
}

BOOST_AUTO_TEST_CASE(closing_fails_who_waits) {
    Subscriptions subscriptions;
    Waiter waiter;
    subscriptions.add(Kind::channel, "a", waiter.make());
    subscriptions.close(std::make_exception_ptr(redis::ConnectionLost("ended", false)));
    BOOST_TEST(*waiter.told == "ended");
}

BOOST_AUTO_TEST_SUITE_END()
