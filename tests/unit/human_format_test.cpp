#include <cstdint>
#include <limits>

#include <boost/test/unit_test.hpp>

#include <redislive/api/util/human_format.hpp>
#include <tests/golden/golden_lines.hpp>

BOOST_AUTO_TEST_SUITE(human_format)

using namespace redislive;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(numbers_and_durations_are_written_as_the_original_writes_them) {
    int compared = 0;
    for (const auto& line : golden::read_lines("format.jsonl")) {
        const std::int64_t in = line.at("in").as_int64();
        const bool number = line.at("what").as_string() == "number";
        BOOST_TEST((number ? human_number(in) : human_duration(std::chrono::seconds(in))) ==
                       golden::text_of(line, "out"),
                   boost::json::serialize(line));
        ++compared;
    }
    BOOST_TEST(compared == 82);
}

BOOST_AUTO_TEST_CASE(a_half_is_rounded_up) {
    BOOST_TEST(human_number(1050) == "1.1K");
    BOOST_TEST(human_number(999'950) == "1M");
    BOOST_TEST(human_duration(3597s) == "1h");
    BOOST_TEST(human_duration(86'220s) == "1d");
}

BOOST_AUTO_TEST_CASE(negative_and_huge_numbers_are_written_too) {
    BOOST_TEST(human_number(-1) == "-1");
    BOOST_TEST(human_number(-1500) == "-1.5K");
    BOOST_TEST(human_number(std::numeric_limits<std::int64_t>::max()) == "9223372T");
    BOOST_TEST(human_number(std::numeric_limits<std::int64_t>::min()) == "-9223372T");
    BOOST_TEST(human_duration(-5s) == "0 sec");
    BOOST_TEST(human_duration(std::chrono::seconds::max()) == "106751991167300.6d");
}

BOOST_AUTO_TEST_SUITE_END()
