#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <cyclone/redis/command.hpp>
#include <cyclone/redis/command_table.hpp>
#include <cyclone/redis/command_words.hpp>

BOOST_AUTO_TEST_SUITE(redis_command_words)

namespace redis = cyclone::redis;

namespace {

/// The words of `line`, as they are on the wire.
std::string encoded(std::string_view line) {
    std::vector<std::string> words(1);
    for (const char c : line) {
        if (c == ' ') {
            words.emplace_back();
        } else {
            words.back() += c;
        }
    }
    std::string wire;
    redis::append_command(wire, words);
    return wire;
}

std::string keys(std::string_view line) {
    const std::string wire = encoded(line);
    std::string all;
    for (const std::string_view key : redis::keys_of(redis::words_of(wire))) {
        all += (all.empty() ? "" : " ") + std::string(key);
    }
    return all;
}

bool repeatable(std::string_view line) {
    const std::string wire = encoded(line);
    return redis::is_repeatable(redis::words_of(wire));
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_encoded_command_comes_apart_into_what_it_was_made_of) {
    std::string wire;
    redis::append_command(wire, "SET", std::string_view("\r\n$3\0", 5), "");
    const auto words = redis::words_of(wire);
    BOOST_REQUIRE(words.size() == 3U);
    BOOST_TEST(words[0] == "SET");
    BOOST_TEST((words[1] == std::string_view("\r\n$3\0", 5)));
    BOOST_TEST(words[2].empty());
    redis::append_command(wire, "GET", "x");
    BOOST_TEST(redis::words_of(wire).size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_command_is_found_in_any_letters_and_with_its_subcommand) {
    BOOST_TEST(redis::find_command("get")->name == "GET");
    BOOST_TEST(redis::find_command("Get", "key")->name == "GET");
    BOOST_TEST(redis::find_command("config", "gEt")->name == "CONFIG GET");
    BOOST_TEST(redis::find_command("config", "nosuch")->name == "CONFIG");
    BOOST_TEST((redis::find_command("config", "get")->since == "2.0.0"));
    BOOST_TEST((redis::find_command("NOSUCH") == nullptr));
    BOOST_TEST((redis::find_command("") == nullptr));
    BOOST_TEST((redis::find_command("ZZZ") == nullptr));
    BOOST_TEST(redis::find_command("ZADD")->is(redis::CommandInfo::writes));
    for (std::size_t i = 1; i < redis::command_table().size(); ++i) {
        BOOST_TEST((redis::command_table()[i - 1].name < redis::command_table()[i].name), i);
    }
}

BOOST_AUTO_TEST_CASE(keys_are_found_wherever_a_command_has_them) {
    BOOST_TEST(keys("GET k") == "k");
    BOOST_TEST(keys("get k") == "k");
    BOOST_TEST(keys("MGET a b c") == "a b c");
    BOOST_TEST(keys("MSET a 1 b 2") == "a b");
    BOOST_TEST(keys("BLPOP a b 0") == "a b");
    BOOST_TEST(keys("EVAL script 2 a b c") == "a b");
    BOOST_TEST(keys("EVAL script 0 x") == "");
    BOOST_TEST(keys("EVAL script 9 a") == "a");
    BOOST_TEST(keys("ZUNIONSTORE to 2 a b WEIGHTS 1 2") == "to a b");
    BOOST_TEST(keys("XREAD COUNT 2 STREAMS a b 0 0") == "a b");
    BOOST_TEST(keys("XREADGROUP GROUP g c streams a >") == "a");
    BOOST_TEST(keys("XINFO GROUPS s") == "s");
    BOOST_TEST(keys("OBJECT ENCODING k") == "k");
    BOOST_TEST(keys("BITOP AND to a b") == "to a b");
    BOOST_TEST(keys("RENAME a b") == "a b");
    BOOST_TEST(keys("SORT a STORE b") == "a");
    BOOST_TEST(keys("GEORADIUS k 1 2 3 m STORE to") == "k to");
    BOOST_TEST(keys("MIGRATE h 1 k 0 5") == "k");
    BOOST_TEST(keys("WATCH a b") == "a b");
    BOOST_TEST(keys("PING") == "");
    BOOST_TEST(keys("GET") == "");
    BOOST_TEST(keys("NOSUCH k") == "");
    BOOST_TEST(keys("CONFIG GET k") == "");
}

BOOST_AUTO_TEST_CASE(only_what_may_run_twice_is_repeatable) {
    for (const auto* line : {"GET k", "hgetall k", "SET k v", "SET k v EX 5", "MSET a 1", "PING",
                             "SETEX k 1 v", "INFO", "SCRIPT LOAD x", "SCAN 0"}) {
        BOOST_TEST(repeatable(line), line);
    }
    for (const auto* line :
         {"INCR k", "LPUSH k v", "SET k v NX", "set k v get", "SETNX k v", "DEL k", "EVAL x 0",
          "XREADGROUP GROUP g c STREAMS a >", "XREAD STREAMS a 0", "BLPOP k 0", "GETDEL k",
          "NOSUCH k", "PUBLISH c m", "SCRIPT KILL", "SET k"}) {
        BOOST_TEST(!repeatable(line), line);
    }
}

BOOST_AUTO_TEST_SUITE_END()
