#include <array>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <cyclone/redis/hash_ring.hpp>

BOOST_AUTO_TEST_SUITE(redis_hash_ring)

namespace redis = cyclone::redis;

namespace {

const std::vector<std::string> servers{"127.0.0.1:6379", "127.0.0.1:6380", "10.0.0.3:7000"};

}  // namespace

BOOST_AUTO_TEST_CASE(keys_are_where_python_places_them) {
    const redis::HashRing ring(servers);
    std::string places;
    std::array<int, 3> counts{};
    for (int i = 0; i < 10000; ++i) {
        const std::size_t node = ring.node_of("key:" + std::to_string(i));
        ++counts[node];
        if (i < 60) {
            places += std::to_string(node);
        }
    }
    // From zlib.crc32 as a signed number and bisect.bisect, with the points that cyclone makes.
    BOOST_TEST(places == "222022000000010000221011000022000000000022200001000121000012");
    BOOST_TEST(counts[0] == 4032);
    BOOST_TEST(counts[1] == 3283);
    BOOST_TEST(counts[2] == 2685);
    // Behind the last point, where others would begin anew.
    BOOST_TEST(ring.node_of("z2442") == 0U);
    BOOST_TEST(ring.node_of("") == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_between_the_last_braces_decides_alone) {
    BOOST_TEST(redis::shard_tag("a{user1}") == "user1");
    BOOST_TEST(redis::shard_tag("{user1}a") == "{user1}a");
    BOOST_TEST(redis::shard_tag("a{}") == "");
    BOOST_TEST(redis::shard_tag("x{a}{b}") == "b");
    BOOST_TEST(redis::shard_tag("x{a{b}c}d") == "b}c");
    BOOST_TEST(redis::shard_tag("a}b{c") == "a}b{c");
    BOOST_TEST(redis::shard_tag("a\n{b}") == "a\n{b}");
    BOOST_TEST(redis::shard_tag("a{b}\nc{d}") == "b");
    const redis::HashRing ring(servers);
    BOOST_TEST(ring.node_of("a{user1}") == ring.node_of("b{user1}"));
}

BOOST_AUTO_TEST_CASE(a_server_that_goes_takes_only_its_own_keys_along) {
    const redis::HashRing all(servers);
    const redis::HashRing fewer({servers[0], servers[1]});
    for (int i = 0; i < 1000; ++i) {
        const std::string key = "key:" + std::to_string(i);
        if (all.node_of(key) != 2) {
            BOOST_REQUIRE_EQUAL(fewer.node_of(key), all.node_of(key));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_ring_without_servers_is_refused) {
    BOOST_CHECK_THROW(redis::HashRing({}), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
