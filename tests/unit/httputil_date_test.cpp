#include <chrono>

#include <boost/test/unit_test.hpp>

#include <cyclone/httputil/http_date.hpp>

BOOST_AUTO_TEST_SUITE(http_dates)

namespace httputil = cyclone::httputil;
using namespace std::chrono;
using namespace std::chrono_literals;

namespace {

/// Seconds since 1970, or -1 for a refusal.
std::int64_t parsed(std::string_view text, system_clock::time_point now = sys_days(2024y / 6 / 1)) {
    const auto time = httputil::parse_http_date(text, now);
    return time ? time->time_since_epoch().count() : -1;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_time_is_written_in_the_fixed_form) {
    BOOST_TEST(httputil::format_timestamp(system_clock::from_time_t(1359312200)) ==
               "Sun, 27 Jan 2013 18:43:20 GMT");
    BOOST_TEST(httputil::format_timestamp(system_clock::from_time_t(0)) ==
               "Thu, 01 Jan 1970 00:00:00 GMT");
    BOOST_TEST(httputil::format_timestamp(sys_days(2024y / 2 / 29) + 23h + 59min + 59999ms) ==
               "Thu, 29 Feb 2024 23:59:59 GMT");
    BOOST_TEST(httputil::format_timestamp(system_clock::from_time_t(-1)) ==
               "Wed, 31 Dec 1969 23:59:59 GMT");
}

BOOST_AUTO_TEST_CASE(all_three_forms_of_the_rfc_are_read) {
    BOOST_TEST(parsed("Sun, 06 Nov 1994 08:49:37 GMT") == 784111777);
    BOOST_TEST(parsed("Sunday, 06-Nov-94 08:49:37 GMT") == 784111777);
    BOOST_TEST(parsed("Sun Nov  6 08:49:37 1994") == 784111777);
    BOOST_TEST(parsed("Wed Nov 16 08:49:37 1994") == 784975777);
    BOOST_TEST(parsed("Sat, 31 Dec 2016 23:59:60 GMT") == 1483228800);
}

BOOST_AUTO_TEST_CASE(a_year_of_two_digits_is_never_over_fifty_years_ahead) {
    BOOST_TEST(parsed("Sunday, 01-Jan-74 00:00:00 GMT") == parsed("Mon, 01 Jan 2074 00:00:00 GMT"));
    BOOST_TEST(parsed("Sunday, 01-Jan-75 00:00:00 GMT") == parsed("Wed, 01 Jan 1975 00:00:00 GMT"));
    BOOST_TEST(parsed("Sunday, 01-Jan-00 00:00:00 GMT") == parsed("Sat, 01 Jan 2000 00:00:00 GMT"));
}

BOOST_AUTO_TEST_CASE(what_is_in_none_of_the_forms_is_refused) {
    for (const char* text : {"", "0", "Sun", "Sun, 06 Nov 1994 08:49:37",
                             "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 6 Nov 1994 08:49:37 GMT",
                             "Sun, 06 nov 1994 08:49:37 GMT", "Xyz, 06 Nov 1994 08:49:37 GMT",
                             "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
                             "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
                             "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ",
                             " Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov -994 08:49:37 GMT",
                             "Sun Nov 6 08:49:37 1994", "Sunday, 06 Nov 1994 08:49:37 GMT"}) {
        BOOST_TEST(parsed(text) == -1, text << " was accepted");
    }
}

BOOST_AUTO_TEST_CASE(every_day_comes_back_as_it_was_written) {
    for (auto day = sys_days(1970y / 1 / 1); day < sys_days(2100y / 1 / 1); day += days(1)) {
        const sys_seconds time = day + 12h + 34min + 56s;
        BOOST_REQUIRE((httputil::parse_http_date(httputil::format_timestamp(time)) == time));
    }
}

BOOST_AUTO_TEST_SUITE_END()
