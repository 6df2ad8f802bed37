// Connections that follow a master: three sentinels, a master and two replicas, of which the tests
// kill or stop the master.

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "redis_servers.hpp"

BOOST_AUTO_TEST_SUITE(redis_sentinels)

using namespace std::chrono_literals;
using namespace cyclone::redis_tests;
using cyclone::Deferred;
using cyclone::task::defer_later;
namespace redis = cyclone::redis;

namespace {

class Watched {
public:
    Watched() {
        const std::string follow = "replicaof 127.0.0.1 " + std::to_string(master.port()) + "\n";
        for (auto& replica : replicas) {
            replica = std::make_unique<Server>(follow);
        }
        for (auto& replica : replicas) {
            wait_for("redis-cli -p " + std::to_string(replica->port()) +
                     " INFO replication | grep -q master_link_status:up");
        }
        for (auto& sentinel : sentinels) {
            sentinel = std::make_unique<Server>(
                "sentinel monitor mymaster 127.0.0.1 " + std::to_string(master.port()) +
                    " 2\nsentinel down-after-milliseconds mymaster 500\n"
                    "sentinel failover-timeout mymaster 2000\n",
                "--sentinel");
        }
        // Until each knows of the replicas and of the other two.
        for (auto& sentinel : sentinels) {
            wait_for("redis-cli -p " + std::to_string(sentinel->port()) +
                     " SENTINEL MASTER mymaster | paste -sd' ' | grep -q 'num-slaves 2 "
                     "num-other-sentinels 2'");
        }
    }

    redis::SentinelOptions options(redis::Protocol protocol = redis::Protocol::resp2) const {
        redis::SentinelOptions options;
        options.connection.protocol = protocol;
        // One of them: the others are found by it.
        options.sentinels = {sentinels[0]->endpoint()};
        options.connection.backoff = master.options().backoff;
        return options;
    }

    static void wait_for(const std::string& condition) {
        for (int tries = 0; tries < 500 && std::system(condition.c_str()) != 0; ++tries) {
            std::this_thread::sleep_for(20ms);
        }
    }

