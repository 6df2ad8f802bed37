// What stands on the driver: scan ranges, scripts, transactions that are tried again, commands that
// wait, streams, structs and the table of commands, against a real redis-server.

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>
#include <boost/test/unit_test.hpp>

#include "redis_servers.hpp"

BOOST_AUTO_TEST_SUITE(redis_features)

using namespace std::chrono_literals;
using namespace cyclone::redis_tests;
using cyclone::Deferred;
using cyclone::task::defer_later;
namespace redis = cyclone::redis;

namespace {

struct User {
    std::string name;
    int visits = 0;
    std::optional<double> score;
    bool admin = false;
};
BOOST_DESCRIBE_STRUCT(User, (), (name, visits, score, admin))

/// Fires when so many commands wait on the server: who has come first gets the first element.
Deferred<> until_blocked(redis::Connection db, int count) {
    for (;;) {
        const auto info = co_await db.info("clients");
        if (info.find("blocked_clients:" + std::to_string(count) + "\r") != info.npos) {
            co_return;
        }
        co_await defer_later(5ms);
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_table_of_commands_says_what_the_server_says) {
    Server server;
    run([&]() -> Deferred<> {
        redis::Connection db(server.options());
        std::set<std::string> known;
        for (const auto& info : redis::command_table()) {
            const std::string container(info.name.substr(0, info.name.find(' ')));
            known.insert(container);
            if (container.size() != info.name.size()) {
                continue;
            }
            const auto told =
                co_await db.command<std::vector<redis::Reply>>("COMMAND", "INFO", container);
            BOOST_REQUIRE_MESSAGE(told.at(0).is_array(), container << " is unknown to the server");
            const auto& parts = told[0].elements();
            BOOST_TEST(parts[1].as<int>() == info.arity, container);
            const auto flags = parts[2].as<std::set<std::string>>();
            BOOST_TEST(flags.contains("readonly") == info.is(redis::CommandInfo::reads), container);
            BOOST_TEST(flags.contains("write") == info.is(redis::CommandInfo::writes), container);
            BOOST_TEST(flags.contains("blocking") == info.is(redis::CommandInfo::blocks),
                       container);
            BOOST_TEST(parts[9].elements().empty() != info.is(redis::CommandInfo::has_subcommands),
                       container);
        }
        const auto all = co_await db.command<std::vector<std::string>>("COMMAND", "LIST");
        for (const std::string& name : all) {
            BOOST_TEST((redis::find_command(name.substr(0, name.find('|'))) != nullptr),
                       name << " is missing");
        }
        // Where the keys are.
        for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
                 {"GET", "a"},
                 {"MSET", "a", "1", "b", "2"},
                 {"EVAL", "x", "2", "a", "b", "c"},
                 {"XREADGROUP", "GROUP", "g", "c", "STREAMS", "a", "b", "1", "2"},
                 {"ZUNIONSTORE", "to", "2", "a", "b"},
                 {"BLMPOP", "0", "2", "a", "b", "LEFT"},
                 {"OBJECT", "FREQ", "a"},
                 {"BITOP", "AND", "to", "a", "b"},
                 {"GEORADIUS", "k", "1", "2", "3", "m", "STORE", "to"},
                 {"MIGRATE", "h", "1", "", "0", "5", "KEYS", "a", "b"},
                 {"LMOVE", "a", "b", "LEFT", "LEFT"}}) {
            auto asking = db.command<std::vector<std::string>>("COMMAND", "GETKEYS", words);
            const auto theirs = co_await asking;
            std::string wire;
            redis::append_command(wire, words);
            std::set<std::string> ours;
            for (const std::string_view key : redis::keys_of(redis::words_of(wire))) {
                ours.insert(key.empty() ? "?" : std::string(key));
            }
            ours.erase("?");
            BOOST_TEST((ours == std::set<std::string>(theirs.begin(), theirs.end())), words[0]);
        }
    });
}

BOOST_AUTO_TEST_CASE(scan_ranges_give_everything) {
    Server server;
    run([&]() -> Deferred<> {
        redis::Connection db(server.options());
        std::map<std::string, int> pairs;
        for (int i = 0; i < 3000; ++i) {
            pairs.emplace("key:" + std::to_string(i), i);
        }
        co_await db.mset(pairs);
        co_await db.hset("hash", pairs);
        for (const auto& [name, value] : pairs) {
            db.sadd("set", name).detach();
            db.zadd("zset", value, name).detach();
        }
        std::set<std::string> seen;
        auto keys = db.scan_iter({.match = "key:*", .count = 100});
        while (auto key = co_await keys.next()) {
            seen.insert(*key);
        }
        BOOST_TEST(seen.size() == 3000U);
        const auto after = co_await keys.next();
        BOOST_TEST(!after.has_value());
        std::map<std::string, int> fields;
        auto hash = db.hscan_iter("hash");
        while (auto field = co_await hash.next()) {
            fields.emplace(field->first, std::stoi(field->second));
        }
        BOOST_TEST((fields == pairs));
        std::set<std::string> members;
        auto set = db.sscan_iter("set");
        while (auto member = co_await set.next()) {
            members.insert(*member);
        }
        BOOST_TEST((members == seen));
        double sum = 0;
        auto zset = db.zscan_iter("zset", {.match = "key:1?"});
        while (auto member = co_await zset.next()) {
            sum += member->second;
        }
        BOOST_TEST(sum == 145);
        auto none = db.scan_iter({.match = "none*"});
        const auto nothing = co_await none.next();
        BOOST_TEST(!nothing.has_value());
    });
}

