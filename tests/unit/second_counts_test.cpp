#include <cstdint>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <redislive/collector/second_counts.hpp>
#include <tests/golden/golden_lines.hpp>

BOOST_AUTO_TEST_SUITE(second_counts)

using namespace redislive;
using Counts = std::vector<NameCount>;

namespace {

std::ostream& print(std::ostream& out, const Counts& counts) {
    for (const NameCount& entry : counts) {
        out << entry.name << '=' << entry.count << ' ';
    }
    return out;
}

void check(const Counts& counts, const Counts& expected) {
    BOOST_TEST_INFO("is " << [&] {
        std::ostringstream text;
        print(text, counts) << " - should be ";
        print(text, expected);
        return text.str();
    }());
    BOOST_TEST((counts == expected));
}

}  // namespace

BOOST_AUTO_TEST_CASE(commands_and_keys_of_a_second_are_counted_by_name) {
    SecondCounts counts;
    BOOST_TEST(counts.add(1000, "SET", "b"));
    BOOST_TEST(counts.add(1000, "GET", "a"));
    BOOST_TEST(counts.add(1000, "GET", "b"));
    BOOST_TEST(counts.add(1000, "PING", std::nullopt));
    BOOST_TEST(counts.add(1000, "GET", ""));
    BOOST_TEST(counts.add(1000, "GET", std::string_view("\0b", 2)));
    const auto seconds = counts.take_before(1001);
    BOOST_REQUIRE(seconds.size() == 1);
    BOOST_TEST(seconds[0].record.epoch == 1000);
    BOOST_TEST(seconds[0].record.total == 6);
    check(seconds[0].record.commands, {{"GET", 4}, {"PING", 1}, {"SET", 1}});
    check(seconds[0].record.keys, {{"", 1}, {std::string("\0b", 2), 1}, {"a", 1}, {"b", 2}});
    BOOST_TEST(seconds[0].commands_left_out == 0);
    BOOST_TEST(seconds[0].keys_left_out == 0);
}

BOOST_AUTO_TEST_CASE(only_the_seconds_before_are_taken_and_each_once) {
    SecondCounts counts;
    for (const std::int64_t epoch : {1003, 1001, 1002, 1001}) {
        BOOST_TEST(counts.add(epoch, "GET", "k"));
    }
    BOOST_TEST(counts.take_before(1001).empty());
    const auto seconds = counts.take_before(1003);
    BOOST_REQUIRE(seconds.size() == 2);
    BOOST_TEST(seconds[0].record.epoch == 1001);
    BOOST_TEST(seconds[0].record.total == 2);
    BOOST_TEST(seconds[1].record.epoch == 1002);
    BOOST_TEST(counts.take_before(1003).empty());
    BOOST_TEST(counts.take_all().size() == 1);
    BOOST_TEST(counts.take_all().empty());
}

BOOST_AUTO_TEST_CASE(an_event_that_comes_late_opens_its_second_again) {
    SecondCounts counts;
    BOOST_TEST(counts.add(1000, "GET", "k"));
    counts.take_before(1001);
    BOOST_TEST(counts.add(1000, "GET", "k"));
    const auto seconds = counts.take_before(1001);
    BOOST_REQUIRE(seconds.size() == 1);
    BOOST_TEST(seconds[0].record.epoch == 1000);
    BOOST_TEST(seconds[0].record.total == 1);
    check(seconds[0].record.keys, {{"k", 1}});
}

