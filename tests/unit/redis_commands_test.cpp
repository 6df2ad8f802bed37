#include <array>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <cyclone/redis/command.hpp>
#include <cyclone/redis/commands.hpp>

BOOST_AUTO_TEST_SUITE(redis_commands)

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
    template <class T, class... Args>
    void blocking(std::chrono::duration<double>, std::string_view name, const Args&... args) {
        command<T>(name, args...);
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

BOOST_AUTO_TEST_CASE(newer_commands_on_keys) {
    BOOST_TEST(sent([](auto& db) { db.expiretime("k"); }) == "EXPIRETIME k");
    BOOST_TEST(sent([](auto& db) { db.pexpireat("k", 5); }) == "PEXPIREAT k 5");
    BOOST_TEST(sent([](auto& db) { db.touch(two); }) == "TOUCH a b");
    BOOST_TEST(sent([](auto& db) { db.copy("a", "b", true); }) == "COPY a b REPLACE");
    BOOST_TEST(sent([](auto& db) { db.copy("a", "b"); }) == "COPY a b");
    BOOST_TEST(sent([](auto& db) { db.move("k", 3); }) == "MOVE k 3");
    BOOST_TEST(sent([](auto& db) { db.dump("k"); }) == "DUMP k");
    BOOST_TEST(sent([](auto& db) { db.restore("k", 0ms, "x", true); }) == "RESTORE k 0 x REPLACE");
    BOOST_TEST(sent([](auto& db) { db.object_encoding("k"); }) == "OBJECT ENCODING k");
    BOOST_TEST(sent([](auto& db) { db.object_idletime("k"); }) == "OBJECT IDLETIME k");
    BOOST_TEST(sent([](auto& db) { db.sort("k", true, true); }) == "SORT k DESC ALPHA");
    BOOST_TEST(sent([](auto& db) { db.sort("k"); }) == "SORT k");
}

BOOST_AUTO_TEST_CASE(newer_commands_on_strings_and_bits) {
    BOOST_TEST(sent([](auto& db) { db.getdel("k"); }) == "GETDEL k");
    BOOST_TEST(sent([](auto& db) { db.getex("k", 1500ms); }) == "GETEX k PX 1500");
    BOOST_TEST(sent([](auto& db) { db.setrange("k", 3, "x"); }) == "SETRANGE k 3 x");
    BOOST_TEST(sent([](auto& db) { db.setbit("k", 7, true); }) == "SETBIT k 7 1");
    BOOST_TEST(sent([](auto& db) { db.getbit("k", 7); }) == "GETBIT k 7");
    BOOST_TEST(sent([](auto& db) { db.bitcount("k"); }) == "BITCOUNT k 0 -1");
    BOOST_TEST(sent([](auto& db) { db.bitpos("k", false, 2); }) == "BITPOS k 0 2");
    BOOST_TEST(sent([](auto& db) { db.bitop("AND", "d", two); }) == "BITOP AND d a b");
    BOOST_TEST(sent([](auto& db) { db.pfadd("k", two); }) == "PFADD k a b");
    BOOST_TEST(sent([](auto& db) { db.pfcount("a", "b"); }) == "PFCOUNT a b");
    BOOST_TEST(sent([](auto& db) { db.pfmerge("d", two); }) == "PFMERGE d a b");
}

BOOST_AUTO_TEST_CASE(newer_commands_on_lists_hashes_and_sets) {
    BOOST_TEST(sent([](auto& db) { db.lpushx("k", 1); }) == "LPUSHX k 1");
    BOOST_TEST(sent([](auto& db) { db.rpushx("k", 1); }) == "RPUSHX k 1");
    BOOST_TEST(sent([](auto& db) { db.lpop("k", 2); }) == "LPOP k 2");
    BOOST_TEST(sent([](auto& db) { db.rpop("k", 2); }) == "RPOP k 2");
    BOOST_TEST(sent([](auto& db) { db.linsert("k", "BEFORE", "p", "v"); }) ==
               "LINSERT k BEFORE p v");
    BOOST_TEST(sent([](auto& db) { db.lpos("k", "v"); }) == "LPOS k v");
    BOOST_TEST(sent([](auto& db) { db.rpoplpush("a", "b"); }) == "RPOPLPUSH a b");
    BOOST_TEST(sent([](auto& db) { db.lmove("a", "b", "LEFT", "RIGHT"); }) ==
               "LMOVE a b LEFT RIGHT");
    BOOST_TEST(sent([](auto& db) { db.hstrlen("k", "f"); }) == "HSTRLEN k f");
    BOOST_TEST(sent([](auto& db) { db.hrandfield("k"); }) == "HRANDFIELD k");
    BOOST_TEST(sent([](auto& db) { db.hrandfield("k", -2); }) == "HRANDFIELD k -2");
    BOOST_TEST(sent([](auto& db) { db.smismember("k", two); }) == "SMISMEMBER k a b");
    BOOST_TEST(sent([](auto& db) { db.smove("a", "b", "m"); }) == "SMOVE a b m");
    BOOST_TEST(sent([](auto& db) { db.spop("k", 2); }) == "SPOP k 2");
    BOOST_TEST(sent([](auto& db) { db.srandmember("k", 2); }) == "SRANDMEMBER k 2");
    BOOST_TEST(sent([](auto& db) { db.sinterstore("d", two); }) == "SINTERSTORE d a b");
    BOOST_TEST(sent([](auto& db) { db.sunionstore("d", two); }) == "SUNIONSTORE d a b");
    BOOST_TEST(sent([](auto& db) { db.sdiffstore("d", two); }) == "SDIFFSTORE d a b");
    BOOST_TEST(sent([](auto& db) { db.sintercard(two); }) == "SINTERCARD 2 a b");
}

BOOST_AUTO_TEST_CASE(newer_commands_on_sorted_sets_and_places) {
    BOOST_TEST(sent([](auto& db) { db.zrevrank("k", "m"); }) == "ZREVRANK k m");
    BOOST_TEST(sent([](auto& db) { db.zmscore("k", two); }) == "ZMSCORE k a b");
    BOOST_TEST(sent([](auto& db) { db.zpopmin("k"); }) == "ZPOPMIN k 1");
    BOOST_TEST(sent([](auto& db) { db.zpopmax("k", 2); }) == "ZPOPMAX k 2");
    BOOST_TEST(sent([](auto& db) { db.zrandmember("k"); }) == "ZRANDMEMBER k");
    BOOST_TEST(sent([](auto& db) {
                   db.zrevrangebyscore("k", "+inf", 1, redis::Limit{0, 5});
               }) == "ZREVRANGEBYSCORE k +inf 1 LIMIT 0 5");
    BOOST_TEST(sent([](auto& db) { db.zrangebylex("k", "[a", "+"); }) == "ZRANGEBYLEX k [a +");
    BOOST_TEST(sent([](auto& db) { db.zlexcount("k", "-", "+"); }) == "ZLEXCOUNT k - +");
    BOOST_TEST(sent([](auto& db) { db.zremrangebylex("k", "[a", "(b"); }) ==
               "ZREMRANGEBYLEX k [a (b");
    BOOST_TEST(sent([](auto& db) { db.zunion(two); }) == "ZUNION 2 a b");
    BOOST_TEST(sent([](auto& db) { db.zinter(two); }) == "ZINTER 2 a b");
    BOOST_TEST(sent([](auto& db) { db.zdiff(two); }) == "ZDIFF 2 a b");
    BOOST_TEST(sent([](auto& db) { db.geoadd("k", {1.5, 2}, "m"); }) == "GEOADD k 1.5 2 m");
    BOOST_TEST(sent([](auto& db) { db.geodist("k", "a", "b", "km"); }) == "GEODIST k a b km");
    BOOST_TEST(sent([](auto& db) { db.geopos("k", two); }) == "GEOPOS k a b");
    BOOST_TEST(sent([](auto& db) { db.geohash("k", "a"); }) == "GEOHASH k a");
    BOOST_TEST(sent([](auto& db) {
                   db.geosearch("k", redis::GeoPosition{1, 2}, 5);
               }) == "GEOSEARCH k FROMLONLAT 1 2 BYRADIUS 5 m ASC");
    BOOST_TEST(sent([](auto& db) { db.geosearch("k", "a", 5, "km", 3); }) ==
               "GEOSEARCH k FROMMEMBER a BYRADIUS 5 km ASC COUNT 3");
}

BOOST_AUTO_TEST_CASE(streams_and_commands_that_wait) {
    BOOST_TEST(sent([](auto& db) { db.xadd("s", pairs); }) == "XADD s * a 1 b 2");
    BOOST_TEST(sent([](auto& db) { db.xadd("s", pairs, "1-1", {.maxlen = 9}); }) ==
               "XADD s MAXLEN ~ 9 1-1 a 1 b 2");
    BOOST_TEST(sent([](auto& db) { db.xtrim("s", 9, false); }) == "XTRIM s MAXLEN = 9");
    BOOST_TEST(sent([](auto& db) { db.xrange("s", "-", "+", 2); }) == "XRANGE s - + COUNT 2");
    BOOST_TEST(sent([](auto& db) { db.xrevrange("s"); }) == "XREVRANGE s + -");
    BOOST_TEST(sent([](auto& db) {
                   db.xread({{"s", "0"}}, {.count = 2});
               }) == "XREAD COUNT 2 STREAMS s 0");
    BOOST_TEST(sent([](auto& db) {
                   db.xread({{"s", "$"}}, {.block = 100ms});
               }) == "XREAD BLOCK 100 STREAMS s $");
    BOOST_TEST(sent([](auto& db) {
                   db.xreadgroup("g", "c", {{"s", ">"}}, {.noack = true});
               }) == "XREADGROUP GROUP g c NOACK STREAMS s >");
    BOOST_TEST(sent([](auto& db) { db.xack("s", "g", "1-1"); }) == "XACK s g 1-1");
    BOOST_TEST(sent([](auto& db) { db.xgroup_create("s", "g", "0", true); }) ==
               "XGROUP CREATE s g 0 MKSTREAM");
    BOOST_TEST(sent([](auto& db) { db.xgroup_destroy("s", "g"); }) == "XGROUP DESTROY s g");
    BOOST_TEST(sent([](auto& db) { db.xautoclaim("s", "g", "c", 1min); }) ==
               "XAUTOCLAIM s g c 60000 0-0");
    BOOST_TEST(sent([](auto& db) { db.blpop(two, 1500ms); }) == "BLPOP a b 1.5");
    BOOST_TEST(sent([](auto& db) { db.brpop("k", 0s); }) == "BRPOP k 0");
    BOOST_TEST(sent([](auto& db) { db.blmove("a", "b", "LEFT", "RIGHT", 1s); }) ==
               "BLMOVE a b LEFT RIGHT 1");
    BOOST_TEST(sent([](auto& db) { db.brpoplpush("a", "b", 1s); }) == "BRPOPLPUSH a b 1");
    BOOST_TEST(sent([](auto& db) { db.bzpopmin("k", 1s); }) == "BZPOPMIN k 1");
    BOOST_TEST(sent([](auto& db) { db.bzpopmax(two, 1s); }) == "BZPOPMAX a b 1");
    BOOST_TEST(sent([](auto& db) { db.sscan("k"); }) == "SSCAN k 0");
    BOOST_TEST(sent([](auto& db) { db.hscan("k", 3, {.match = "a*", .count = 5}); }) ==
               "HSCAN k 3 MATCH a* COUNT 5");
    BOOST_TEST(sent([](auto& db) { db.zscan("k"); }) == "ZSCAN k 0");
}

BOOST_AUTO_TEST_CASE(consumer_groups) {
    BOOST_TEST(sent([](auto& db) { db.xgroup_setid("s", "g", "0"); }) == "XGROUP SETID s g 0");
    BOOST_TEST(sent([](auto& db) { db.xgroup_createconsumer("s", "g", "c"); }) ==
               "XGROUP CREATECONSUMER s g c");
    BOOST_TEST(sent([](auto& db) { db.xgroup_delconsumer("s", "g", "c"); }) ==
               "XGROUP DELCONSUMER s g c");
    BOOST_TEST(sent([](auto& db) { db.xpending("s", "g"); }) == "XPENDING s g");
    BOOST_TEST(sent([](auto& db) { db.xpending_range("s", "g", 9); }) == "XPENDING s g - + 9");
    BOOST_TEST(sent([](auto& db) { db.xpending_range("s", "g", 9, "1", "2", "c", 1s); }) ==
               "XPENDING s g IDLE 1000 1 2 9 c");
    BOOST_TEST(sent([](auto& db) { db.xclaim("s", "g", "c", 1s, two); }) ==
               "XCLAIM s g c 1000 a b");
    BOOST_TEST(sent([](auto& db) { db.xinfo_stream("s"); }) == "XINFO STREAM s");
    BOOST_TEST(sent([](auto& db) { db.xinfo_groups("s"); }) == "XINFO GROUPS s");
    BOOST_TEST(sent([](auto& db) { db.xinfo_consumers("s", "g"); }) == "XINFO CONSUMERS s g");
}

BOOST_AUTO_TEST_CASE(what_cyclone_redis_calls_otherwise_and_functions) {
    BOOST_TEST(sent([](auto& db) { db.hincr("h", "f"); }) == "HINCRBY h f 1");
    BOOST_TEST(sent([](auto& db) { db.hdecr("h", "f"); }) == "HINCRBY h f -1");
    BOOST_TEST(sent([](auto& db) { db.zincr("z", "m"); }) == "ZINCRBY z 1 m");
    BOOST_TEST(sent([](auto& db) { db.zdecr("z", "m"); }) == "ZINCRBY z -1 m");
    BOOST_TEST(sent([](auto& db) { db.zintercard(two); }) == "ZINTERCARD 2 a b");
    BOOST_TEST(sent([](auto& db) { db.zrangestore("to", "z", 0, -1); }) == "ZRANGESTORE to z 0 -1");
    BOOST_TEST(sent([](auto& db) { db.fcall("f", two, std::array{1}); }) == "FCALL f 2 a b 1");
    BOOST_TEST(sent([](auto& db) { db.function_load("code", true); }) ==
               "FUNCTION LOAD REPLACE code");
}

BOOST_AUTO_TEST_CASE(newer_commands_to_the_server) {
    BOOST_TEST(sent([](auto& db) { db.script_flush(); }) == "SCRIPT FLUSH");
    BOOST_TEST(sent([](auto& db) { db.script_exists(two); }) == "SCRIPT EXISTS a b");
    BOOST_TEST(sent([](auto& db) { db.script_kill(); }) == "SCRIPT KILL");
    BOOST_TEST(sent([](auto& db) { db.pubsub_channels(); }) == "PUBSUB CHANNELS *");
    BOOST_TEST(sent([](auto& db) { db.pubsub_numsub(two); }) == "PUBSUB NUMSUB a b");
    BOOST_TEST(sent([](auto& db) { db.pubsub_numpat(); }) == "PUBSUB NUMPAT");
    BOOST_TEST(sent([](auto& db) { db.client_id(); }) == "CLIENT ID");
    BOOST_TEST(sent([](auto& db) { db.client_getname(); }) == "CLIENT GETNAME");
    BOOST_TEST(sent([](auto& db) { db.client_kill("1.1.1.1:1"); }) == "CLIENT KILL 1.1.1.1:1");
    BOOST_TEST(sent([](auto& db) { db.config_resetstat(); }) == "CONFIG RESETSTAT");
    BOOST_TEST(sent([](auto& db) { db.config_rewrite(); }) == "CONFIG REWRITE");
    BOOST_TEST(sent([](auto& db) { db.save(); }) == "SAVE");
    BOOST_TEST(sent([](auto& db) { db.bgsave(); }) == "BGSAVE");
    BOOST_TEST(sent([](auto& db) { db.bgrewriteaof(); }) == "BGREWRITEAOF");
    BOOST_TEST(sent([](auto& db) { db.lastsave(); }) == "LASTSAVE");
    BOOST_TEST(sent([](auto& db) { db.wait(1, 500ms); }) == "WAIT 1 500");
    BOOST_TEST(sent([](auto& db) { db.memory_usage("k"); }) == "MEMORY USAGE k");
    BOOST_TEST(sent([](auto& db) { db.slowlog_len(); }) == "SLOWLOG LEN");
    BOOST_TEST(sent([](auto& db) { db.slowlog_get(); }) == "SLOWLOG GET 10");
    BOOST_TEST(sent([](auto& db) { db.slowlog_reset(); }) == "SLOWLOG RESET");
    BOOST_TEST(sent([](auto& db) { db.acl_whoami(); }) == "ACL WHOAMI");
    BOOST_TEST(sent([](auto& db) { db.role(); }) == "ROLE");
    BOOST_TEST(sent([](auto& db) { db.replicaof("h", 1); }) == "REPLICAOF h 1");
    BOOST_TEST(sent([](auto& db) { db.replicaof_no_one(); }) == "REPLICAOF NO ONE");
}

BOOST_AUTO_TEST_CASE(commands_of_redis_6_and_7) {
    BOOST_TEST(sent([](auto& db) {
                   db.bitfield(
                       "k",
                       redis::BitField().set("u8", "#1", 5).overflow("FAIL").incrby("i5", 100, -1));
               }) == "BITFIELD k SET u8 #1 5 OVERFLOW FAIL INCRBY i5 100 -1");
    BOOST_TEST(sent([](auto& db) { db.bitfield_ro("k", redis::BitField().get("u8", 0)); }) ==
               "BITFIELD_RO k GET u8 0");
    BOOST_TEST(sent([](auto& db) { db.lmpop(two, "LEFT", 3); }) == "LMPOP 2 a b LEFT COUNT 3");
    BOOST_TEST(sent([](auto& db) { db.zmpop(two, "MIN"); }) == "ZMPOP 2 a b MIN COUNT 1");
    BOOST_TEST(sent([](auto& db) { db.blmpop(two, "LEFT", 1s); }) == "BLMPOP 1 2 a b LEFT COUNT 1");
    BOOST_TEST(sent([](auto& db) { db.bzmpop(two, "MAX", 500ms, 2); }) ==
               "BZMPOP 0.5 2 a b MAX COUNT 2");
    BOOST_TEST(sent([](auto& db) {
                   db.sort_ro("k", {.by = "w_*", .limit = redis::Limit{1, 2}, .get = {"#", "n_*"}});
               }) == "SORT_RO k BY w_* LIMIT 1 2 GET # GET n_*");
    BOOST_TEST(sent([](auto& db) { db.sort_store("to", "k", {.descending = true}); }) ==
               "SORT k DESC STORE to");
    BOOST_TEST(sent([](auto& db) { db.geosearchstore("to", "k", "m", 5, "km", 3, true); }) ==
               "GEOSEARCHSTORE to k FROMMEMBER m BYRADIUS 5 km ASC COUNT 3 STOREDIST");
    BOOST_TEST(sent([](auto& db) { db.client_pause(2s); }) == "CLIENT PAUSE 2000 WRITE");
    BOOST_TEST(sent([](auto& db) { db.client_unblock(7, true); }) == "CLIENT UNBLOCK 7 ERROR");
    BOOST_TEST(sent([](auto& db) { db.acl_setuser("u", "on", ">p"); }) == "ACL SETUSER u on >p");
    BOOST_TEST(sent([](auto& db) { db.spublish("c", "m"); }) == "SPUBLISH c m");
}

BOOST_AUTO_TEST_SUITE_END()
