#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <cyclone/redis/cluster/joined_reply.hpp>
#include <cyclone/redis/cluster/key_slot.hpp>
#include <cyclone/redis/cluster/redirection.hpp>
#include <cyclone/redis/cluster/slot_map.hpp>
#include <cyclone/redis/error.hpp>
#include <cyclone/redis/reply_reader.hpp>

BOOST_AUTO_TEST_SUITE(redis_cluster)

namespace redis = cyclone::redis;
using redis::Endpoint;
using redis::Join;
using redis::Redirection;
using redis::Reply;
using redis::SlotMap;

namespace {

Reply parsed(std::string_view wire) {
    redis::ReplyReader reader;
    reader.feed(wire);
    Reply reply;
    BOOST_REQUIRE(reader.next(reply) == redis::ReplyReader::Result::reply);
    return reply;
}

/// A range of slots of a master on port `port` and its replica on `port + 1`.
Reply range(int first, int last, int port, std::string host = "10.0.0.1") {
    const auto node = [&](int at) {
        return Reply::array({Reply::string(host), Reply::integer(at), Reply::string("id")});
    };
    return Reply::array({Reply::integer(first), Reply::integer(last), node(port), node(port + 1)});
}

const Endpoint asked{"10.0.0.9", 7000};

}  // namespace

BOOST_AUTO_TEST_CASE(a_key_has_the_slot_that_cluster_keyslot_gives) {
    // From CLUSTER KEYSLOT of Redis 7.0.
    BOOST_TEST(redis::key_slot("123456789") == 12739);
    BOOST_TEST(redis::key_slot("foo") == 12182);
    BOOST_TEST(redis::key_slot("") == 0);
}

BOOST_AUTO_TEST_CASE(only_the_first_braces_with_something_in_them_are_a_hash_tag) {
    BOOST_TEST(redis::hash_tag("{user1000}.following") == "user1000");
    BOOST_TEST(redis::hash_tag("foo{}{bar}") == "foo{}{bar}");
    BOOST_TEST(redis::hash_tag("foo{{bar}}zap") == "{bar");
    BOOST_TEST(redis::hash_tag("foo{bar}{zap}") == "bar");
    BOOST_TEST(redis::hash_tag("a{b") == "a{b");
    BOOST_TEST(redis::hash_tag("a}b{c}") == "c");
}

BOOST_AUTO_TEST_CASE(a_slot_map_knows_masters_and_replicas_of_each_range) {
    const SlotMap map = SlotMap::from_reply(
        Reply::array({range(0, 99, 7000), range(100, 16383, 7002), range(200, 300, 7000)}), asked);
    BOOST_TEST(map.covered() == 16384U);
    BOOST_TEST(map.master_of(0)->text() == "10.0.0.1:7000");
    BOOST_TEST(map.master_of(100)->text() == "10.0.0.1:7002");
    BOOST_TEST(map.master_of(250)->text() == "10.0.0.1:7000");
    BOOST_TEST(map.master_of(301)->text() == "10.0.0.1:7002");
    BOOST_TEST(map.replicas_of(5).size() == 1U);
    BOOST_TEST(map.replicas_of(5)[0].text() == "10.0.0.1:7001");
    BOOST_TEST(map.masters().size() == 2U);
    BOOST_TEST(map.nodes().size() == 4U);
}

BOOST_AUTO_TEST_CASE(a_node_that_does_not_know_its_host_has_the_one_that_was_asked) {
    const SlotMap empty = SlotMap::from_reply(Reply::array({range(0, 9, 7000, "")}), asked);
    BOOST_TEST(empty.master_of(0)->text() == "10.0.0.9:7000");
    const SlotMap unset = SlotMap::from_reply(Reply::array({range(0, 9, 7000, "?")}), asked);
    BOOST_TEST(unset.master_of(0)->text() == "10.0.0.9:7000");
    BOOST_TEST((unset.master_of(10) == nullptr));
    BOOST_TEST(unset.covered() == 10U);
}

BOOST_AUTO_TEST_CASE(what_is_no_slot_map_is_refused_and_named) {
    const auto refused = [](Reply reply) {
        BOOST_CHECK_THROW(SlotMap::from_reply(std::move(reply), asked), redis::TypeError);
    };
    refused(Reply::integer(1));
    refused(Reply::array({Reply::array({Reply::integer(0), Reply::integer(1)})}));
    refused(Reply::array({range(0, 16384, 7000)}));
    refused(Reply::array({range(9, 8, 7000)}));
    refused(Reply::array({range(0, 9, 70000)}));
}

