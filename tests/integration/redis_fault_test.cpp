// What can go wrong between a client and a Redis, for real: every command ends exactly once, with
// its own answer or an error, and INCR counters prove it.

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "redis_fault_proxy.hpp"
#include "redis_servers.hpp"

BOOST_AUTO_TEST_SUITE(redis_faults)

using namespace std::chrono_literals;
using namespace cyclone::redis_tests;
using cyclone::Deferred;
using cyclone::task::defer_later;
namespace redis = cyclone::redis;

namespace {

redis::ConnectionOptions through(const FaultProxy& proxy) {
    redis::ConnectionOptions options;
    options.port = proxy.port();
    options.backoff = {.initial = 1ms, .longest = 10ms};
    return options;
}

/// Increments `n` so often, a few hundred at a time.
Deferred<Tally> increment(redis::Connection db, int times) {
    Tally ended;
    std::vector<Deferred<>> all;
    for (int i = 0; i < times; ++i) {
        all.push_back(tally(db.incr("n"), ended));
        if (i % 300 == 299) {
            co_await defer_later(1ms);
        }
    }
    auto gathering = cyclone::gather_results(std::move(all));
    co_await gathering;
    co_return ended;
}

}  // namespace

BOOST_AUTO_TEST_CASE(bytes_that_come_in_small_pieces_and_late_change_nothing) {
    Server server;
    const FaultProxy proxy(server.port(), {.longest_piece = 3, .delay = 1ms});
    run([&]() -> Deferred<> {
        redis::Connection db(through(proxy));
        std::vector<Deferred<std::int64_t>> all;
        for (int i = 0; i < 3000; ++i) {
            all.push_back(db.incr("n"));
        }
        std::int64_t wanted = 0;
        for (auto& each : all) {
            const auto value = co_await each;
            BOOST_REQUIRE_EQUAL(value, ++wanted);
        }
        BOOST_TEST(proxy.connections() == 1);
    });
}

BOOST_AUTO_TEST_CASE(connections_that_are_cut_again_and_again_end_each_command_once) {
    Server server;
    const FaultProxy proxy(server.port(), {.longest_piece = 50, .cut_after = 3000});
    run([&]() -> Deferred<> {
        redis::Connection db(through(proxy));
        const Tally ended = co_await increment(db, 20000);
        redis::Connection direct(server.options());
        const auto n = co_await direct.get<int>("n");
        BOOST_TEST(ended.all() == 20000);
        BOOST_TEST(ended.not_run == 0, ended.first_other);
        BOOST_TEST(ended.other == 0, ended.first_other);
        BOOST_TEST(ended.unknown > 0);
        BOOST_TEST(n >= ended.ok);
        BOOST_TEST(n <= ended.ok + ended.unknown);
        BOOST_TEST(proxy.connections() > 10);
        BOOST_TEST_MESSAGE(ended.ok << " ok, " << ended.unknown << " unknown, n " << n << ", "
                                    << proxy.connections() << " connections");
    });
}

BOOST_AUTO_TEST_CASE(what_may_run_twice_is_repeated_where_that_is_the_setting_and_nothing_else_is) {
    Server server;
    const FaultProxy proxy(server.port(), {.longest_piece = 50, .cut_after = 3000});
    run([&]() -> Deferred<> {
        auto options = through(proxy);
        options.in_flight = redis::InFlight::repeat;
        redis::Connection db(options);
        Tally repeated;
        Tally once;
        std::vector<Deferred<>> all;
        for (int i = 0; i < 2000; ++i) {
            const std::string key = "k" + std::to_string(i % 10);
            all.push_back(tally(db.set(key, "value " + std::to_string(i % 10)), repeated));
            all.push_back(tally(db.get(key), repeated));
            all.push_back(tally(db.incr("n"), once));
            if (i % 100 == 99) {
                co_await defer_later(1ms);
            }
        }
        co_await cyclone::gather_results(std::move(all));
        BOOST_TEST(repeated.ok == 4000, repeated.first_other);
        BOOST_TEST(once.all() == 2000);
        BOOST_TEST(once.unknown > 0);
        redis::Connection direct(server.options());
        const auto n = co_await direct.get<int>("n");
        BOOST_TEST(n >= once.ok);
        BOOST_TEST(n <= once.ok + once.unknown);
        const auto value = co_await db.get("k7");
        BOOST_TEST(value.value() == "value 7");
    });
}

