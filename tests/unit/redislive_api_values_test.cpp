#include <chrono>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <redislive/api/util/display_name.hpp>
#include <redislive/api/util/rows.hpp>
#include <redislive/api/util/time_range.hpp>
#include <redislive/api/util/time_zone_name.hpp>
#include <redislive/api/util/trusted_host.hpp>

#include "tests/unit/time_zone.hpp"

BOOST_AUTO_TEST_SUITE(redislive_api_values)

using namespace redislive;
using namespace std::chrono_literals;

namespace {

using Text = std::optional<std::string>;

TimeRange range(const Text& from, const Text& to) {
    const auto parsed = parse_time_range(from, to, 2'000'000'000, 120s);
    BOOST_REQUIRE_MESSAGE(parsed, parsed.error());
    return *parsed;
}
std::string refusal(const Text& from, const Text& to) {
    return parse_time_range(from, to, 2'000'000'000, 120s).error();
}

}  // namespace

BOOST_AUTO_TEST_CASE(without_from_and_to_the_range_is_the_usual_one_up_to_now) {
    BOOST_TEST((range(std::nullopt, std::nullopt) == TimeRange{1'999'999'880, 2'000'000'000}));
}

BOOST_AUTO_TEST_CASE(the_ends_of_a_range_are_dates_or_epochs) {
    const TimeZone zone("America/Sao_Paulo");
    const TimeRange noon{1'773'154'800, 1'773'154'801};
    BOOST_TEST((range("2026-03-10T12:00:00", "2026-03-10 12:00:01") == noon));
    BOOST_TEST((range("2026-03-10T15:00:00Z", "1773154801") == noon));
    BOOST_TEST((range("100000000", "100000000") == TimeRange{100'000'000, 100'000'000}));
}

BOOST_AUTO_TEST_CASE(a_bad_range_is_refused_with_a_sentence) {
    BOOST_TEST(refusal("yesterday", "1773154801").starts_with("from: \"yesterday\" is no time"));
    BOOST_TEST(refusal("1773154801", "").starts_with("to: \"\" is no time"));
    BOOST_TEST(refusal("12345678", "1773154801").starts_with("from: \"12345678\" is no time"));
    BOOST_TEST(refusal("1773154801", "1773154800") == "the range is reversed: from is after to");
    BOOST_TEST(refusal("1773154801", std::nullopt) ==
               "to is missing: give both ends of the range, or neither");
    BOOST_TEST(refusal(std::nullopt, "1773154801").starts_with("from is missing"));
    BOOST_TEST(refusal("0000000000", "9999999999").find("hundred years") != std::string::npos);
    BOOST_TEST(refusal("0000000000", "99999999999999999999999").find("9999") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_name_that_can_be_shown_is_utf8_without_control_characters) {
    for (const std::string name : {"", "user:1", "a b", "\\x00", "\xc3\xa9", "\xf0\x9f\x90\xb3",
                                   "<img src=x onerror=alert(1)>", "\"quoted\""}) {
        BOOST_TEST(is_displayable(name), name);
    }
    for (const std::string name :
         {"\n", "a\tb", "\x7f", "\xff", "\xc3", "\xc2\x85", "\xed\xa0\x80", "\xf5\x80\x80\x80"}) {
        BOOST_TEST(!is_displayable(name), name);
    }
    BOOST_TEST(!is_displayable(std::string(1, '\0')));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_shown_is_escaped_and_nothing_else) {
    BOOST_TEST(display_name(std::string("a\0b", 3)) == "a\\x00b");
    BOOST_TEST(display_name("line\nend\\") == "line\\x0aend\\\\");
    BOOST_TEST(display_name("\xc3\xa9\xff\xc3") == "\xc3\xa9\\xff\\xc3");
    BOOST_TEST(display_name("\xc2\x85") == "\\xc2\\x85");
}

BOOST_AUTO_TEST_CASE(rows_are_those_of_the_original_unless_asked_otherwise) {
    const TimeZone zone("UTC");
    const auto text = [](const boost::json::array& rows) { return boost::json::serialize(rows); };
    const std::vector<CommandStat> stats = {{1'773'144'000, 475}};
    BOOST_TEST(text(to_rows(stats, RowTime::fields)) == "[[[2026,3,10,12,0,0,1],475]]");
    BOOST_TEST(text(to_rows(stats, RowTime::epoch)) == "[[1773144000,475]]");
    const std::vector<MemorySample> samples = {{1'773'144'000, 1, 2}};
    BOOST_TEST(text(to_rows(samples, RowTime::fields)) == "[[[2026,3,10,12,0,0,1],2,1]]");
    const std::vector<NameCount> counts = {{"a\nb", 3}, {"\xff", 2}, {"c", 1}};
    BOOST_TEST(text(to_rows(counts, RowName::plain)) == R"([["a\nb",3],["\\xff",2],["c",1]])");
    BOOST_TEST(text(to_rows(counts, RowName::safe)) ==
               R"([["a\\x0ab",3,true],["\\xff",2,true],["c",1]])");
    BOOST_TEST(text(to_rows(std::vector<Gap>{{5, 7}})) == "[[5,7]]");
}

BOOST_AUTO_TEST_CASE(the_zone_is_named_as_in_the_zone_database) {
    {
        const TimeZone zone("America/Sao_Paulo");
        BOOST_TEST(time_zone_name() == "America/Sao_Paulo");
    }
    {
        const TimeZone zone("UTC");
        BOOST_TEST(time_zone_name() == "UTC");
    }
    const TimeZone zone("<-03>3");
    BOOST_TEST(time_zone_name() == "");
}

BOOST_AUTO_TEST_CASE(the_loopback_has_few_names) {
    for (const char* host : {"localhost", "LocalHost:8888", "127.0.0.1:8888", "127.1.2.3", "[::1]",
                             "[::1]:8888", "redis.localhost:1"}) {
        BOOST_TEST(is_loopback_host(host), host);
    }
    for (const char* host : {"", "example.org", "127.0.0.1.example.org", "localhost.example.org",
                             "evillocalhost", "10.0.0.1:8888", "[fe80::1]", "0.0.0.0"}) {
        BOOST_TEST(!is_loopback_host(host), host);
    }
    BOOST_TEST(is_loopback_address("::1"));
    BOOST_TEST(!is_loopback_address(""));
}

BOOST_AUTO_TEST_SUITE_END()
