#include <string>

#include <boost/test/unit_test.hpp>

#include <cyclone/redis/cached_replies.hpp>

BOOST_AUTO_TEST_SUITE(redis_cached_replies)

namespace redis = cyclone::redis;
using redis::CachedReplies;
using redis::Reply;

namespace {

Reply invalidation(Reply keys) {
    return Reply::push({Reply::string("invalidate"), std::move(keys)});
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_reply_is_known_until_its_key_is_said_to_have_changed) {
    CachedReplies replies;
    BOOST_TEST(replies.find("k", "GET k") == nullptr);
    replies.insert("k", "GET k", Reply::string("v"));
    replies.insert("k", "STRLEN k", Reply::integer(1));
    replies.insert("other", "GET other", Reply());
    BOOST_REQUIRE(replies.find("k", "GET k") != nullptr);
    BOOST_CHECK(*replies.find("k", "GET k") == Reply::string("v"));
    BOOST_TEST(replies.find("k", "GETRANGE k 0 1") == nullptr);
    replies.take(invalidation(Reply::array({Reply::string("k"), Reply::string("unknown")})));
    BOOST_TEST(replies.find("k", "GET k") == nullptr);
    BOOST_TEST(replies.find("k", "STRLEN k") == nullptr);
    BOOST_TEST(replies.find("other", "GET other") != nullptr);
}

BOOST_AUTO_TEST_CASE(an_invalidation_of_everything_leaves_nothing_and_other_pushes_all) {
    CachedReplies replies;
    replies.insert("k", "GET k", Reply::string("v"));
    replies.take(Reply::push({Reply::string("message"), Reply(), Reply()}));
    replies.take(Reply::push({}));
    BOOST_TEST(replies.size() == 1U);
    replies.take(invalidation(Reply()));
    BOOST_TEST(replies.size() == 0U);
    BOOST_TEST(replies.bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(above_the_limit_the_key_that_was_read_longest_ago_goes_first) {
    CachedReplies replies({.keys = 2});
    replies.insert("a", "a", Reply::integer(1));
    replies.insert("b", "b", Reply::integer(2));
    BOOST_TEST(replies.find("a", "a") != nullptr);
    replies.insert("c", "c", Reply::integer(3));
    BOOST_TEST(replies.find("a", "a") != nullptr);
    BOOST_TEST(replies.find("b", "b") == nullptr);
    BOOST_TEST(replies.find("c", "c") != nullptr);
}

BOOST_AUTO_TEST_CASE(the_bytes_of_all_replies_have_a_limit_too) {
    CachedReplies replies({.bytes = 3000});
    replies.insert("a", "a", Reply::string(std::string(1000, 'x')));
    replies.insert("b", "b", Reply::string(std::string(1000, 'x')));
    BOOST_TEST(replies.size() == 2U);
    replies.insert("b", "b", Reply::string(std::string(2500, 'x')));
    BOOST_TEST(replies.find("a", "a") == nullptr);
    BOOST_TEST(replies.find("b", "b")->text().size() == 2500U);
    replies.insert("huge", "huge", Reply::string(std::string(4000, 'x')));
    BOOST_TEST(replies.find("huge", "huge") == nullptr);
    replies.insert("b", "other", Reply::string(std::string(2500, 'x')));
    BOOST_TEST(replies.size() == 0U);
    BOOST_TEST(replies.bytes() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
