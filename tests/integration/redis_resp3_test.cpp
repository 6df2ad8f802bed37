// RESP3, what it makes possible, against a real redis-server: pushes, and caching by invalidation.

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include "redis_servers.hpp"

BOOST_AUTO_TEST_SUITE(redis_resp3)

using namespace std::chrono_literals;
using namespace cyclone::redis_tests;
using cyclone::Deferred;
using cyclone::task::defer_later;
namespace redis = cyclone::redis;

namespace {

redis::ConnectionOptions resp3(const Server& server) {
    auto options = server.options();
    options.protocol = redis::Protocol::resp3;
    return options;
}

/// Waits for what comes by another connection.
template <class F>
Deferred<bool> soon(F holds) {
    for (int tries = 0; tries < 500 && !holds(); ++tries) {
        co_await defer_later(10ms);
    }
    co_return holds();
}

}  // namespace

BOOST_AUTO_TEST_CASE(typed_commands_give_the_same_as_with_resp2) {
    Server server;
    run([&]() -> Deferred<> {
        redis::Connection three(resp3(server));
        redis::Connection two(server.options());
        co_await three.hset("h", "one", 1, "two", 2);
        co_await three.sadd("s", "x", "y");
        co_await three.zadd("z", 1.5, "low", 2.5, "high");
        co_await three.set("k", "v");
        const auto raw = co_await three.command("HGETALL", "h");
        BOOST_TEST(raw.is_map());
        const auto protocol = co_await three.command<std::string>("CLIENT", "INFO");
        BOOST_TEST(protocol.find("resp=3") != std::string::npos, protocol);
        const auto hash_three = co_await three.hgetall<std::map<std::string, int>>("h");
        const auto hash_two = co_await two.hgetall<std::map<std::string, int>>("h");
        BOOST_CHECK(hash_three == hash_two);
        const auto set_three = co_await three.smembers("s");
        const auto set_two = co_await two.smembers("s");
        BOOST_CHECK(set_three == set_two);
        const auto scored_three = co_await three.zrangebyscore_withscores("z", "-inf", "+inf");
        const auto scored_two = co_await two.zrangebyscore_withscores("z", "-inf", "+inf");
        BOOST_CHECK(scored_three == scored_two);
        BOOST_TEST(scored_three.size() == 2U);
        const auto score = co_await three.command<double>("ZSCORE", "z", "low");
        BOOST_TEST(score == 1.5);
        const auto none = co_await three.get("none");
        BOOST_TEST(!none);
        const auto info = co_await three.info("server");
        BOOST_TEST(info.find("redis_version:") != std::string::npos);
        const auto failed = co_await error_of(three.incr("k"));
        BOOST_TEST(failed == "redis: INCR: ERR value is not an integer or out of range");
        auto transaction = co_await three.multi();
        transaction.command("HGETALL", "h");
        transaction.get("k");
        const auto results = co_await transaction.commit();
        BOOST_REQUIRE(results.size() == 2U);
        BOOST_TEST(results[0].is_map());
    });
}

BOOST_AUTO_TEST_CASE(consumer_groups_are_told_about_alike_in_both_protocols) {
    Server server;
    run([&]() -> Deferred<> {
        for (const auto& options : {resp3(server), server.options()}) {
            redis::Connection db(options);
            co_await db.command("FLUSHALL");
            co_await db.xgroup_create("s", "g", "$", true);
            const auto none = co_await db.xpending("s", "g");
            BOOST_TEST(none.count == 0);
            BOOST_TEST(none.consumers.empty());
            const std::map<std::string, int> entry{{"n", 1}};
            const auto id = co_await db.xadd("s", entry);
            const std::map<std::string, std::string> unread{{"s", ">"}};
            const auto got = co_await db.xreadgroup("g", "one", unread);
            BOOST_REQUIRE(got.size() == 1U);
            BOOST_TEST(got[0].second[0].first == id);
            const auto pending = co_await db.xpending("s", "g");
            BOOST_TEST(pending.count == 1);
            BOOST_TEST(pending.first.value() == id);
            BOOST_TEST(pending.consumers.at("one") == 1);
            const auto each = co_await db.xpending_range("s", "g", 10);
            BOOST_REQUIRE(each.size() == 1U);
            BOOST_TEST(std::get<1>(each[0]) == "one");
            const auto claimed = co_await db.xclaim("s", "g", "two", 0ms, id);
            BOOST_REQUIRE(claimed.size() == 1U);
            BOOST_TEST(claimed[0].second.at("n") == "1");
            const auto groups = co_await db.xinfo_groups("s");
            BOOST_REQUIRE(groups.size() == 1U);
            const auto consumers = groups[0].at("consumers").as<int>();
            BOOST_TEST(consumers == 2);
            const auto lost = co_await db.xgroup_delconsumer("s", "g", "two");
            BOOST_TEST(lost == 1);
        }
    });
}

