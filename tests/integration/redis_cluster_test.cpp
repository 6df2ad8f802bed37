// The cluster client against three masters and three replicas, which the tests start and kill.

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "redis_servers.hpp"

BOOST_AUTO_TEST_SUITE(redis_cluster_client)

using namespace std::chrono_literals;
using namespace cyclone::redis_tests;
using cyclone::Deferred;
using cyclone::task::defer_later;
namespace redis = cyclone::redis;

namespace {

class ClusterOfSix {
public:
    ClusterOfSix() {
        std::vector<std::string> words{"redis-cli", "--cluster", "create"};
        for (auto& server : servers) {
            server = std::make_unique<Server>(
                "cluster-enabled yes\ncluster-node-timeout 1000\ncluster-port " +
                std::to_string(free_port()) + "\nrepl-diskless-sync-delay 0\n");
            words.push_back(server->address());
        }
        words.insert(words.end(), {"--cluster-replicas", "1", "--cluster-yes"});
        redis_cli(words);
        for (auto& server : servers) {
            for (int tries = 0; tries < 1000 && !is_whole(*server); ++tries) {
                std::this_thread::sleep_for(10ms);
            }
        }
    }

    redis::ClusterOptions options(redis::Protocol protocol = redis::Protocol::resp2) const {
        redis::ClusterOptions options;
        options.nodes = {servers[1]->endpoint()};
        options.connection.protocol = protocol;
        options.connection.backoff = servers[0]->options().backoff;
        return options;
    }

    Server& at(const redis::Endpoint& endpoint) const {
        for (const auto& server : servers) {
            if (server->endpoint() == endpoint) {
                return *server;
            }
        }
        throw std::logic_error("there is no server at " + endpoint.text());
    }

    static void redis_cli(const std::vector<std::string>& words) {
        std::string line;
        for (const std::string& word : words) {
            line += word + " ";
        }
        BOOST_REQUIRE_MESSAGE(std::system((line + ">/dev/null").c_str()) == 0, line);
    }

    std::array<std::unique_ptr<Server>, 6> servers;

private:
    // Every node serves, and knows of every replica.
    static bool is_whole(const Server& server) {
        const std::string command = "redis-cli -p " + std::to_string(server.port()) + " CLUSTER ";
        return std::system((command + "INFO | grep -q cluster_state:ok").c_str()) == 0 &&
               std::system(("test 6 = $(" + command + "SLOTS | grep -c '^127')").c_str()) == 0;
    }
};

std::string key(int i) { return "key:" + std::to_string(i); }

/// Two clients that use the same cluster at the same time, one for each protocol.
struct InBothProtocols {
    explicit InBothProtocols(const ClusterOfSix& cluster)
        : clients{redis::Cluster(cluster.options(redis::Protocol::resp2)),
                  redis::Cluster(cluster.options(redis::Protocol::resp3))} {}
    /// One after the other.
    redis::Cluster& next() { return clients[turn++ % 2]; }

