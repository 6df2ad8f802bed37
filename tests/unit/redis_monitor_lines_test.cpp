#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <cyclone/redis/monitor_lines.hpp>

BOOST_AUTO_TEST_SUITE(redis_monitor_lines)

namespace redis = cyclone::redis;

namespace {

/// Feeds `bytes` in pieces of `size` and gives copies of all lines.
std::vector<std::string> lines_of(redis::MonitorLines& lines, std::string_view bytes,
                                  std::size_t size) {
    std::vector<std::string> all;
    while (!bytes.empty()) {
        const std::string_view piece = bytes.substr(0, size);
        bytes.remove_prefix(piece.size());
        const auto space = lines.prepare(piece.size());
        std::memcpy(space.data(), piece.data(), piece.size());
        for (const std::string_view line : lines.scan(piece.size())) {
            all.emplace_back(line);
        }
    }
    return all;
}

using Lines = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_CASE(lines_are_the_same_whatever_the_pieces) {
    const std::string bytes = "+OK\r\n+1.5 [0 a] \"GET\" \"k\"\r\n+\r\n+last\r\n+incomplete";
    const Lines wanted{"OK", "1.5 [0 a] \"GET\" \"k\"", "", "last"};
    for (std::size_t size = 1; size <= bytes.size(); ++size) {
        redis::MonitorLines lines;
        const Lines read = lines_of(lines, bytes, size);
        BOOST_TEST(read == wanted, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(a_line_longer_than_the_limit_is_cut_and_the_next_is_whole) {
    const std::string bytes = "+" + std::string(100, 'a') + "\r\n+next\r\n";
    const Lines wanted{std::string(10, 'a'), "next"};
    for (std::size_t size = 1; size <= bytes.size(); ++size) {
        redis::MonitorLines lines(10);
        const Lines read = lines_of(lines, bytes, size);
        BOOST_TEST(read == wanted, boost::test_tools::per_element());
        BOOST_TEST(lines.cut() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(a_line_just_as_long_as_the_limit_is_not_cut) {
    const std::string bytes = "+" + std::string(10, 'a') + "\r\n+b\r\n";
    const Lines wanted{std::string(10, 'a'), "b"};
    for (std::size_t size = 1; size <= bytes.size(); ++size) {
        redis::MonitorLines lines(10);
        BOOST_TEST(lines_of(lines, bytes, size) == wanted, boost::test_tools::per_element());
        BOOST_TEST(lines.cut() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(a_cut_line_is_not_kept_in_memory) {
    redis::MonitorLines lines(1000);
    const std::string piece = "+" + std::string(4096, 'a');
    for (int i = 0; i < 1000; ++i) {
        const auto space = lines.prepare(piece.size());
        BOOST_TEST(space.size() < 64U * 1024);
        std::memcpy(space.data(), piece.data(), piece.size());
        lines.scan(piece.size());
    }
}

BOOST_AUTO_TEST_CASE(an_error_of_the_server_is_told_in_its_words) {
    redis::MonitorLines lines;
    BOOST_TEST(lines_of(lines, "-NOAUTH Authentication required.\r\n", 7).empty());
    BOOST_TEST(lines.error() == "NOAUTH Authentication required.");
    lines.reset();
    BOOST_TEST(lines_of(lines, "$3\r\nabc\r\n", 100).empty());
    BOOST_TEST(lines.error() == "it sent something that is no line of MONITOR");
}

BOOST_AUTO_TEST_SUITE_END()
