#include <array>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <cyclone/redis/command.hpp>
#include <cyclone/redis/commands.hpp>

namespace redis = cyclone::redis;
using namespace std::chrono_literals;

namespace {

template <class>
using Nothing = void;

/// Keeps what a typed method sends, as words with spaces in between.
struct Recorder : redis::Commands<Recorder, Nothing> {
    template <class T, class... Args>
    void command(std::string_view name, const Args&... args) {
        std::string wire;
        redis::append_command(wire, name, args...);
        words.clear();
        // "*n", then a line with the length and one with the word for each.
        bool is_word = false;
        for (std::size_t at = wire.find("\r\n") + 2; at < wire.size();) {
            const std::size_t end = wire.find("\r\n", at);
            if (is_word) {
                words += (words.empty() ? "" : " ") + wire.substr(at, end - at);
            }
            is_word = !is_word;
            at = end + 2;
        }
    }
    std::string words;
};

/// The words that `call` sends.
std::string sent(const auto& call) {
    Recorder recorder;
    call(recorder);
    return recorder.words;
}

const std::vector<std::string> two{"a", "b"};
const std::map<std::string, int> pairs{{"a", 1}, {"b", 2}};

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_commands)

BOOST_AUTO_TEST_CASE(keys) {
    BOOST_TEST(sent([](auto& db) { db.exists("k"); }) == "EXISTS k");
    BOOST_TEST(sent([](auto& db) { db.del("k", two); }) == "DEL k a b");
    BOOST_TEST(sent([](auto& db) { db.unlink(two); }) == "UNLINK a b");
    BOOST_TEST(sent([](auto& db) { db.type("k"); }) == "TYPE k");
    BOOST_TEST(sent([](auto& db) { db.keys(); }) == "KEYS *");
    BOOST_TEST(sent([](auto& db) { db.scan(); }) == "SCAN 0");
    BOOST_TEST(sent([](auto& db) { db.scan(7, {.match = "a*", .count = 9}); }) ==
               "SCAN 7 MATCH a* COUNT 9");
    BOOST_TEST(sent([](auto& db) { db.randomkey(); }) == "RANDOMKEY");
    BOOST_TEST(sent([](auto& db) { db.rename("a", "b"); }) == "RENAME a b");
    BOOST_TEST(sent([](auto& db) { db.renamenx("a", "b"); }) == "RENAMENX a b");
    BOOST_TEST(sent([](auto& db) { db.expire("k", 2min); }) == "EXPIRE k 120");
    BOOST_TEST(sent([](auto& db) { db.pexpire("k", 2s); }) == "PEXPIRE k 2000");
    BOOST_TEST(sent([](auto& db) { db.expireat("k", 17); }) == "EXPIREAT k 17");
    BOOST_TEST(sent([](auto& db) { db.persist("k"); }) == "PERSIST k");
    BOOST_TEST(sent([](auto& db) { db.ttl("k"); }) == "TTL k");
    BOOST_TEST(sent([](auto& db) { db.pttl("k"); }) == "PTTL k");
}

BOOST_AUTO_TEST_CASE(strings) {
    BOOST_TEST(sent([](auto& db) { db.get("k"); }) == "GET k");
    BOOST_TEST(sent([](auto& db) { db.set("k", 1.5); }) == "SET k 1.5");
    BOOST_TEST(sent([](auto& db) { db.set("k", "v", {.expire = 2s, .only_if_exists = true}); }) ==
               "SET k v PX 2000 XX");
    BOOST_TEST(sent([](auto& db) {
                   db.set("k", "v", {.only_if_not_exists = true, .keep_ttl = true});
               }) == "SET k v NX KEEPTTL");
    BOOST_TEST(sent([](auto& db) { db.setex("k", 5s, "v"); }) == "SETEX k 5 v");
    BOOST_TEST(sent([](auto& db) { db.psetex("k", 5s, "v"); }) == "PSETEX k 5000 v");
    BOOST_TEST(sent([](auto& db) { db.setnx("k", 1); }) == "SETNX k 1");
    BOOST_TEST(sent([](auto& db) { db.getset("k", 1); }) == "GETSET k 1");
    BOOST_TEST(sent([](auto& db) { db.mget(two, "c"); }) == "MGET a b c");
    BOOST_TEST(sent([](auto& db) { db.mset(pairs); }) == "MSET a 1 b 2");
    BOOST_TEST(sent([](auto& db) { db.msetnx("a", 1, "b", 2); }) == "MSETNX a 1 b 2");
    BOOST_TEST(sent([](auto& db) { db.incr("k"); }) == "INCR k");
    BOOST_TEST(sent([](auto& db) { db.incrby("k", -2); }) == "INCRBY k -2");
    BOOST_TEST(sent([](auto& db) { db.incrbyfloat("k", 0.1); }) == "INCRBYFLOAT k 0.1");
    BOOST_TEST(sent([](auto& db) { db.decr("k"); }) == "DECR k");
    BOOST_TEST(sent([](auto& db) { db.decrby("k", 2); }) == "DECRBY k 2");
    BOOST_TEST(sent([](auto& db) { db.append("k", "v"); }) == "APPEND k v");
    BOOST_TEST(sent([](auto& db) { db.strlen("k"); }) == "STRLEN k");
    BOOST_TEST(sent([](auto& db) { db.getrange("k", 0, -1); }) == "GETRANGE k 0 -1");
}