    std::array<redis::Cluster, 2> clients;
    std::size_t turn = 0;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_cluster_is_used_like_one_redis_in_both_protocols) {
    const ClusterOfSix cluster;
    const auto use = [&](redis::Protocol protocol) -> Deferred<> {
        redis::Cluster db(cluster.options(protocol));
        // Before the slot map is there, and on all nodes in one turn.
        std::vector<Deferred<bool>> setting;
        for (int i = 0; i < 1000; ++i) {
            setting.push_back(db.set(key(i), i));
        }
        co_await cyclone::gather_results(std::move(setting));
        BOOST_TEST(db.masters().size() == 3U);
        BOOST_TEST(db.nodes().size() == 6U);
        std::vector<Deferred<int>> getting;
        for (int i = 0; i < 1000; ++i) {
            getting.push_back(db.get<int>(key(i)));
        }
        auto gathering = cyclone::gather_results(std::move(getting));
        const auto values = co_await gathering;
        for (int i = 0; i < 1000; ++i) {
            BOOST_REQUIRE_EQUAL(values[static_cast<std::size_t>(i)], i);
        }
        BOOST_TEST(db.refreshes() < 4U);

        const auto client =
            co_await db.command_on<std::string>(db.masters().front(), "CLIENT", "INFO");
        BOOST_TEST((client.find("resp=3") != client.npos) == (protocol == redis::Protocol::resp3));
        co_await db.hset("hash", "one", 1, "two", 2);
        const auto hash = co_await db.hgetall<std::map<std::string, int>>("hash");
        BOOST_TEST(hash.at("two") == 2);
        co_await db.del("hash");

        // What concerns all masters.
        const auto size = co_await db.dbsize();
        BOOST_TEST(size == 1000);
        const auto keys = co_await db.keys("key:1?");
        BOOST_TEST(keys.size() == 10U);
        const auto sha = co_await db.script_load("return KEYS[1]");
        for (int i = 0; i < 20; ++i) {
            const auto answer =
                co_await db.evalsha<std::string>(sha, std::array{std::string_view("a")});
            BOOST_TEST(answer == "a");
        }
        const auto pong = co_await db.ping();
        BOOST_TEST(pong == "PONG");

        // Keys of several slots.
        const auto crossed = co_await error_of(db.mget("a", "b"));
        BOOST_TEST(crossed.starts_with("redis: MGET: the keys \"a\" (slot 15495) and \"b\" (slot "
                                       "3300) are in different slots (CROSSSLOT)"),
                   crossed);
        co_await db.mset("{u}:a", 1, "{u}:b", 2);
        const auto both = co_await db.mget<std::vector<int>>("{u}:a", "{u}:b");
        BOOST_CHECK((both == std::vector<int>{1, 2}));
        co_await db.set("text", "x");
        const auto refused = co_await error_of(db.incr("text"));
        BOOST_TEST(refused == "redis: INCR: ERR value is not an integer or out of range");
        BOOST_CHECK_THROW((void)db.scan(), std::invalid_argument);

        co_await db.flushall();
        const auto empty = co_await db.dbsize();
        BOOST_TEST(empty == 0);
    };
    for (const auto protocol : {redis::Protocol::resp2, redis::Protocol::resp3}) {
        run([&] { return use(protocol); });
    }
}

BOOST_AUTO_TEST_CASE(what_waits_for_the_slot_map_keeps_its_order) {
    const ClusterOfSix cluster;
    run([&]() -> Deferred<> {
        const auto options = cluster.options();
        Server& asked = cluster.at(options.nodes.front());
        asked.pause();
        redis::Cluster db(options);
        std::vector<Deferred<std::int64_t>> pushing;
        pushing.push_back(db.rpush("list", 0));
        co_await defer_later(150ms);
        pushing.push_back(db.rpush("list", 1));
        auto ready = db.ready();
        asked.resume();
        co_await ready;
        pushing.push_back(db.rpush("list", 2));
        auto gathering = cyclone::gather_results(std::move(pushing));
        const auto lengths = co_await gathering;
        const std::vector<std::int64_t> in_order{1, 2, 3};
        BOOST_TEST(lengths == in_order, boost::test_tools::per_element());
    });
}

BOOST_AUTO_TEST_CASE(a_transaction_stays_on_the_node_of_its_slot) {
    const ClusterOfSix cluster;
    run([&]() -> Deferred<> {
        redis::Cluster db(cluster.options());
        auto t = co_await db.multi("{a}");
        t.set("{a}1", 1);
        t.incr("{a}1");
        const auto results = co_await t.commit();
        BOOST_TEST(results[1].as<int>() == 2);

        auto watching = co_await db.watch("{a}1", "{a}2");
        co_await db.incr("{a}1");
        watching.set("{a}1", 0);
        BOOST_CHECK_THROW(co_await watching.commit(), redis::WatchError);
        BOOST_CHECK_THROW((void)db.watch("a", "b"), redis::CrossSlotError);
    });
}

BOOST_AUTO_TEST_CASE(replicas_answer_what_only_reads_where_that_is_wanted) {
    const ClusterOfSix cluster;
    run([&]() -> Deferred<> {
        auto options = cluster.options();
        options.read_from = redis::ReadFrom::replica;
        redis::Cluster db(options);
        for (int i = 0; i < 100; ++i) {
            co_await db.set(key(i), i);
        }
        co_await db.command("WAIT", 1, 1000);
        for (int i = 0; i < 100; ++i) {
            const auto value = co_await db.get<int>(key(i));
            BOOST_TEST(value == i);
        }
        std::int64_t by_masters = 0;
        for (const auto& master : db.masters()) {
            const auto stats = co_await db.command_on<std::string>(master, "INFO", "commandstats");
            by_masters += stats.find("cmdstat_get:") != stats.npos ? 1 : 0;
        }
        BOOST_TEST(by_masters == 0);
    });
}

BOOST_AUTO_TEST_CASE(slots_move_under_load_without_a_failed_command) {
    const ClusterOfSix cluster;
    run([&]() -> Deferred<> {
        InBothProtocols both(cluster);
        redis::Cluster& db = both.clients[0];
        // Enough in each slot that its migration takes a while.
        std::vector<Deferred<bool>> setting;
        for (int i = 0; i < 20000; ++i) {
            setting.push_back(db.set(key(i), 0));
        }
        co_await cyclone::gather_results(std::move(setting));
        std::vector<std::string> ids;
        for (const auto& master : db.masters()) {
            const auto id = co_await db.command_on<std::string>(master, "CLUSTER", "MYID");
            ids.push_back(id);
        }
        Process resharding({"sh", "-c",
                            "redis-cli --cluster reshard " + cluster.servers[0]->address() +
                                " --cluster-from " + ids[0] + " --cluster-to " + ids[1] +
                                " --cluster-slots 400 --cluster-yes --cluster-pipeline 2 "
                                ">/dev/null"});
        Tally ended;
        std::vector<Deferred<>> all;
        int increments = 0;
        while (!resharding.ended()) {
            for (int i = 0; i < 100; ++i) {
                all.push_back(tally(both.next().incr(key(increments++ % 20000)), ended));
            }
            const int tag = increments / 100;
            const std::string hash_tag = "{" + std::to_string(tag) + "}";
            for (redis::Cluster& client : both.clients) {
                all.push_back(tally(client.mset(hash_tag + "a", 1, hash_tag + "b", 2), ended));
                all.push_back(tally(client.mget(hash_tag + "a", hash_tag + "b"), ended));
            }
            co_await defer_later(1ms);
        }
        BOOST_TEST(resharding.status() == 0);
        co_await cyclone::gather_results(std::move(all));
        BOOST_TEST(ended.ok == ended.all(), ended.first_other);
        std::vector<Deferred<std::int64_t>> getting;
        for (int i = 0; i < 20000; ++i) {
            getting.push_back(db.get<std::int64_t>(key(i)));
        }
        std::int64_t sum = 0;
        for (auto& each : getting) {
            sum += co_await each;
        }
        BOOST_TEST(sum == increments);
        for (const redis::Cluster& client : both.clients) {
            BOOST_TEST(client.refreshes() > 1U);
        }
        BOOST_TEST_MESSAGE(increments << " increments, " << db.refreshes() << " slot maps");
    });
}

BOOST_AUTO_TEST_CASE(a_killed_master_is_replaced_and_every_command_ends_exactly_once) {
    const ClusterOfSix cluster;
    run([&]() -> Deferred<> {
        InBothProtocols both(cluster);
        redis::Cluster& db = both.clients[0];
        for (redis::Cluster& client : both.clients) {
            co_await client.ready();
        }
        Tally ended;
        std::vector<Deferred<>> all;
        int increments = 0;
        int after_failover = 0;
        const auto killed = db.masters().front();
        for (int round = 0; round < 2000 && after_failover < 100; ++round) {
            for (int i = 0; i < 30; ++i) {
                all.push_back(tally(both.next().incr(key(increments++ % 300)), ended));
            }
            if (round == 100) {
                const int before = ended.ok;
                for (int i = 0; i < 60000; ++i) {
                    all.push_back(tally(both.next().incr(key(increments++ % 300)), ended));
                }
                while (ended.ok < before + 100) {
                    co_await defer_later(0s);
                }
                // These it has not answered for certain.
                Server& master = cluster.at(killed);
                master.pause();
                for (int i = 0; i < 300; ++i) {
                    all.push_back(tally(both.next().incr(key(increments++ % 300)), ended));
                }
                co_await defer_later(20ms);
                master.kill();
            }
            const auto replaced = [&](const redis::Cluster& client) {
                const auto masters = client.masters();
                return std::find(masters.begin(), masters.end(), killed) == masters.end();
            };
            if (round > 100 && replaced(both.clients[0]) && replaced(both.clients[1])) {
                ++after_failover;
            }
            co_await defer_later(5ms);
        }
        BOOST_TEST(after_failover == 100, "no replica took over");
        co_await cyclone::gather_results(std::move(all));
        BOOST_TEST(ended.all() == increments);
        BOOST_TEST(ended.not_run == 0, ended.first_other);
        BOOST_TEST(ended.other == 0, ended.first_other);
        BOOST_TEST(ended.unknown > 0);
        std::int64_t sum = 0;
        for (int i = 0; i < 300; ++i) {
            sum += co_await db.get<std::int64_t>(key(i));
        }
        BOOST_TEST(sum <= ended.ok + ended.unknown);
        // What the master had answered and not yet handed to its replica went with it.
        BOOST_TEST(sum >= ended.ok - 1000);
        BOOST_TEST_MESSAGE(ended.ok << " ok, " << ended.unknown << " unknown, sum " << sum);
    });
}

BOOST_AUTO_TEST_CASE(what_is_no_cluster_says_so_and_what_is_away_is_waited_for) {
    Server single;
    run([&]() -> Deferred<> {
        redis::ClusterOptions options;
        options.nodes = {single.endpoint()};
        redis::Cluster db(options);
        const auto error = co_await error_of(db.get("k"));
        BOOST_TEST(error == "redis: CLUSTER: ERR This instance has cluster support disabled");
        single.kill();
        options.connection.command_timeout = 300ms;
        redis::Cluster away(options);
        const auto timeout = co_await error_of(away.get("k"));
        BOOST_TEST(timeout.starts_with("redis: cluster: GET: it could not be executed in time: "),
                   timeout);
        { auto dropped = away.get("k").add_timeout(1ms); }
        auto pending = error_of(away.get("k"));
        away.disconnect();
        const auto ended = co_await pending;
        BOOST_TEST(ended == "redis: cluster: disconnect() was called");
    });
    std::optional<redis::Cluster> survivor;
    std::optional<Deferred<std::string>> pending;
    {
        cyclone::reactor::Reactor reactor;
        redis::ClusterOptions options;
        options.nodes = {single.endpoint()};
        survivor.emplace(options);
        pending.emplace(error_of(survivor->get("k")));
        reactor.run_until(defer_later(50ms));
    }
    BOOST_TEST(pending->called());
}

BOOST_AUTO_TEST_SUITE_END()