BOOST_AUTO_TEST_CASE(corrupted_replies_end_each_command_once_all_the_same) {
    Server server;
    for (unsigned seed = 1; seed <= 5; ++seed) {
        const FaultProxy proxy(server.port(),
                               {.longest_piece = 200, .corrupt_one_in = 2000, .seed = seed});
        run([&]() -> Deferred<> {
            redis::Connection direct(server.options());
            co_await direct.set("n", 0);
            auto options = through(proxy);
            options.command_timeout = 500ms;
            redis::Connection db(options);
            const Tally ended = co_await increment(db, 3000);
            BOOST_TEST(ended.all() == 3000);
            const auto n = co_await direct.get<int>("n");
            BOOST_TEST(n >= ended.ok);
            BOOST_TEST(n <= 3000 - ended.not_run);
            BOOST_TEST_MESSAGE("seed " << seed << ": " << ended.ok << " ok, " << ended.unknown
                                       << " unknown, " << ended.other << " with another error, n "
                                       << n << ", " << proxy.connections() << " connections");
        });
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_hangs_is_noticed_while_nobody_asks_it_anything) {
    Server server;
    run([&]() -> Deferred<> {
        auto options = server.options();
        options.command_timeout = 200ms;
        options.connect_timeout = 200ms;
        options.health_check = 100ms;
        redis::Connection db(options);
        std::string lost;
        db.on_lost([&](const std::string& why) { lost = lost.empty() ? why : lost; });
        co_await db.ready();
        co_await defer_later(500ms);
        BOOST_TEST(db.connected());
        BOOST_TEST(lost.empty(), lost);
        server.pause();
        for (int tries = 0; tries < 200 && lost.empty(); ++tries) {
            co_await defer_later(10ms);
        }
        BOOST_TEST(lost.ends_with("it has given no sign of life for 200 ms"), lost);
        server.resume();
        std::string again;
        while (again != "it succeeded") {
            again = co_await error_of(db.ping());
        }
    });
}

BOOST_AUTO_TEST_CASE(a_server_that_loads_its_data_is_waited_for) {
    Server server("save 3600 1\nkey-load-delay 2000\nloading-process-events-interval-bytes 1024\n");
    run([&]() -> Deferred<> {
        redis::Connection db(server.options());
        for (int i = 0; i < 500; ++i) {
            co_await db.set("key " + std::to_string(i), std::string(100, 'x'));
        }
        co_await db.command("SAVE");
        server.kill();
        server.start_without_waiting();
        std::string reason;
        db.on_lost([&](const std::string& why) {
            reason = why.find("LOADING") != why.npos ? why : reason;
        });
        while (db.connected()) {
            co_await defer_later(1ms);
        }
        const auto value = co_await db.get("key 7");
        BOOST_TEST(value.value_or("").starts_with("x"));
        BOOST_TEST(reason.find("it is not ready: LOADING") != std::string::npos, reason);
    });
}

BOOST_AUTO_TEST_CASE(refusals_keep_their_code_and_disturb_no_other_command) {
    Server server("save 3600 1\ndbfilename blocked\n");
    Server master;
    run([&]() -> Deferred<> {
        const auto code_of = [](Deferred<bool> command) -> Deferred<std::string> {
            try {
                co_await command;
            } catch (const redis::ResponseError& error) {
                co_return std::string(error.code());
            }
            co_return "none";
        };
        redis::Connection db(server.options());
        co_await db.set("k", "v");
        // No place for the dump: the disk is full, as far as Redis can tell.
        std::filesystem::create_directory(server.folder() + "/blocked");
        co_await db.command("BGSAVE");
        std::string code;
        for (int tries = 0; tries < 500 && code != "MISCONF"; ++tries) {
            co_await defer_later(10ms);
            auto setting = db.set("k", "v");
            code = co_await code_of(std::move(setting));
        }
        BOOST_TEST(code == "MISCONF");
        co_await db.config_set("stop-writes-on-bgsave-error", "no");

        co_await db.config_set("maxmemory", "1");
        auto denied = code_of(db.set("k", "v"));
        auto read = db.get("k");
        const auto out_of_memory = co_await denied;
        BOOST_TEST(out_of_memory == "OOM");
        const auto value = co_await read;
        BOOST_TEST(value.value() == "v");
        co_await db.config_set("maxmemory", 0);

        co_await db.command("REPLICAOF", "127.0.0.1", master.port());
        auto on_replica = code_of(db.set("k", "v"));
        const auto read_only = co_await on_replica;
        BOOST_TEST(read_only == "READONLY");
        co_await db.command("REPLICAOF", "NO", "ONE");
        auto again = code_of(db.set("k", "v"));
        const auto none = co_await again;
        BOOST_TEST(none == "none");
    });
}

BOOST_AUTO_TEST_CASE(too_many_clients_wait_until_there_is_room) {
    Server server("maxclients 2\n");
    run([&]() -> Deferred<> {
        auto one = std::make_unique<redis::Connection>(server.options());
        redis::Connection two(server.options());
        co_await one->ready();
        co_await two.ready();
        redis::Connection three(server.options());
        const auto refused = co_await error_of(three.ready());
        BOOST_TEST(refused.find("max number of clients") != std::string::npos, refused);
        auto waiting = three.incr("n");
        co_await defer_later(100ms);
        BOOST_TEST(!waiting.called());
        one.reset();
        const auto n = co_await waiting;
        BOOST_TEST(n == 1);
    });
}

BOOST_AUTO_TEST_SUITE_END()
