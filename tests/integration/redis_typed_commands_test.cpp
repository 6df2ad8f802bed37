// Typed commands against a real redis-server: what they give is the same in both protocols.

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "redis_servers.hpp"

BOOST_AUTO_TEST_SUITE(redis_typed_commands)

using namespace std::chrono_literals;
using namespace cyclone::redis_tests;
using cyclone::Deferred;
namespace redis = cyclone::redis;

namespace {

using Names = std::vector<std::string>;
using Scored = redis::ScoredMembers;

/// Runs the test with RESP2 and with RESP3, each time with an empty server; with a second
/// connection if it takes one.
template <class Test>
void with_each_protocol(const Test& test) {
    const Server server("enable-debug-command yes\n");
    for (const auto protocol : {redis::Protocol::resp2, redis::Protocol::resp3}) {
        BOOST_TEST_CONTEXT("RESP" << (protocol == redis::Protocol::resp2 ? 2 : 3)) {
            run([&]() -> Deferred<> {
                auto options = server.options();
                options.protocol = protocol;
                redis::Connection db(options);
                co_await db.flushall();
                if constexpr (std::invocable<Test, redis::Connection, redis::Connection>) {
                    co_await test(db, redis::Connection(options));
                } else {
                    co_await test(db);
                }
            });
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(numbers_in_the_bits_of_a_string) {
    with_each_protocol([](redis::Connection db) -> Deferred<> {
        using Numbers = std::vector<std::optional<std::int64_t>>;
        redis::BitField operations;
        operations.set("u8", 0, 250).incrby("u8", 0, 10).overflow("FAIL");
        operations.incrby("u8", 0, 255).get("u8", "#0");
        const auto numbers = co_await db.bitfield("k", operations);
        const Numbers expected{0, 4, std::nullopt, 4};
        BOOST_TEST((numbers == expected));
        redis::BitField reading;
        reading.get("u4", 0).get("u4", 4);
        const auto read = co_await db.bitfield_ro("k", reading);
        const std::vector<std::int64_t> halves{0, 4};
        BOOST_TEST(read == halves, boost::test_tools::per_element());
    });
}

BOOST_AUTO_TEST_CASE(several_elements_from_the_first_key_that_has_any) {
    with_each_protocol([](redis::Connection db) -> Deferred<> {
        const Names lists{"none", "l"};
        const Names sets{"none", "z"};
        co_await db.rpush("l", "a", "b", "c");
        const auto popped = co_await db.lmpop(lists, "RIGHT", 2);
        BOOST_REQUIRE(popped.has_value());
        BOOST_TEST(popped->first == "l");
        const Names last{"c", "b"};
        BOOST_TEST(popped->second == last, boost::test_tools::per_element());
        const auto waited_for = co_await db.blmpop(lists, "LEFT", 1s);
        BOOST_TEST(waited_for.value().second.front() == "a");
        const auto no_list = co_await db.lmpop(lists, "LEFT");
        BOOST_TEST(!no_list.has_value());
        const auto in_vain = co_await db.blmpop(lists, "LEFT", 20ms);
        BOOST_TEST(!in_vain.has_value());

        co_await db.zadd("z", 1.5, "low", 2, "mid", 3, "high");
        const auto lowest = co_await db.zmpop(sets, "MIN", 2);
        BOOST_REQUIRE(lowest.has_value());
        BOOST_TEST(lowest->first == "z");
        const Scored low{{"low", 1.5}, {"mid", 2}};
        BOOST_TEST((lowest->second == low));
        const auto highest = co_await db.bzmpop(sets, "MAX", 1s);
        BOOST_TEST(highest.value().second.at(0).first == "high");
        const auto no_set = co_await db.zmpop(sets, "MIN");
        BOOST_TEST(!no_set.has_value());
    });
}

BOOST_AUTO_TEST_CASE(sorted_sets_with_scores_backwards_and_by_name) {
    with_each_protocol([](redis::Connection db) -> Deferred<> {
        const Names both{"z", "y"};
        co_await db.zadd("z", 1, "a", 2, "b", 3, "c");
        co_await db.zadd("y", 10, "b");
        const auto down = co_await db.zrevrangebyscore_withscores("z", "+inf", 2);
        const Scored above{{"c", 3}, {"b", 2}};
        BOOST_TEST((down == above));
        const auto sums = co_await db.zunion_withscores(both);
        const Scored expected{{"a", 1}, {"c", 3}, {"b", 12}};
        BOOST_TEST((sums == expected));
        const auto common = co_await db.zinter_withscores(both);
        BOOST_TEST((common == Scored{{"b", 12}}));
        const auto rest = co_await db.zdiff_withscores(both);
        BOOST_TEST(rest.size() == 2U);
        const auto stored = co_await db.zdiffstore("to", both);
        BOOST_TEST(stored == 2);
        co_await db.zadd("names", 0, "a", 0, "b", 0, "c");
        const auto names = co_await db.zrevrangebylex("names", "(c", "-");
        const Names backwards{"b", "a"};
        BOOST_TEST(names == backwards, boost::test_tools::per_element());
    });
}

BOOST_AUTO_TEST_CASE(places_that_are_near_are_stored) {
    with_each_protocol([](redis::Connection db) -> Deferred<> {
        const redis::GeoPosition palermo(13.361389, 38.115556);
        const redis::GeoPosition catania(15.087269, 37.502669);
        co_await db.geoadd("places", palermo, "Palermo");
        co_await db.geoadd("places", catania, "Catania");
        const auto near = co_await db.geosearchstore("near", "places", catania, 10, "km");
        BOOST_TEST(near == 1);
        const auto all =
            co_await db.geosearchstore("far", "places", "Catania", 200, "km", std::nullopt, true);
        BOOST_TEST(all == 2);
        const auto distance = co_await db.zscore("far", "Palermo");
        BOOST_TEST(distance.value() == 166.274, boost::test_tools::tolerance(0.001));
    });
}

BOOST_AUTO_TEST_CASE(elements_are_sorted_by_other_keys) {
    with_each_protocol([](redis::Connection db) -> Deferred<> {
        co_await db.rpush("l", 1, 2, 3);
        co_await db.mset("w_1", 30, "w_2", 20, "w_3", 10, "n_3", "three");
        redis::SortOptions by_weight;
        by_weight.by = "w_*";
        by_weight.limit = redis::Limit{0, 2};
        by_weight.get = {"#", "n_*"};
        const auto sorted =
            co_await db.sort_ro<std::vector<std::optional<std::string>>>("l", by_weight);
        const std::vector<std::optional<std::string>> expected{"3", "three", "2", std::nullopt};
        BOOST_TEST((sorted == expected));
        redis::SortOptions down;
        down.descending = true;
        const auto stored = co_await db.sort_store("to", "l", down);
        BOOST_TEST(stored == 3);
        const auto numbers = co_await db.lrange<std::vector<int>>("to");
        const std::vector<int> downwards{3, 2, 1};
        BOOST_TEST(numbers == downwards, boost::test_tools::per_element());
        const auto as_before = co_await db.sort("l", true, true);
        BOOST_TEST(as_before.front() == "3");
    });
}

BOOST_AUTO_TEST_CASE(what_texts_have_in_common_and_what_keys_are_made_of) {
    with_each_protocol([](redis::Connection db) -> Deferred<> {
        co_await db.mset("one", "ohmytext", "other", "mynewtext");
        const auto common = co_await db.lcs("one", "other");
        BOOST_TEST(common == "mytext");
        const auto length = co_await db.lcs_len("one", "other");
        BOOST_TEST(length == 6);
        const auto references = co_await db.object_refcount("one");
        BOOST_TEST(references.value() == 1);
        const auto none = co_await db.object_refcount("none");
        BOOST_TEST(!none.has_value());
        const auto unused = co_await error_of(db.object_freq("one"));
        BOOST_TEST(unused.find("LFU") != unused.npos, unused);
        const std::map<std::string, int> entry{{"n", 1}};
        co_await db.xadd("s", entry, "1-1");
        co_await db.xsetid("s", "5-0");
        const auto next = co_await error_of(db.xadd("s", entry, "4-0"));
        BOOST_TEST(next.find("equal or smaller") != next.npos, next);
    });
}

BOOST_AUTO_TEST_CASE(functions_are_listed_and_restored) {
    with_each_protocol([](redis::Connection db) -> Deferred<> {
        co_await db.function_flush();
        co_await db.function_load(
            "#!lua name=mylib\nredis.register_function{function_name='get', "
            "callback=function(keys) return redis.call('GET', keys[1]) end, flags={'no-writes'}}");
        co_await db.set("k", 7);
        const Names keys{"k"};
        const auto value = co_await db.fcall_ro<int>("get", keys);
        BOOST_TEST(value == 7);
        const auto dumped = co_await db.function_dump();
        co_await db.function_delete("mylib");
        const auto none = co_await db.function_list();
        BOOST_TEST(none.empty());
        co_await db.function_restore(dumped);
        const auto libraries = co_await db.function_list("my*");
        BOOST_REQUIRE(libraries.size() == 1U);
        BOOST_TEST(libraries[0].at("library_name").as<std::string>() == "mylib");
        const auto read = co_await db.eval_ro<int>("return redis.call('GET', KEYS[1])", keys);
        BOOST_TEST(read == 7);
        const auto sha = co_await db.script_load("return redis.call('GET', KEYS[1])");
        const auto again = co_await db.evalsha_ro<int>(sha, keys);
        BOOST_TEST(again == 7);
        const auto refused =
            co_await error_of(db.eval_ro("return redis.call('DEL', KEYS[1])", keys));
        BOOST_TEST(refused.find("Write commands are not allowed") != refused.npos, refused);
    });
}

BOOST_AUTO_TEST_CASE(clients_have_names_and_are_kept_waiting) {
    with_each_protocol([](redis::Connection db, redis::Connection other) -> Deferred<> {
        co_await db.client_setname("tester");
        const auto name = co_await db.client_getname();
        BOOST_TEST(name.value() == "tester");
        const auto line = co_await db.client_info();
        BOOST_TEST(line.find(" name=tester ") != line.npos, line);
        co_await db.client_pause(60s);
        auto writing = db.set("k", 1);
        const auto nothing = co_await other.get("k");
        BOOST_TEST(!nothing.has_value());
        co_await cyclone::task::defer_later(20ms);
        BOOST_TEST(!writing.called());
        co_await other.client_unpause();
        const auto written = co_await writing;
        BOOST_TEST(written);
        const auto id = co_await db.client_id();
        const auto waits = co_await db.client_unblock(id);
        BOOST_TEST(!waits);
    });
}

BOOST_AUTO_TEST_CASE(what_the_server_tells_about_itself) {
    with_each_protocol([](redis::Connection db) -> Deferred<> {
        co_await db.config_set("slowlog-log-slower-than", 0);
        co_await db.slowlog_reset();
        co_await db.set("slow", "value");
        co_await db.config_set("slowlog-log-slower-than", -1);
        const auto slow = co_await db.slowlog_get();
        const auto set = std::find_if(slow.begin(), slow.end(), [](const auto& entry) {
            return entry.words.front() == "SET";
        });
        BOOST_REQUIRE(set != slow.end());
        BOOST_TEST(set->words.at(1) == "slow");
        BOOST_TEST(set->took.count() < 1000000);
        BOOST_TEST(set->began > 1600000000);
        BOOST_TEST(set->client.starts_with("127.0.0.1:"), set->client);

        co_await db.config_set("latency-monitor-threshold", 1);
        co_await db.command("DEBUG", "SLEEP", "0.005");
        const auto events = co_await db.latency_latest();
        BOOST_REQUIRE(!events.empty());
        BOOST_TEST(std::get<0>(events[0]) == "command");
        BOOST_TEST(std::get<3>(events[0]) >= 5);
        const auto history = co_await db.latency_history("command");
        BOOST_TEST(history.size() == 1U);
        const auto forgotten = co_await db.latency_reset();
        BOOST_TEST(forgotten == 1);
        co_await db.config_set("latency-monitor-threshold", 0);

        const auto memory = co_await db.memory_stats();
        BOOST_TEST(memory.at("keys.count").as<int>() == 1);
        co_await db.memory_purge();
        const auto commands = co_await db.command_count();
        BOOST_TEST(commands > 200);
        co_await db.swapdb(0, 1);
        const auto keys = co_await db.dbsize();
        BOOST_TEST(keys == 0);
        co_await db.swapdb(0, 1);
    });
}

BOOST_AUTO_TEST_CASE(users_and_their_rules) {
    with_each_protocol([](redis::Connection db) -> Deferred<> {
        co_await db.acl_setuser("ada", "on", ">secret", "~ada:*", "+get");
        const auto users = co_await db.acl_users();
        BOOST_TEST(users.size() == 2U);
        const auto rules = co_await db.acl_list();
        BOOST_TEST(rules.at(0).starts_with("user ada on "), rules.at(0));
        const auto ada = co_await db.acl_getuser("ada");
        BOOST_TEST(ada.value().at("keys").as<std::string>() == "~ada:*");
        const auto nobody = co_await db.acl_getuser("nobody");
        BOOST_TEST(!nobody.has_value());
        const auto categories = co_await db.acl_cat();
        const auto geo = co_await db.acl_cat("geo");
        BOOST_TEST(categories.size() > geo.size());
        const auto gone = co_await db.acl_deluser("ada", "nobody");
        BOOST_TEST(gone == 1);
    });
}

BOOST_AUTO_TEST_CASE(channels_of_a_shard) {
    with_each_protocol([](redis::Connection db) -> Deferred<> {
        const auto got = co_await db.spublish("c", "nobody listens");
        BOOST_TEST(got == 0);
        const auto channels = co_await db.pubsub_shardchannels();
        BOOST_TEST(channels.empty());
        const auto counts = co_await db.pubsub_shardnumsub("c");
        BOOST_TEST(counts.at("c") == 0);
    });
}

BOOST_AUTO_TEST_SUITE_END()