    Server master{"repl-diskless-sync-delay 0\n"};
    std::array<std::unique_ptr<Server>, 2> replicas;
    std::array<std::unique_ptr<Server>, 3> sentinels;
};

Deferred<std::string> role_of(redis::Connection db) {
    const auto parts = co_await db.command<std::vector<redis::Reply>>("ROLE");
    co_return parts[0].as<std::string>();
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_killed_master_is_replaced_and_connections_follow) {
    Watched watched;
    run([&]() -> Deferred<> {
        redis::Sentinel sentinel(watched.options());
        const auto address = co_await sentinel.master_address();
        BOOST_TEST(address.text() == watched.master.address());
        const auto replicas = co_await sentinel.replica_addresses();
        BOOST_TEST(replicas.size() == 2U);
        // The one speaks RESP2, the other RESP3.
        redis::Sentinel modern(watched.options(redis::Protocol::resp3));
        redis::Connection db = sentinel.master();
        redis::Connection reader = modern.replica();
        redis::ConnectionPool pool = modern.master_pool(2);
        const auto role = co_await role_of(db);
        BOOST_TEST(role == "master");
        const auto other = co_await role_of(reader);
        BOOST_TEST(other == "slave");
        co_await pool.set("n", 0);
        const auto client = co_await pool.command<std::string>("CLIENT", "INFO");
        BOOST_TEST(client.find("resp=3") != client.npos, client);

        // The one that was given goes too: the others have been found.
        watched.sentinels[0]->kill();
        Tally ended;
        std::vector<Deferred<>> all;
        int increments = 0;
        for (int round = 0; round < 3000 && db.address() == watched.master.address(); ++round) {
            for (int i = 0; i < 20; ++i, ++increments) {
                all.push_back(tally(i % 2 == 0 ? db.incr("n") : pool.incr("n"), ended));
            }
            if (round == 50) {
                for (int i = 0; i < 20000; ++i, ++increments) {
                    all.push_back(tally(db.incr("n"), ended));
                }
                co_await defer_later(1ms);
                watched.master.kill();
            }
            co_await defer_later(5ms);
        }
        co_await cyclone::gather_results(std::move(all));
        BOOST_TEST(db.address() != watched.master.address(), "no replica took over");
        BOOST_TEST(ended.all() == increments);
        BOOST_TEST(ended.other == 0, ended.first_other);
        BOOST_TEST(ended.not_run == 0, ended.first_other);
        const auto n = co_await pool.get<int>("n");
        BOOST_TEST(n <= ended.ok + ended.unknown);
        BOOST_TEST(n >= ended.ok - 1000);
        const auto after = co_await role_of(db);
        BOOST_TEST(after == "master");
        std::string reads_from;
        for (int tries = 0; tries < 500 && reads_from != "slave"; ++tries) {
            co_await defer_later(10ms);
            reads_from = co_await role_of(reader);
        }
        BOOST_TEST(reads_from == "slave");
        BOOST_TEST_MESSAGE(ended.ok << " ok, " << ended.unknown << " unknown, n " << n);
    });
}

BOOST_AUTO_TEST_CASE(a_master_that_hangs_is_left_as_soon_as_the_sentinels_say_so) {
    Watched watched;
    run([&]() -> Deferred<> {
        auto options = watched.options();
        options.connection.command_timeout = 30s;
        redis::Sentinel sentinel(options);
        redis::Connection db = sentinel.master();
        co_await db.set("k", "v");
        co_await db.command("WAIT", 2, 1000);
        auto blocked = error_of(db.blpop("nothing", 0s));
        for (bool waits = false; !waits;) {
            co_await defer_later(10ms);
            const auto clients = co_await db.info("clients");
            waits = clients.find("blocked_clients:1") != clients.npos;
        }
        watched.master.pause();
        const auto start = std::chrono::steady_clock::now();
        const auto hung = co_await error_of(db.get("k"));
        BOOST_TEST(
            hung.find("the sentinels say that the master is at 127.0.0.1:") != std::string::npos,
            hung);
        const auto left = co_await blocked;
        BOOST_TEST(
            left.find("the sentinels say that the master is at 127.0.0.1:") != std::string::npos,
            left);
        const auto value = co_await db.get("k");
        BOOST_TEST(value.value() == "v");
        BOOST_TEST((std::chrono::steady_clock::now() - start < 20s));
        BOOST_TEST(db.address() != watched.master.address());
        // The old one comes back as a replica.
        watched.master.resume();
        co_await db.set("k", "w");
        const auto role = co_await role_of(db);
        BOOST_TEST(role == "master");
    });
}

BOOST_AUTO_TEST_CASE(sentinels_that_are_away_or_know_of_no_such_master_say_so) {
    Watched watched;
    run([&]() -> Deferred<> {
        auto options = watched.options();
        options.master_name = "other";
        options.connection.command_timeout = 300ms;
        redis::Sentinel sentinel(options);
        const auto unknown = co_await error_of(sentinel.master_address());
        BOOST_TEST(unknown == "redis: the sentinel " + watched.sentinels[0]->address() +
                                  " knows of no master \"other\"");
        redis::Connection db = sentinel.master();
        const auto unsent = co_await error_of(db.get("k"));
        BOOST_TEST(
            unsent.find("GET: it could not be sent in time: the sentinel ") != std::string::npos,
            unsent);
        watched.sentinels[0]->kill();
        const auto away = co_await error_of(sentinel.master_address());
        BOOST_TEST(away.starts_with("redis: no sentinel can tell where it is: "), away);
    });
    std::optional<redis::Connection> survivor;
    std::optional<redis::Sentinel> sentinel;
    {
        cyclone::reactor::Reactor reactor;
        sentinel.emplace(watched.options());
        survivor.emplace(sentinel->master());
        reactor.run_until(defer_later(20ms));
    }
    BOOST_TEST(!survivor->connected());
}

BOOST_AUTO_TEST_SUITE_END()