BOOST_AUTO_TEST_CASE(a_script_is_sent_again_where_the_server_has_forgotten_it) {
    Server server;
    run([&]() -> Deferred<> {
        redis::Connection db(server.options());
        const redis::Script add("return redis.call('INCRBY', KEYS[1], ARGV[1])");
        const auto sha = co_await db.script_load(add.text());
        BOOST_TEST(sha == add.sha());
        co_await db.command("SCRIPT", "FLUSH");
        for (int i = 1; i <= 3; ++i) {
            const auto n = co_await add.run<int>(db, std::array{"n"}, std::array{5});
            BOOST_TEST(n == 5 * i);
        }
        const auto stats = co_await db.info("commandstats");
        BOOST_TEST(stats.find("cmdstat_eval:calls=1,") != stats.npos);
        const redis::Script wrong("return redis.call('NOSUCH')");
        const auto error = co_await error_of(wrong.run(db));
        BOOST_TEST(error.starts_with("redis: EVAL: ERR Unknown Redis command"), error);
    });
}

BOOST_AUTO_TEST_CASE(a_watched_transaction_is_tried_again_until_nobody_interferes) {
    Server server;
    run([&]() -> Deferred<> {
        redis::ConnectionPool db(server.options(), 3);
        // A list in braces would not survive the co_await beside it, g++ 12 having its way.
        const std::vector<std::string> watched{"n"};
        const auto add_one = [&](redis::Transaction& t) -> Deferred<> {
            const auto n = co_await db.get<std::optional<int>>("n");
            t.set("n", n.value_or(0) + 1);
        };
        std::vector<Deferred<std::vector<redis::Reply>>> all;
        for (int i = 0; i < 20; ++i) {
            all.push_back(redis::transact(db, watched, add_one));
        }
        co_await cyclone::gather_results(std::move(all));
        const auto n = co_await db.get<int>("n");
        BOOST_TEST(n == 20);
        int calls = 0;
        const auto interfere = [&](redis::Transaction& t) -> Deferred<> {
            ++calls;
            co_await db.incr("n");
            t.set("n", 0);
        };
        auto failing = redis::transact(db, watched, interfere, 3);
        BOOST_CHECK_THROW(co_await failing, redis::WatchError);
        BOOST_TEST(calls == 3);
    });
}

BOOST_AUTO_TEST_CASE(commands_that_wait_keep_nobody_waiting_and_queue_in_turn) {
    Server server;
    run([&]() -> Deferred<> {
        auto options = server.options();
        options.max_blocking = 2;
        redis::Connection db(options);
        auto first = db.blpop("list", 0s);
        co_await until_blocked(db, 1);
        auto second = db.blpop(std::vector{"other", "list"}, 0s);
        auto third = db.blpop<int>("list", 0s);
        co_await until_blocked(db, 2);
        co_await db.rpush("list", "a");
        const auto a = co_await first;
        BOOST_TEST(a.value().second == "a");
        // In its place only now: the third comes behind the second.
        co_await until_blocked(db, 2);
        co_await db.rpush("list", "b", "3");
        const auto b = co_await second;
        BOOST_TEST(b.value().first == "list");
        BOOST_TEST(b.value().second == "b");
        const auto c = co_await third;
        BOOST_TEST(c.value().second == 3);

        const auto nothing = co_await db.blpop("list", 50ms);
        BOOST_TEST(!nothing.has_value());
        // One that was given up takes nothing with it.
        BOOST_CHECK_THROW(co_await db.blpop("list", 0s).add_timeout(50ms), cyclone::TimeoutError);
        co_await until_blocked(db, 0);
        co_await db.rpush("list", "kept");
        const auto length = co_await db.llen("list");
        BOOST_TEST(length == 1);
        co_await db.zadd("z", 2, "two", 1, "one");
        const auto lowest = co_await db.bzpopmin("z", 1s);
        BOOST_TEST(std::get<1>(lowest.value()) == "one");
        const auto moved = co_await db.blmove("list", "to", "LEFT", "RIGHT", 1s);
        BOOST_TEST(moved.value() == "kept");

        auto pending = error_of(db.blpop("list", 0s));
        co_await until_blocked(db, 1);
        db.disconnect();
        const auto ended = co_await pending;
        BOOST_TEST(ended.find("BLPOP: disconnect() was called") != ended.npos, ended);
    });
}