BOOST_AUTO_TEST_CASE(hashes) {
    BOOST_TEST(sent([](auto& db) { db.hget("k", "f"); }) == "HGET k f");
    BOOST_TEST(sent([](auto& db) { db.hset("k", "f", 1); }) == "HSET k f 1");
    BOOST_TEST(sent([](auto& db) { db.hsetnx("k", "f", 1); }) == "HSETNX k f 1");
    BOOST_TEST(sent([](auto& db) { db.hmset("k", pairs); }) == "HMSET k a 1 b 2");
    BOOST_TEST(sent([](auto& db) { db.hmget("k", two); }) == "HMGET k a b");
    BOOST_TEST(sent([](auto& db) { db.hgetall("k"); }) == "HGETALL k");
    BOOST_TEST(sent([](auto& db) { db.hincrby("k", "f"); }) == "HINCRBY k f 1");
    BOOST_TEST(sent([](auto& db) { db.hincrbyfloat("k", "f", 0.5); }) == "HINCRBYFLOAT k f 0.5");
    BOOST_TEST(sent([](auto& db) { db.hdel("k", "f", two); }) == "HDEL k f a b");
    BOOST_TEST(sent([](auto& db) { db.hexists("k", "f"); }) == "HEXISTS k f");
    BOOST_TEST(sent([](auto& db) { db.hkeys("k"); }) == "HKEYS k");
    BOOST_TEST(sent([](auto& db) { db.hvals("k"); }) == "HVALS k");
    BOOST_TEST(sent([](auto& db) { db.hlen("k"); }) == "HLEN k");
}

BOOST_AUTO_TEST_CASE(lists_and_sets) {
    BOOST_TEST(sent([](auto& db) { db.lpush("k", 1, 2); }) == "LPUSH k 1 2");
    BOOST_TEST(sent([](auto& db) { db.rpush("k", two); }) == "RPUSH k a b");
    BOOST_TEST(sent([](auto& db) { db.lpop("k"); }) == "LPOP k");
    BOOST_TEST(sent([](auto& db) { db.rpop("k"); }) == "RPOP k");
    BOOST_TEST(sent([](auto& db) { db.lrange("k"); }) == "LRANGE k 0 -1");
    BOOST_TEST(sent([](auto& db) { db.llen("k"); }) == "LLEN k");
    BOOST_TEST(sent([](auto& db) { db.lindex("k", -1); }) == "LINDEX k -1");
    BOOST_TEST(sent([](auto& db) { db.lset("k", 0, "v"); }) == "LSET k 0 v");
    BOOST_TEST(sent([](auto& db) { db.ltrim("k", 0, 9); }) == "LTRIM k 0 9");
    BOOST_TEST(sent([](auto& db) { db.lrem("k", 0, "v"); }) == "LREM k 0 v");
    BOOST_TEST(sent([](auto& db) { db.sadd("k", two); }) == "SADD k a b");
    BOOST_TEST(sent([](auto& db) { db.srem("k", 1); }) == "SREM k 1");
    BOOST_TEST(sent([](auto& db) { db.smembers("k"); }) == "SMEMBERS k");
    BOOST_TEST(sent([](auto& db) { db.scard("k"); }) == "SCARD k");
    BOOST_TEST(sent([](auto& db) { db.sismember("k", "v"); }) == "SISMEMBER k v");
    BOOST_TEST(sent([](auto& db) { db.spop("k"); }) == "SPOP k");
    BOOST_TEST(sent([](auto& db) { db.srandmember("k"); }) == "SRANDMEMBER k");
    BOOST_TEST(sent([](auto& db) { db.sinter(two); }) == "SINTER a b");
    BOOST_TEST(sent([](auto& db) { db.sunion(two); }) == "SUNION a b");
    BOOST_TEST(sent([](auto& db) { db.sdiff("a", "b"); }) == "SDIFF a b");
}

