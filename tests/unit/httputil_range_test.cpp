#include <string>

#include <boost/test/unit_test.hpp>

#include <cyclone/httputil/range.hpp>

BOOST_AUTO_TEST_SUITE(ranges)

namespace httputil = cyclone::httputil;
using httputil::RangeOutcome;

namespace {

/// "0-4 6-9", "ignore", "unsatisfiable" or "none", for ten bytes.
std::string resolved(std::optional<std::string_view> header, std::uint64_t size = 10) {
    const auto result = httputil::resolve_range(header, size);
    switch (result.outcome) {
        case RangeOutcome::none:
            return "none";
        case RangeOutcome::ignore:
            return "ignore";
        case RangeOutcome::unsatisfiable:
            return "unsatisfiable";
        case RangeOutcome::ranges:
            break;
    }
    std::string text;
    for (const auto& range : result.ranges) {
        text += (text.empty() ? "" : " ") + std::to_string(range.first) + '-' +
                std::to_string(range.last);
    }
    return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_range_is_cut_at_the_end) {
    BOOST_TEST(resolved("bytes=0-0") == "0-0");
    BOOST_TEST(resolved("bytes=2-4") == "2-4");
    BOOST_TEST(resolved("bytes=5-") == "5-9");
    BOOST_TEST(resolved("bytes=5-100") == "5-9");
    BOOST_TEST(resolved("bytes=-3") == "7-9");
    BOOST_TEST(resolved("bytes=-30") == "0-9");
    BOOST_TEST(resolved("BYTES= 9-9 ") == "9-9");
    BOOST_TEST(resolved("bytes=0-18446744073709551616") == "0-9");
    BOOST_TEST(resolved("bytes=-99999999999999999999999") == "0-9");
}

BOOST_AUTO_TEST_CASE(several_ranges_come_in_the_order_that_was_asked_for) {
    BOOST_TEST(resolved("bytes=0-1,4-5") == "0-1 4-5");
    BOOST_TEST(resolved("bytes=-1, ,0-1,") == "9-9 0-1");
    BOOST_TEST(resolved("bytes=0-1,20-") == "0-1");
}

BOOST_AUTO_TEST_CASE(what_lies_past_the_end_cannot_be_satisfied) {
    BOOST_TEST(resolved("bytes=10-") == "unsatisfiable");
    BOOST_TEST(resolved("bytes=-0") == "unsatisfiable");
    BOOST_TEST(resolved("bytes=10-20,30-") == "unsatisfiable");
    BOOST_TEST(resolved("bytes=0-", 0) == "unsatisfiable");
    BOOST_TEST(resolved("bytes=-5", 0) == "unsatisfiable");
    BOOST_TEST(resolved("bytes=18446744073709551616-") == "unsatisfiable");
}

BOOST_AUTO_TEST_CASE(what_is_malformed_or_of_another_unit_is_ignored) {
    BOOST_TEST(resolved(std::nullopt) == "none");
    for (const char* header :
         {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5", "bytes=5-4", "bytes=1-2-3",
          "bytes=+1-2", "bytes= 1 - 2", "lines=1-2", "bytes 1-2", "bytes=0-1,x", "bytes=0x1-2",
          "bytes=--1"}) {
        BOOST_TEST(resolved(header) == "ignore", header << " gives " << resolved(header));
    }
}

BOOST_AUTO_TEST_CASE(ranges_that_multiply_the_work_are_ignored) {
    BOOST_TEST(resolved("bytes=0-,0-") == "ignore");
    BOOST_TEST(resolved("bytes=0-5,5-6") == "ignore");
    BOOST_TEST(resolved("bytes=8-9,0-1,1-2") == "ignore");
    std::string header = "bytes=0-0";
    for (int i = 1; i < 65; ++i) {
        header += "," + std::to_string(2 * i) + "-" + std::to_string(2 * i);
    }
    BOOST_TEST(resolved(header, 1000) == "ignore");
}

BOOST_AUTO_TEST_CASE(a_content_range_names_both_ends_and_the_size) {
    BOOST_TEST(httputil::format_content_range({0, 499}, 1234) == "bytes 0-499/1234");
    BOOST_TEST(httputil::format_unsatisfied_range(1234) == "bytes */1234");
    BOOST_TEST((httputil::ByteRange{2, 4}.length()) == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
