#include <boost/test/unit_test.hpp>

#include <chrono>
#include <ctime>
#include <string>
#include <vector>

#include <cyclone/log.hpp>

#include "tests/unit/captured_log.hpp"
#include "tests/unit/time_zone.hpp"

BOOST_AUTO_TEST_SUITE(log_lines)

using namespace cyclone;

namespace {

std::string line(log::Level level, log::Channel channel, std::string_view message,
                 bool coloured = false) {
    std::tm local{};
    local.tm_year = 126;
    local.tm_mon = 10;
    local.tm_mday = 24;
    local.tm_hour = 15;
    local.tm_min = 4;
    local.tm_sec = 5;
    local.tm_isdst = -1;
    const auto time = std::chrono::system_clock::from_time_t(std::mktime(&local));
    return log::format_line({level, channel, time, message}, coloured);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_line_has_level_time_and_channel) {
    using enum log::Level;
    BOOST_TEST(line(info, log::Channel::access, "200 GET /") ==
               "[I 261124 15:04:05 access] 200 GET /");
    BOOST_TEST(line(debug, log::Channel::application, "x") == "[D 261124 15:04:05 app] x");
    BOOST_TEST(line(warning, log::Channel::general, "x") == "[W 261124 15:04:05 general] x");
    BOOST_TEST(line(error, log::Channel::application, "x") == "[E 261124 15:04:05 app] x");
}

BOOST_AUTO_TEST_CASE(the_time_is_local) {
    const TimeZone zone("XYZ-5:30");
    const auto epoch = std::chrono::system_clock::time_point();
    BOOST_TEST(log::format_line({log::Level::info, log::Channel::access, epoch, "x"}, false) ==
               "[I 700101 05:30:00 access] x");
}

BOOST_AUTO_TEST_CASE(on_a_terminal_the_level_has_its_colour) {
    using enum log::Level;
    BOOST_TEST(line(info, log::Channel::application, "x", true) ==
               "\x1b[32m[I 261124 15:04:05 app]\x1b[0m x");
    BOOST_TEST(line(error, log::Channel::application, "x", true).starts_with("\x1b[31m"));
}

BOOST_AUTO_TEST_CASE(nobody_writes_lines_or_colours_of_their_own) {
    BOOST_TEST(
        line(log::Level::info, log::Channel::application, "a\n[E forged] b\x1b[31m\r\x7f\t") ==
        "[I 261124 15:04:05 app] a\n    [E forged] b\\x1b[31m\\x0d\\x7f\\x09");
}

BOOST_AUTO_TEST_CASE(lines_below_the_level_are_dropped_and_a_sink_gets_the_rest) {
    const CapturedLog captured(log::Level::warning);
    log::debug("no");
    log::info("no");
    log::warning("yes");
    log::error("yes too");
    BOOST_TEST(captured.text() == "yes\nyes too");
    BOOST_TEST(!log::enabled(log::Level::info));
    log::set_level(log::Level::none);
    log::error("never");
    log::write(log::Level::none, log::Channel::general, "never");
    BOOST_TEST(captured.count("never") == 0);
}

BOOST_AUTO_TEST_CASE(the_sink_before_is_given_back) {
    const CapturedLog captured;
    int lines = 0;
    log::Sink before = log::set_sink([&lines](const log::Record&) { ++lines; });
    log::info("to the counter");
    log::set_sink(std::move(before));
    log::info("to who listened before");
    BOOST_TEST(lines == 1);
    BOOST_TEST(captured.text() == "to who listened before");
}

BOOST_AUTO_TEST_SUITE_END()