BOOST_AUTO_TEST_CASE(sorted_sets) {
    BOOST_TEST(sent([](auto& db) { db.zadd("k", 1.5, "m"); }) == "ZADD k 1.5 m");
    BOOST_TEST(sent([](auto& db) { db.zincrby("k", 2, "m"); }) == "ZINCRBY k 2 m");
    BOOST_TEST(sent([](auto& db) { db.zrem("k", two); }) == "ZREM k a b");
    BOOST_TEST(sent([](auto& db) { db.zcard("k"); }) == "ZCARD k");
    BOOST_TEST(sent([](auto& db) { db.zscore("k", "m"); }) == "ZSCORE k m");
    BOOST_TEST(sent([](auto& db) { db.zrank("k", "m"); }) == "ZRANK k m");
    BOOST_TEST(sent([](auto& db) { db.zcount("k", 1, "+inf"); }) == "ZCOUNT k 1 +inf");
    BOOST_TEST(sent([](auto& db) { db.zrange("k"); }) == "ZRANGE k 0 -1");
    BOOST_TEST(sent([](auto& db) { db.zrange_withscores("k", 1, 2); }) ==
               "ZRANGE k 1 2 WITHSCORES");
    BOOST_TEST(sent([](auto& db) { db.zrevrange("k", 0, 9); }) == "ZREVRANGE k 0 9");
    BOOST_TEST(sent([](auto& db) { db.zrevrange_withscores("k"); }) ==
               "ZREVRANGE k 0 -1 WITHSCORES");
    BOOST_TEST(sent([](auto& db) { db.zrangebyscore("k", "(1", 2); }) == "ZRANGEBYSCORE k (1 2");
    BOOST_TEST(sent([](auto& db) {
                   db.zrangebyscore("k", 1, 2, redis::Limit{5, 10});
               }) == "ZRANGEBYSCORE k 1 2 LIMIT 5 10");
    BOOST_TEST(sent([](auto& db) { db.zrangebyscore_withscores("k", 1, 2); }) ==
               "ZRANGEBYSCORE k 1 2 WITHSCORES");
    BOOST_TEST(sent([](auto& db) { db.zremrangebyscore("k", "-inf", 2); }) ==
               "ZREMRANGEBYSCORE k -inf 2");
    BOOST_TEST(sent([](auto& db) { db.zremrangebyrank("k", 0, 1); }) == "ZREMRANGEBYRANK k 0 1");
    BOOST_TEST(sent([](auto& db) { db.zunionstore("d", two); }) == "ZUNIONSTORE d 2 a b");
    BOOST_TEST(sent([](auto& db) { db.zinterstore("d", two); }) == "ZINTERSTORE d 2 a b");
}

BOOST_AUTO_TEST_CASE(server_and_scripts) {
    BOOST_TEST(sent([](auto& db) { db.ping(); }) == "PING");
    BOOST_TEST(sent([](auto& db) { db.echo("x"); }) == "ECHO x");
    BOOST_TEST(sent([](auto& db) { db.info(); }) == "INFO");
    BOOST_TEST(sent([](auto& db) { db.info("memory"); }) == "INFO memory");
    BOOST_TEST(sent([](auto& db) { db.dbsize(); }) == "DBSIZE");
    BOOST_TEST(sent([](auto& db) { db.flushdb(); }) == "FLUSHDB");
    BOOST_TEST(sent([](auto& db) { db.flushall(); }) == "FLUSHALL");
    BOOST_TEST(sent([](auto& db) { db.time(); }) == "TIME");
    BOOST_TEST(sent([](auto& db) { db.config_get("max*"); }) == "CONFIG GET max*");
    BOOST_TEST(sent([](auto& db) { db.config_set("hz", 20); }) == "CONFIG SET hz 20");
    BOOST_TEST(sent([](auto& db) { db.client_list(); }) == "CLIENT LIST");
    BOOST_TEST(sent([](auto& db) { db.publish("c", "m"); }) == "PUBLISH c m");
    BOOST_TEST(sent([](auto& db) { db.eval("s"); }) == "EVAL s 0");
    BOOST_TEST(sent([](auto& db) { db.eval("s", two, std::array{1}); }) == "EVAL s 2 a b 1");
    BOOST_TEST(sent([](auto& db) { db.evalsha("f", two); }) == "EVALSHA f 2 a b");
    BOOST_TEST(sent([](auto& db) { db.script_load("s"); }) == "SCRIPT LOAD s");
}

BOOST_AUTO_TEST_SUITE_END()