BOOST_AUTO_TEST_CASE(a_slot_that_moved_has_its_new_master_at_once) {
    SlotMap map = SlotMap::from_reply(Reply::array({range(0, 16383, 7000)}), asked);
    map.moved(7, {"10.0.0.5", 1});
    BOOST_TEST(map.master_of(7)->text() == "10.0.0.5:1");
    BOOST_TEST(map.master_of(8)->text() == "10.0.0.1:7000");
    BOOST_TEST(map.replicas_of(7).empty());
    map.moved(9, {"10.0.0.5", 1});
    BOOST_TEST(map.masters().size() == 2U);
}

BOOST_AUTO_TEST_CASE(an_answer_says_whether_and_where_to_go_on) {
    using Kind = Redirection::Kind;
    const auto of = [](std::string_view wire) { return redirection_of(parsed(wire), asked); };
    const auto moved = of("-MOVED 3999 127.0.0.1:6381\r\n");
    BOOST_TEST((moved.kind == Kind::moved));
    BOOST_TEST(moved.slot == 3999);
    BOOST_TEST(moved.endpoint.text() == "127.0.0.1:6381");
    const auto ask = of("-ASK 1 fe80::1:6381\r\n");
    BOOST_TEST((ask.kind == Kind::ask));
    BOOST_TEST(ask.endpoint.text() == "[fe80::1]:6381");
    BOOST_TEST(of("-MOVED 3999 :6381\r\n").endpoint.text() == "10.0.0.9:6381");
    BOOST_TEST((of("-TRYAGAIN Multiple keys\r\n").kind == Kind::try_again));
    BOOST_TEST((of("-LOADING Redis is loading\r\n").kind == Kind::try_again));
    BOOST_TEST((of("-CLUSTERDOWN The cluster is down\r\n").kind == Kind::reload));
    for (const std::string_view own :
         {"-ERR x\r\n", "+MOVED 1 a:1\r\n", "-MOVED\r\n", "-MOVED 1\r\n", "-MOVED x a:1\r\n",
          "-MOVED 16384 a:1\r\n", "-MOVED 1 a:0\r\n", "-MOVED 1 a:b\r\n", "$-1\r\n"}) {
        BOOST_TEST((of(own).kind == Kind::none), own);
    }
}

BOOST_AUTO_TEST_CASE(replies_of_several_nodes_become_one) {
    const auto joined = [](Join join, std::vector<Reply> replies) {
        return joined_reply(join, std::move(replies)).describe();
    };
    const auto number = [](int n) { return Reply::integer(n); };
    const Reply ok = Reply::status("OK");
    const Reply error = Reply::error("ERR no");
    BOOST_TEST(joined(Join::sum, {number(1), number(2), number(4)}) == "the integer 7");
    BOOST_TEST(joined(Join::min, {number(3), number(2), number(4)}) == "the integer 2");
    BOOST_TEST(joined(Join::all_succeeded, {ok, ok}) == "the status \"OK\"");
    BOOST_TEST(joined(Join::all_succeeded, {ok, error}) == "the error \"ERR no\"");
    BOOST_TEST(joined(Join::sum, {number(1), error}) == "the error \"ERR no\"");
    BOOST_TEST(joined(Join::one_succeeded, {error, ok}) == "the status \"OK\"");
    BOOST_TEST(joined(Join::one_succeeded, {error, error}) == "the error \"ERR no\"");
    BOOST_TEST((joined_reply(Join::concatenated, {Reply::array({number(1)}), Reply::array({}),
                                                  Reply::array({number(2)})})
                    .as<std::vector<int>>() == std::vector<int>{1, 2}));
    BOOST_TEST((joined_reply(Join::logical_and, {Reply::array({number(1), number(1)}),
                                                 Reply::array({number(1), number(0)})})
                    .as<std::vector<int>>() == std::vector<int>{1, 0}));
}

BOOST_AUTO_TEST_CASE(keys_in_two_slots_are_refused_by_a_sentence_that_names_them) {
    const redis::CrossSlotError error("MGET", "a", 15495, "b", 3300);
    BOOST_TEST(std::string(error.what()) ==
               "redis: MGET: the keys \"a\" (slot 15495) and \"b\" (slot 3300) are in different "
               "slots (CROSSSLOT), and a cluster takes only keys of one slot in one command; give "
               "them a part in braces in common, as in {user:1}:name, or use one command for each");
}

BOOST_AUTO_TEST_SUITE_END()
