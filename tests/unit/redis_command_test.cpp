#include <array>
#include <cstdlib>
#include <map>
#include <random>
#include <vector>

#include <hiredis/hiredis.h>
#include <boost/test/unit_test.hpp>

#include <cyclone/redis/command.hpp>

BOOST_AUTO_TEST_SUITE(redis_command)

namespace redis = cyclone::redis;
using namespace std::string_literals;

namespace {

template <class... Args>
std::string encoded(const Args&... args) {
    std::string out;
    redis::append_command(out, args...);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_command_is_an_array_of_binary_safe_strings) {
    BOOST_TEST(encoded("SET", "k", std::string("\0\r\n", 3)) ==
               "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$3\r\n\0\r\n\r\n"s);
}

BOOST_AUTO_TEST_CASE(numbers_are_written_exactly) {
    BOOST_TEST(encoded("X", -1, 18446744073709551615ULL, 0.1, 1e300, true, 'c') ==
               encoded("X", "-1", "18446744073709551615", "0.1", "1e+300", "1", "c"));
}

BOOST_AUTO_TEST_CASE(ranges_maps_tuples_and_optionals_are_flattened) {
    const std::map<std::string, int> map{{"a", 1}, {"b", 2}};
    BOOST_TEST(encoded("HSET", "h", map) == encoded("HSET", "h", "a", "1", "b", "2"));
    BOOST_TEST(encoded("DEL", std::vector<std::string>{"a", "b"}) == encoded("DEL", "a", "b"));
    BOOST_TEST(encoded("X", std::tuple{"a", 2}, std::optional<int>{}, std::optional<int>{3}) ==
               encoded("X", "a", "2", "3"));
    BOOST_TEST(encoded("DEL", std::vector<std::string>{}) == encoded("DEL"));
}

BOOST_AUTO_TEST_CASE(a_range_of_bytes_is_one_argument) {
    const std::array<std::byte, 3> bytes{std::byte{0}, std::byte{255}, std::byte{10}};
    BOOST_TEST(encoded("SET", "k", bytes) == encoded("SET", "k", std::string("\0\xff\n", 3)));
}

BOOST_AUTO_TEST_CASE(the_bytes_are_those_of_hiredis) {
    std::mt19937 random(7);
    for (int round = 0; round < 500; ++round) {
        std::vector<std::string> arguments(1 + random() % 6);
        for (std::string& argument : arguments) {
            argument.resize(random() % 40);
            for (char& c : argument) {
                c = static_cast<char>(random());
            }
        }
        std::vector<const char*> pointers;
        std::vector<std::size_t> lengths;
        for (const std::string& argument : arguments) {
            pointers.push_back(argument.data());
            lengths.push_back(argument.size());
        }
        char* formatted = nullptr;
        const int length = redisFormatCommandArgv(&formatted, static_cast<int>(pointers.size()),
                                                  pointers.data(), lengths.data());
        BOOST_REQUIRE(length > 0);
        BOOST_TEST(encoded(arguments) == std::string(formatted, static_cast<std::size_t>(length)));
        redisFreeCommand(formatted);
    }
}

BOOST_AUTO_TEST_CASE(commands_that_change_the_mode_of_a_connection_are_refused_with_the_way_to_go) {
    BOOST_TEST(redis::reason_to_refuse("subscribe").find("redis::Subscriber") != std::string::npos);
    BOOST_TEST(redis::reason_to_refuse("MONITOR").find("redis::Monitor") != std::string::npos);
    BOOST_TEST(redis::reason_to_refuse("Exec").find("commit()") != std::string::npos);
    BOOST_TEST(redis::reason_to_refuse("PUNSUBSCRIBE").find("redis::Subscriber") !=
               std::string::npos);
    for (const auto* name : {"GET", "SET", "PUBLISH", "EVAL", "MEMORY", "EXECUTE", "HGETALL", ""}) {
        BOOST_TEST(redis::reason_to_refuse(name) == "", name);
    }
}

BOOST_AUTO_TEST_SUITE_END()
