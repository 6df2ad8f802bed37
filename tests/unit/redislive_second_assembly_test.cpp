#include <cstdint>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <redislive/collector/second_assembly.hpp>
#include <redislive/collector/server_clock.hpp>

BOOST_AUTO_TEST_SUITE(redislive_second_assembly)

using namespace redislive;

namespace {

constexpr std::int64_t second = 1'000'000;

/// The line that a server writes at `time` (microseconds) for `GET key`.
void add_get(SecondAssembly& assembly, std::int64_t time, const std::string& key) {
    MonitorEvent event;
    const std::string fraction = std::to_string(second + time % second).substr(1);
    const std::string line = std::to_string(time / second) + "." + fraction +
                             " [0 127.0.0.1:5000] \"get\" \"" + key + "\"";
    BOOST_REQUIRE(parse_monitor_line(line, event) == MonitorLineError::none);
    assembly.add_event(event);
}

boost::json::object info_of(std::int64_t used) {
    return {{"used_memory", used}, {"used_memory_peak", used + 1}};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_second_is_finished_when_the_stream_has_passed_it) {
    SecondAssembly assembly;
    add_get(assembly, 1000 * second + 999'999, "a");
    assembly.end_of_batch(1000 * second + 999'999);
    BOOST_TEST(assembly.take_finished(1000 * second + 999'999).empty());
    add_get(assembly, 1001 * second, "b");
    assembly.end_of_batch(1001 * second);
    const auto records = assembly.take_finished(1001 * second);
    BOOST_REQUIRE(records.size() == 1);
    BOOST_TEST(records[0].epoch == 1000);
    BOOST_TEST(records[0].total == 1);
    BOOST_TEST((records[0].commands == std::vector<NameCount>{{"GET", 1}}));
    BOOST_TEST((records[0].keys == std::vector<NameCount>{{"a", 1}}));
}

BOOST_AUTO_TEST_CASE(a_second_without_a_successor_is_finished_by_the_clock) {
    SecondAssembly assembly;
    add_get(assembly, 1000 * second, "a");
    assembly.end_of_batch(1000 * second);
    BOOST_TEST(assembly.take_finished(1001 * second + SecondAssembly::lag - 1).empty());
    BOOST_TEST(assembly.take_finished(1001 * second + SecondAssembly::lag).size() == 1);
    BOOST_TEST(assembly.take_finished(1009 * second).empty());
}

BOOST_AUTO_TEST_CASE(seconds_are_those_of_the_server_whose_clock_is_ahead) {
    SecondAssembly assembly;
    const std::int64_t ahead = 3600 * second;
    add_get(assembly, ahead + 1000 * second, "a");
    assembly.end_of_batch(1000 * second);
    BOOST_TEST(assembly.server_time(1000 * second + 1) == ahead + 1000 * second + 1);
    BOOST_TEST(assembly.take_finished(1001 * second).empty());
    const auto records = assembly.take_finished(1001 * second + SecondAssembly::lag);
    BOOST_REQUIRE(records.size() == 1);
    BOOST_TEST(records[0].epoch == 4600);
}

BOOST_AUTO_TEST_CASE(a_command_that_comes_late_is_counted_in_another_record_of_its_second) {
    SecondAssembly assembly;
    add_get(assembly, 1000 * second, "a");
    assembly.end_of_batch(1000 * second);
    BOOST_TEST(assembly.take_finished(1002 * second).size() == 1);
    add_get(assembly, 1000 * second + 5, "a");
    assembly.end_of_batch(1002 * second);
    const auto records = assembly.take_finished(1002 * second);
    BOOST_REQUIRE(records.size() == 1);
    BOOST_TEST(records[0].epoch == 1000);
    BOOST_TEST(records[0].total == 1);
    BOOST_TEST(assembly.commands() == 2);
}

BOOST_AUTO_TEST_CASE(info_stands_with_the_counts_of_its_second) {
    SecondAssembly assembly;
    add_get(assembly, 1000 * second, "a");
    assembly.end_of_batch(1000 * second);
    assembly.add_info(info_of(77), 1000 * second + 500'000);
    const auto records = assembly.take_finished(1002 * second);
    BOOST_REQUIRE(records.size() == 1);
    BOOST_TEST(records[0].total == 1);
    BOOST_TEST(records[0].used_memory.value() == 77);
    BOOST_TEST(records[0].used_memory_peak.value() == 78);
    BOOST_TEST((records[0].info.value() == info_of(77)));
}

BOOST_AUTO_TEST_CASE(an_idle_server_has_records_of_its_memory_in_order) {
    SecondAssembly assembly;
    assembly.add_info(info_of(1), 1000 * second + 500'000);
    assembly.add_info(info_of(2), 1001 * second + 500'000);
    add_get(assembly, 1002 * second, "a");
    assembly.end_of_batch(1002 * second);
    add_get(assembly, 1003 * second, "a");
    assembly.end_of_batch(1003 * second);
    std::vector<std::int64_t> epochs;
    for (const auto& record : assembly.take_finished(1003 * second + SecondAssembly::lag)) {
        epochs.push_back(record.epoch);
    }
    BOOST_TEST((epochs == std::vector<std::int64_t>{1000, 1001, 1002}));
    BOOST_TEST(assembly.take_all().size() == 1);
    BOOST_TEST(assembly.take_all().empty());
}

BOOST_AUTO_TEST_CASE(a_clock_that_jumps_about_costs_no_command) {
    SecondAssembly assembly({.seconds = 4});
    std::int64_t total = 0;
    for (int i = 0; i < 50; ++i) {
        add_get(assembly, (1000 - i) * second, "a");
        assembly.end_of_batch(1000 * second);
        for (const auto& record : assembly.take_finished(1000 * second)) {
            total += record.total;
        }
    }
    for (const auto& record : assembly.take_all()) {
        total += record.total;
    }
    BOOST_TEST(total == 50);
}

BOOST_AUTO_TEST_CASE(what_arrives_late_does_not_set_the_servers_clock_back) {
    ServerClock clock;
    BOOST_TEST(clock.at(5) == 5);
    clock.observe(100 * second, 101 * second);
    clock.observe(101 * second, 109 * second);
    BOOST_TEST(clock.at(110 * second) == 109 * second);
}

BOOST_AUTO_TEST_CASE(a_servers_clock_that_is_set_back_is_followed_within_a_minute) {
    ServerClock clock;
    clock.observe(3700 * second, 100 * second);
    for (std::int64_t now = 101; now <= 162; ++now) {
        clock.observe(now * second, now * second);
    }
    BOOST_TEST(clock.at(162 * second) == 162 * second);
}

BOOST_AUTO_TEST_SUITE_END()
