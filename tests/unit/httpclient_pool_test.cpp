#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include <cyclone/httpclient/connection_pool.hpp>

BOOST_AUTO_TEST_SUITE(httpclient_pool)

using namespace std::chrono_literals;
using Pool = cyclone::httpclient::ConnectionPool<int>;

namespace {

/// A pool and what it grants: "1 new, 2 over 7, closed 3".
struct Watched {
    explicit Watched(cyclone::httpclient::PoolLimits limits) : pool(limits) {}

    std::string grants() {
        std::string text;
        std::vector<int> closed;
        while (const auto grant = pool.next(closed)) {
            text += (text.empty() ? "" : ", ") + std::to_string(grant->ticket) +
                    (grant->connection ? " over " + std::to_string(*grant->connection) : " new");
            for (const int connection : closed) {
                text += ", closed " + std::to_string(connection);
            }
            closed.clear();
        }
        return text;
    }

    Pool pool;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_connection_that_was_given_back_is_used_again_the_latest_first) {
    Watched watched({.connections = 4, .connections_per_host = 4, .idle = 10s});
    watched.pool.enqueue("a");
    watched.pool.enqueue("a");
    BOOST_TEST(watched.grants() == "1 new, 2 new");
    watched.pool.give_back("a", 10, 0s);
    watched.pool.give_back("a", 11, 1s);
    watched.pool.enqueue("a");
    watched.pool.enqueue("b");
    BOOST_TEST(watched.grants() == "3 over 11, 4 new");
    BOOST_TEST(watched.pool.size() == 3);
    BOOST_TEST(watched.pool.idle() == 1);
}

BOOST_AUTO_TEST_CASE(a_host_with_all_its_connections_holds_nobody_else_up) {
    Watched watched({.connections = 10, .connections_per_host = 1, .idle = 10s});
    watched.pool.enqueue("a");
    watched.pool.enqueue("a");
    watched.pool.enqueue("a");
    watched.pool.enqueue("b");
    BOOST_TEST(watched.grants() == "1 new, 4 new");
    watched.pool.give_back("a", 10, 0s);
    BOOST_TEST(watched.grants() == "2 over 10");
    watched.pool.lose("a");
    BOOST_TEST(watched.grants() == "3 new");
}

BOOST_AUTO_TEST_CASE(who_came_first_goes_first_whatever_the_host) {
    Watched watched({.connections = 1, .connections_per_host = 1, .idle = 10s});
    watched.pool.enqueue("a");
    BOOST_TEST(watched.grants() == "1 new");
    watched.pool.enqueue("c");
    watched.pool.enqueue("a");
    watched.pool.enqueue("b");
    BOOST_TEST(watched.grants() == "");
    watched.pool.give_back("a", 10, 0s);
    BOOST_TEST(watched.grants() == "2 new, closed 10");
    watched.pool.lose("c");
    BOOST_TEST(watched.grants() == "3 new");
    watched.pool.lose("a");
    BOOST_TEST(watched.grants() == "4 new");
}

BOOST_AUTO_TEST_CASE(the_connection_that_was_idle_longest_makes_room) {
    Watched watched({.connections = 2, .connections_per_host = 2, .idle = 10s});
    watched.pool.enqueue("a");
    watched.pool.enqueue("b");
    BOOST_TEST(watched.grants() == "1 new, 2 new");
    watched.pool.give_back("b", 20, 1s);
    watched.pool.give_back("a", 10, 2s);
    watched.pool.enqueue("c");
    BOOST_TEST(watched.grants() == "3 new, closed 20");
    BOOST_TEST(watched.pool.size() == 2);
}

BOOST_AUTO_TEST_CASE(who_leaves_the_queue_gets_nothing) {
    Watched watched({.connections = 1, .connections_per_host = 1, .idle = 10s});
    watched.pool.enqueue("a");
    BOOST_TEST(watched.grants() == "1 new");
    watched.pool.enqueue("a");
    watched.pool.enqueue("a");
    watched.pool.abandon("a", 2);
    watched.pool.abandon("b", 2);
    watched.pool.lose("a");
    BOOST_TEST(watched.grants() == "3 new");
}

BOOST_AUTO_TEST_CASE(idle_connections_expire) {
    Watched watched({.connections = 4, .connections_per_host = 4, .idle = 10s});
    watched.pool.enqueue("a");
    watched.pool.enqueue("b");
    watched.grants();
    BOOST_TEST(!watched.pool.next_expiry());
    watched.pool.give_back("a", 10, 1s);
    watched.pool.give_back("b", 20, 2s);
    BOOST_TEST((watched.pool.next_expiry() == 11s));
    BOOST_TEST(watched.pool.take_expired(10s).empty());
    BOOST_TEST(watched.pool.take_expired(11s) == std::vector<int>{10});
    BOOST_TEST((watched.pool.next_expiry() == 12s));
    BOOST_TEST(watched.pool.take_expired(20s) == std::vector<int>{20});
    BOOST_TEST(watched.pool.size() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