BOOST_AUTO_TEST_CASE(attributes_booleans_and_big_numbers_of_a_real_server_are_read) {
    Server server("enable-debug-command yes\n");
    run([&]() -> Deferred<> {
        redis::Connection db(resp3(server));
        const auto yes = co_await db.command<bool>("DEBUG", "PROTOCOL", "true");
        BOOST_TEST(yes);
        const auto digits = co_await db.command<std::string>("DEBUG", "PROTOCOL", "bignum");
        BOOST_TEST(digits == "1234567999999999999999999999999999999");
        const auto number = co_await db.command<double>("DEBUG", "PROTOCOL", "double");
        BOOST_TEST(number == 3.141);
        const auto verbatim = co_await db.command("DEBUG", "PROTOCOL", "verbatim");
        BOOST_TEST(verbatim.describe() == "the text \"This is a verbatim\\x0astring\"");
        const auto text = co_await db.command<std::string>("DEBUG", "PROTOCOL", "attrib");
        BOOST_TEST(text == "Some real reply following the attribute");
        const auto set = co_await db.command<std::set<int>>("DEBUG", "PROTOCOL", "set");
        BOOST_CHECK((set == std::set{0, 1, 2}));
        const auto map = co_await db.command<std::map<int, bool>>("DEBUG", "PROTOCOL", "map");
        BOOST_CHECK((map == std::map<int, bool>{{0, false}, {1, true}, {2, false}}));
        std::vector<std::string> pushed;
        db.on_push([&](redis::Reply&& push) { pushed.push_back(push.describe()); });
        // The push comes first, and then the reply.
        const auto pong = db.command<std::string>("PING");
        co_await db.command("DEBUG", "PROTOCOL", "push");
        BOOST_CHECK((pushed == std::vector<std::string>{"a push of 2"}));
    });
}

BOOST_AUTO_TEST_CASE(a_subscriber_may_speak_it) {
    Server server;
    run([&]() -> Deferred<> {
        redis::Connection db(server.options());
        redis::Subscriber subscriber(resp3(server));
        co_await subscriber.subscribe("news");
        co_await subscriber.psubscribe("n*");
        co_await db.publish("news", "hello");
        const auto first = co_await subscriber.next();
        const auto second = co_await subscriber.next();
        BOOST_TEST(first.payload == "hello");
        BOOST_TEST(second.pattern == "n*");
        co_await subscriber.unsubscribe("news");
    });
}

BOOST_AUTO_TEST_CASE(a_cache_answers_from_memory_until_another_client_changes_the_key) {
    Server server;
    run([&]() -> Deferred<> {
        redis::Connection db(server.options());
        redis::Cache cache(server.options());
        co_await db.set("k", "1");
        co_await db.hset("h", "a", 1);
        for (int i = 0; i < 3; ++i) {
            const auto value = co_await cache.get<int>("k");
            BOOST_TEST(value == 1);
            const auto hash = co_await cache.read<std::map<std::string, int>>("HGETALL", "h");
            BOOST_TEST(hash.at("a") == 1);
        }
        BOOST_TEST(cache.misses() == 2U);
        BOOST_TEST(cache.hits() == 4U);
        co_await db.set("k", "2");
        const bool forgotten = co_await soon([&] { return cache.size() == 1; });
        BOOST_TEST(forgotten);
        const auto changed = co_await cache.get<int>("k");
        BOOST_TEST(changed == 2);
        // What is not there is remembered, too.
        co_await cache.get("none");
        const auto before = cache.misses();
        const auto none = co_await cache.get("none");
        BOOST_TEST(!none);
        BOOST_TEST(cache.misses() == before);
        co_await db.command("FLUSHALL");
        const bool all = co_await soon([&] { return cache.size() == 0; });
        BOOST_TEST(all);
    });
}