BOOST_AUTO_TEST_CASE(a_stream_is_read_by_the_consumers_of_a_group) {
    Server server;
    run([&]() -> Deferred<> {
        redis::Connection db(server.options());
        co_await db.xgroup_create("s", "g", "$", true);
        const std::map<std::string, int> entry{{"n", 1}, {"m", 2}};
        const auto id = co_await db.xadd("s", entry);
        const auto length = co_await db.xlen("s");
        BOOST_TEST(length == 1);
        const std::map<std::string, std::string> unread{{"s", ">"}};
        const std::map<std::string, std::string> to_come{{"s", "$"}};
        auto reading = db.xreadgroup("g", "one", unread);
        const auto got = co_await reading;
        BOOST_REQUIRE(got.size() == 1U);
        BOOST_TEST(got[0].first == "s");
        BOOST_TEST(got[0].second[0].first == id);
        BOOST_TEST(got[0].second[0].second.at("m") == "2");
        auto reading_more = db.xreadgroup("g", "two", unread, {.count = 5});
        const auto nothing = co_await reading_more;
        BOOST_TEST(nothing.empty());
        const auto [next, claimed, gone] = co_await db.xautoclaim("s", "g", "two", 0ms);
        BOOST_TEST(claimed.size() == 1U);
        const auto acknowledged = co_await db.xack("s", "g", id);
        BOOST_TEST(acknowledged == 1);

        auto waiting = db.xread(to_come, {.block = 5s});
        co_await defer_later(50ms);
        const auto later = co_await db.xadd("s", entry, "*", {.maxlen = 10});
        const auto fresh = co_await waiting;
        BOOST_TEST(fresh.at(0).second.at(0).first == later);
        auto reading_in_vain = db.xread(to_come, {.block = 20ms});
        const auto timed_out = co_await reading_in_vain;
        BOOST_TEST(timed_out.empty());
        const auto range = co_await db.xrange("s", "-", "+", 1);
        BOOST_TEST(range.size() == 1U);
        const auto backwards = co_await db.xrevrange("s");
        BOOST_TEST(backwards.at(0).first == later);
        const auto deleted = co_await db.xdel("s", id, later);
        BOOST_TEST(deleted == 2);
    });
}

BOOST_AUTO_TEST_CASE(a_described_struct_is_a_hash) {
    Server server;
    run([&]() -> Deferred<> {
        redis::Connection db(server.options());
        const User ada{"Ada", 3, 1.5, true};
        co_await db.hset("user", ada);
        const auto read = co_await db.hgetall<User>("user");
        BOOST_TEST(read.name == "Ada");
        BOOST_TEST(read.visits == 3);
        BOOST_TEST(read.score.value() == 1.5);
        BOOST_TEST(read.admin);
        const User nobody;
        const auto fields = co_await db.hset("nobody", nobody);
        BOOST_TEST(fields == 3, "an empty optional is not a field");
        co_await db.hset("nobody", "unknown", "x");
        const auto sparse = co_await db.hgetall<User>("nobody");
        BOOST_TEST(!sparse.score.has_value());
        co_await db.hset("user", "visits", "many");
        const auto error = co_await error_of(db.hgetall<User>("user"));
        BOOST_TEST(error.starts_with("redis: HGETALL, visits answered the string \"many\""), error);
    });
}

BOOST_AUTO_TEST_CASE(keys_are_spread_over_several_servers) {
    const std::array<Server, 3> servers;
    run([&]() -> Deferred<> {
        std::vector<std::string> hosts;
        for (const Server& server : servers) {
            hosts.push_back(server.address());
        }
        auto connecting = redis::sharded_connection_pool(hosts, 0, 2);
        redis::ShardedConnectionHandler db = co_await connecting;
        std::vector<std::string> keys;
        for (int i = 0; i < 300; ++i) {
            keys.push_back("key:" + std::to_string(i));
            co_await db.set(keys.back(), i);
        }
        const redis::HashRing ring(hosts);
        for (std::size_t i = 0; i < hosts.size(); ++i) {
            const auto there = co_await db.pools()[i].keys();
            BOOST_TEST(there.size() > 30U);
            for (const std::string& key : there) {
                BOOST_TEST(ring.node_of(key) == i);
            }
        }
        keys.push_back("none");
        const auto values = co_await db.mget<std::optional<int>>(keys);
        BOOST_TEST(values.size() == 301U);
        for (std::size_t i = 0; i < 300; ++i) {
            BOOST_TEST(values[i].value() == static_cast<int>(i));
        }
        BOOST_TEST(!values.back().has_value());
        co_await db.sadd("a{x}", 1, 2);
        co_await db.sadd("b{x}", 2, 3);
        const auto common = co_await db.sinter("a{x}", "b{x}");
        BOOST_TEST(common.size() == 1U);
        BOOST_CHECK_THROW((void)db.ping(), std::invalid_argument);
        std::size_t other = 1;
        while (ring.node_of(keys[other]) == ring.node_of(keys[0])) {
            ++other;
        }
        BOOST_CHECK_THROW((void)db.mset(keys[0], 1, keys[other], 2), std::invalid_argument);
        db.disconnect();
        const auto ended = co_await error_of(db.get("key:1"));
        BOOST_TEST(ended.ends_with("disconnect() was called; it was not sent"), ended);
    });
}

BOOST_AUTO_TEST_SUITE_END()