BOOST_AUTO_TEST_CASE(keys_beyond_the_limit_are_left_out_and_that_is_told) {
    SecondCounts counts({.keys = 2, .commands = 2});
    for (const char* key : {"a", "b", "c", "a", "d", "b"}) {
        BOOST_TEST(counts.add(1000, "GET", key));
    }
    BOOST_TEST(counts.add(1000, "SET", "a"));
    BOOST_TEST(counts.add(1000, "DEL", "a"));
    BOOST_TEST(counts.add(1001, "GET", "e"));
    BOOST_TEST(counts.keys_left_out() == 2);
    BOOST_TEST(counts.commands_left_out() == 1);
    const auto seconds = counts.take_all();
    BOOST_REQUIRE(seconds.size() == 2);
    BOOST_TEST(seconds[0].record.total == 8);
    check(seconds[0].record.keys, {{"a", 4}, {"b", 2}});
    check(seconds[0].record.commands, {{"GET", 6}, {"SET", 1}});
    BOOST_TEST(seconds[0].keys_left_out == 2);
    BOOST_TEST(seconds[0].commands_left_out == 1);
    check(seconds[1].record.keys, {{"e", 1}});
    BOOST_TEST(seconds[1].keys_left_out == 0);
    BOOST_TEST(counts.keys_left_out() == 2);
    for (const std::int64_t epoch : {1002, 1003}) {
        BOOST_TEST(counts.add(epoch, "GET", "a"));
    }
    for (const auto& second : counts.take_all()) {
        BOOST_TEST(second.record.total == 1);
        BOOST_TEST(second.keys_left_out == 0);
        BOOST_TEST(second.commands_left_out == 0);
    }
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_keys_of_a_second_are_kept_and_not_one_more) {
    SecondCounts counts;
    for (int i = 0; i < 100'001; ++i) {
        BOOST_REQUIRE(counts.add(1000, "GET", "key:" + std::to_string(i)));
    }
    const auto seconds = counts.take_all();
    BOOST_REQUIRE(seconds.size() == 1);
    BOOST_TEST(seconds[0].record.keys.size() == 100'000);
    BOOST_TEST(seconds[0].record.total == 100'001);
    BOOST_TEST(seconds[0].keys_left_out == 1);
}

BOOST_AUTO_TEST_CASE(the_bytes_of_all_names_are_limited_too_and_freed_with_their_second) {
    SecondCounts counts({.name_bytes = 10});
    BOOST_TEST(counts.add(1000, "GET", "1234567"));
    BOOST_TEST(counts.add(1000, "GET", "x"));
    BOOST_TEST(counts.add(1001, "GET", std::nullopt));
    BOOST_TEST(counts.keys_left_out() == 1);
    BOOST_TEST(counts.commands_left_out() == 1);
    const auto seconds = counts.take_before(1001);
    BOOST_REQUIRE(seconds.size() == 1);
    check(seconds[0].record.keys, {{"1234567", 1}});
    BOOST_TEST(counts.add(1002, "GET", "x"));
    BOOST_TEST(counts.keys_left_out() == 1);
}

BOOST_AUTO_TEST_CASE(an_event_of_one_second_too_many_is_refused_until_some_are_taken) {
    SecondCounts counts({.seconds = 2});
    BOOST_TEST(counts.add(1000, "GET", "k"));
    BOOST_TEST(counts.add(2000, "GET", "k"));
    BOOST_TEST(!counts.add(1500, "GET", "k"));
    BOOST_TEST(counts.add(1000, "GET", "k"));
    BOOST_TEST(counts.take_all().size() == 2);
    BOOST_TEST(counts.add(1500, "GET", "k"));
    BOOST_TEST(counts.take_all().size() == 1);
}

BOOST_AUTO_TEST_CASE(the_recorded_commands_one_by_one_give_the_recorded_counts) {
    std::map<std::string, SecondCounts> by_server;
    std::map<std::pair<std::string, std::int64_t>, std::map<std::string, std::int64_t>> commands;
    std::map<std::pair<std::string, std::int64_t>, std::map<std::string, std::int64_t>> keys;
    std::map<std::string, std::vector<SecondCounts::Second>> taken;
    for (const auto& line : golden::read_lines("utc/commands.jsonl")) {
        const std::string server = golden::text_of(line, "server");
        const std::int64_t epoch = line.at("epoch").as_int64();
        const std::string command = golden::text_of(line, "command");
        const std::string key = golden::text_of(line, "key");
        const std::int64_t count = line.at("count").as_int64();
        commands[{server, epoch}][command] += count;
        keys[{server, epoch}][key] += count;
        for (std::int64_t i = 0; i < count; ++i) {
            while (!by_server[server].add(epoch, command, key)) {
                for (auto& second : by_server[server].take_all()) {
                    taken[server].push_back(std::move(second));
                }
            }
        }
    }
    std::size_t compared = 0;
    for (auto& [server, counts] : by_server) {
        for (auto& second : counts.take_all()) {
            taken[server].push_back(std::move(second));
        }
        for (const auto& [record, commands_left_out, keys_left_out] : taken[server]) {
            const auto as_map = [](const Counts& list) {
                std::map<std::string, std::int64_t> result;
                for (const NameCount& entry : list) {
                    result[entry.name] = entry.count;
                }
                return result;
            };
            BOOST_TEST((as_map(record.commands) == commands[{server, record.epoch}]),
                       server << " " << record.epoch);
            BOOST_TEST((as_map(record.keys) == keys[{server, record.epoch}]),
                       server << " " << record.epoch);
            ++compared;
        }
    }
    BOOST_TEST(compared == commands.size());
    BOOST_TEST(compared > 100);
}

BOOST_AUTO_TEST_CASE(names_that_differ_in_one_bit_or_in_length_are_told_apart) {
    NameTable table;
    std::size_t names = 0;
    for (std::size_t size = 0; size < 40; ++size) {
        const std::string zeros(size, '\0');
        BOOST_TEST(table.add(zeros, 100'000, 1 << 20));
        ++names;
        for (std::size_t bit = 0; bit < size * 8; ++bit) {
            std::string name = zeros;
            name[bit / 8] = static_cast<char>(1U << bit % 8);
            BOOST_TEST(table.add(name, 100'000, 1 << 20));
            ++names;
        }
    }
    const Counts counts = table.take();
    BOOST_TEST(counts.size() == names);
    BOOST_TEST(table.bytes() == 0);
    BOOST_TEST(table.take().empty());
}

BOOST_AUTO_TEST_SUITE_END()