BOOST_AUTO_TEST_CASE(a_cache_forgets_everything_with_its_connection_and_works_again_with_the_next) {
    Server server;
    run([&]() -> Deferred<> {
        redis::Cache cache(server.options());
        co_await cache.connection().set("k", "1");
        co_await cache.get("k");
        BOOST_TEST(cache.size() == 1U);
        server.kill();
        const bool forgotten = co_await soon([&] { return cache.size() == 0; });
        BOOST_TEST(forgotten);
        server.start();
        const auto gone = co_await cache.get("k");
        BOOST_TEST(!gone);
        redis::Connection db(server.options());
        co_await db.set("k", "3");
        const bool told = co_await soon([&] { return cache.size() == 0; });
        BOOST_TEST(told);
    });
}

BOOST_AUTO_TEST_CASE(a_cache_refuses_what_does_not_read_one_key) {
    Server server;
    run([&]() -> Deferred<> {
        redis::Cache cache(server.options());
        const auto refusal = [&](auto call) {
            try {
                call();
            } catch (const std::invalid_argument& error) {
                return std::string(error.what());
            }
            return std::string("it was accepted");
        };
        BOOST_TEST(refusal([&] { (void)cache.read("SET", "k", "v"); }) ==
                   "redis: Cache: SET: it does more than read; use connection()");
        BOOST_TEST(refusal([&] { (void)cache.read("MGET", "a", "b"); }) ==
                   "redis: Cache: MGET: it has to read one key, its first argument; use "
                   "connection()");
        BOOST_TEST(refusal([&] { (void)cache.read("NONSENSE", "a"); }) ==
                   "redis: Cache: NONSENSE: what it does is not known; use connection()");
        co_return;
    });
}

BOOST_AUTO_TEST_CASE(what_a_server_says_right_behind_the_login_is_heard) {
    run([&]() -> Deferred<> {
        using boost::asio::ip::tcp;
        tcp::acceptor acceptor(cyclone::reactor::current().context(),
                               {boost::asio::ip::address_v4::loopback(), 0});
        redis::ConnectionOptions options;
        options.port = acceptor.local_endpoint().port();
        options.protocol = redis::Protocol::resp3;
        options.tracking = {"ON", "BCAST"};
        redis::Connection db(options);
        std::vector<std::string> heard;
        db.on_push([&](redis::Reply&& push) {
            heard.push_back(push.elements().at(1).elements().at(0).as<std::string>());
        });
        tcp::socket server = co_await acceptor.async_accept(cyclone::use_deferred);
        std::array<char, 256> request;
        co_await server.async_read_some(boost::asio::buffer(request), cyclone::use_deferred);
        const std::string invalidated = ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\n";
        const std::string answer = "%1\r\n$5\r\nproto\r\n:3\r\n+OK\r\n" + invalidated +
                                   "a\r\n+PONG\r\n" + invalidated + "b\r\n" + invalidated;
        co_await server.async_send(boost::asio::buffer(answer), cyclone::use_deferred);
        const auto first = co_await soon([&] { return heard.size() == 1; });
        BOOST_TEST(first);
        co_await server.async_send(boost::asio::buffer("c\r\n", 3), cyclone::use_deferred);
        const auto second = co_await soon([&] { return heard.size() == 2; });
        BOOST_TEST(second);
        const std::vector<std::string> expected{"b", "c"};
        BOOST_TEST(heard == expected, boost::test_tools::per_element());
        BOOST_TEST(db.last_error() == "");
    });
}

BOOST_AUTO_TEST_SUITE_END()
