// Connections on which commands wait, against a real redis-server: whose they are, how long they
// live, and what they cost meanwhile.

#include <sys/resource.h>

#include <chrono>
#include <optional>
#include <string>

#include <boost/test/unit_test.hpp>

#include "redis_servers.hpp"

BOOST_AUTO_TEST_SUITE(redis_blocking)

using namespace std::chrono_literals;
using namespace cyclone::redis_tests;
using cyclone::Deferred;
using cyclone::task::defer_later;
namespace redis = cyclone::redis;

namespace {

long voluntary_switches() {
    ::rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_nvcsw;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_waits_ends_with_the_last_copy_of_its_connection_or_pool) {
    Server server;
    run([&]() -> Deferred<> {
        std::optional<redis::Connection> db(server.options());
        std::optional<redis::ConnectionPool> pool(std::in_place, server.options(), 2);
        auto by_one = error_of(db->blpop("list", 0s));
        auto by_pool = error_of(pool->blpop("list", 0s));
        co_await defer_later(50ms);
        db.reset();
        pool.reset();
        auto waiting_for_one = std::move(by_one).add_timeout(5s);
        const auto one = co_await waiting_for_one;
        BOOST_TEST(one.find("BLPOP: the Connection object was destroyed") != one.npos, one);
        auto waiting_for_other = std::move(by_pool).add_timeout(5s);
        const auto other = co_await waiting_for_other;
        BOOST_TEST(other.find("BLPOP: the ConnectionPool object was destroyed") != other.npos,
                   other);
    });
}

BOOST_AUTO_TEST_CASE(what_waits_uses_the_database_that_was_selected_last) {
    Server server;
    run([&]() -> Deferred<> {
        redis::Connection db(server.options());
        co_await db.rpush("list", "in 0");
        const auto before = co_await db.blpop("list", 1s);
        BOOST_TEST(before.value().second == "in 0");
        auto waiting = db.blpop("list", 5s);
        co_await defer_later(50ms);
        co_await db.select(3);
        co_await db.rpush("list", "in 3");
        const auto after = co_await db.blpop("list", 1s);
        BOOST_TEST(after.value().second == "in 3");
        BOOST_TEST(!waiting.called());
        // What has waited in the other database is not used again.
        redis::Connection other(server.options());
        co_await other.rpush("list", "late in 0");
        const auto late = co_await waiting;
        BOOST_TEST(late.value().second == "late in 0");
        co_await db.rpush("list", "again in 3");
        const auto again = co_await db.blpop("list", 1s);
        BOOST_TEST(again.value().second == "again in 3");
    });
}

BOOST_AUTO_TEST_CASE(whoever_is_told_of_the_end_may_drop_the_connection) {
    Server server;
    run([&]() -> Deferred<> {
        std::optional<redis::Connection> db(server.options());
        std::optional<redis::ConnectionPool> pool(std::in_place, server.options(), 3);
        co_await db->ready();
        co_await pool->ready();
        int told = 0;
        const auto drop = [&](auto& owner) {
            return [&](const cyclone::Failure&) {
                ++told;
                owner.reset();
            };
        };
        auto waiting = error_of(db->blpop("list", 0s));
        co_await defer_later(50ms);
        db->command<void>("GET", "k").add_errback(drop(db)).detach();
        pool->command<void>("GET", "k").add_errback(drop(pool)).detach();
        db->disconnect();
        pool->disconnect();
        BOOST_TEST(told == 2);
        const auto ended = co_await waiting;
        BOOST_TEST(ended.find("disconnect() was called") != ended.npos, ended);
    });
}

BOOST_AUTO_TEST_CASE(who_waits_lets_the_processor_sleep) {
    Server server;
    run([&]() -> Deferred<> {
        redis::Connection db(server.options());
        co_await db.ready();
        auto waiting = db.blpop("list", 1500ms);
        co_await defer_later(100ms);
        const long before = voluntary_switches();
        co_await waiting;
        BOOST_TEST(voluntary_switches() - before < 40);
    });
}

BOOST_AUTO_TEST_SUITE_END()
