#include <algorithm>
#include <array>
#include <cstdint>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <redislive/api/util/granularity.hpp>
#include <redislive/api/util/timeutils.hpp>
#include <tests/golden/golden_lines.hpp>

#include "tests/unit/time_zone.hpp"

BOOST_TEST_DONT_PRINT_LOG_VALUE(redislive::Granularity)

BOOST_AUTO_TEST_SUITE(granularity)

using namespace redislive;
using Epochs = std::vector<std::int64_t>;

namespace {

std::int64_t epoch_of(std::string_view text) { return parse_time(text).value(); }

/// The buckets of [from, to] by their definition, looking at every `step`th second.
Epochs buckets_by_definition(std::int64_t from, std::int64_t to, Granularity granularity,
                             std::int64_t step) {
    Epochs starts;
    // From some days earlier on, to know the first one and the latest date so far.
    std::int64_t begin = from - from % step - 4 * 86400;
    TimeFields before = local_fields(begin - step);
    std::array<int, 3> latest_date{before[0], before[1], before[2]};
    for (std::int64_t epoch = begin; epoch <= to; epoch += step) {
        const TimeFields now = local_fields(epoch);
        const std::array<int, 3> date{now[0], now[1], now[2]};
        bool starts_here = false;
        if (granularity == Granularity::day) {
            starts_here = date > latest_date;
            latest_date = std::max(latest_date, date);
        } else if (granularity == Granularity::hour) {
            starts_here = (now[4] == 0 && now[5] == 0) ||
                          !std::equal(now.begin(), now.begin() + 4, before.begin());
        } else {
            starts_here = now[5] == 0 || !std::equal(now.begin(), now.begin() + 5, before.begin());
        }
        if (starts_here) {
            if (epoch <= from) {
                starts.clear();
            }
            starts.push_back(epoch);
        }
        before = now;
    }
    std::reverse(starts.begin(), starts.end());
    return starts;
}

std::string query_part(const std::string& query, const std::string& name) {
    const std::size_t begin = query.find("&" + name + "=");
    if (begin == std::string::npos) {
        return {};
    }
    const std::size_t value = begin + name.size() + 2;
    std::string text = query.substr(value, query.find('&', value) - value);
    for (const auto& [code, meant] : {std::pair("%20", " "), std::pair("%3A", ":")}) {
        for (std::size_t at = 0; (at = text.find(code, at)) != std::string::npos;) {
            text.replace(at, 3, meant);
        }
    }
    return text;
}

std::vector<std::string> names(const Epochs& epochs, Granularity granularity) {
    std::vector<std::string> result;
    for (const std::int64_t epoch : epochs) {
        result.push_back(field_name(epoch, granularity));
    }
    return result;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_range_decides_the_granularity) {
    BOOST_TEST(granularity_of(0) == Granularity::second);
    BOOST_TEST(granularity_of(120) == Granularity::second);
    BOOST_TEST(granularity_of(121) == Granularity::minute);
    BOOST_TEST(granularity_of(120 * 60) == Granularity::minute);
    BOOST_TEST(granularity_of(120 * 60 + 1) == Granularity::hour);
    BOOST_TEST(granularity_of(120 * 3600) == Granularity::hour);
    BOOST_TEST(granularity_of(120 * 3600 + 1) == Granularity::day);
}

BOOST_AUTO_TEST_CASE(the_buckets_are_those_of_the_recorded_answers) {
    for (const auto& [name, folder] :
         {std::pair("UTC", "utc"), std::pair("America/Sao_Paulo", "sao_paulo")}) {
        const TimeZone zone(name);
        int compared = 0;
        for (const auto& line : golden::read_lines(std::string(folder) + "/answers.jsonl")) {
            const std::string query = golden::text_of(line, "query");
            const std::string from = query_part(query, "from");
            if (!query.starts_with("/api/commands?") || from.empty()) {
                continue;
            }
            const std::int64_t begin = epoch_of(from);
            const std::int64_t end = epoch_of(query_part(query, "to"));
            std::vector<TimeFields> rows;
            for (const auto& row : line.at("answer").at("data").as_array()) {
                rows.push_back(boost::json::value_to<TimeFields>(row.at(0)));
            }
            std::vector<TimeFields> ours;
            for (const std::int64_t epoch : buckets(begin, end, granularity_of(end - begin))) {
                ours.push_back(local_fields(epoch));
            }
            BOOST_TEST((ours == rows), name << " " << query);
            ++compared;
        }
        BOOST_TEST(compared >= 60);
    }
}

BOOST_AUTO_TEST_CASE(every_bucket_that_the_range_touches_is_there_newest_first) {
    const TimeZone zone("UTC");
    const Epochs seconds{1002, 1001, 1000};
    BOOST_TEST(buckets(1000, 1002, Granularity::second) == seconds);
    const Epochs minutes{120, 60, 0};
    BOOST_TEST(buckets(59, 120, Granularity::minute) == minutes);
    const Epochs hour{3600};
    BOOST_TEST(buckets(3600, 7199, Granularity::hour) == hour);
    const Epochs days{86400, 0};
    BOOST_TEST(buckets(86399, 86400, Granularity::day) == days);
    BOOST_TEST(buckets(5, 4, Granularity::day).empty());
    const Epochs before_1970{0, -60};
    BOOST_TEST(buckets(-1, 0, Granularity::minute) == before_1970);
}

BOOST_AUTO_TEST_CASE(a_day_of_daylight_saving_has_23_or_25_hours) {
    const TimeZone zone("Europe/Berlin");
    const std::int64_t spring = epoch_of("2026-03-29");
    const std::int64_t autumn = epoch_of("2026-10-25");
    BOOST_TEST(next_bucket(spring, Granularity::day) - spring == 23 * 3600);
    BOOST_TEST(next_bucket(autumn, Granularity::day) - autumn == 25 * 3600);
    BOOST_TEST(buckets(spring, spring + 23 * 3600 - 1, Granularity::hour).size() == 23);
    BOOST_TEST(buckets(autumn, autumn + 25 * 3600 - 1, Granularity::hour).size() == 25);
    BOOST_TEST(bucket_of(autumn + 25 * 3600 - 1, Granularity::day) == autumn);
    BOOST_TEST(bucket_of(autumn + 25 * 3600, Granularity::day) == autumn + 25 * 3600);
}

BOOST_AUTO_TEST_CASE(an_hour_that_the_clock_shows_twice_is_two_buckets) {
    const TimeZone zone("Europe/Berlin");
    const std::int64_t first = epoch_of("2026-10-25T00:00Z");
    const Epochs two{first + 3600, first};
    BOOST_TEST(buckets(first, first + 7199, Granularity::hour) == two);
    BOOST_TEST(field_name(first, Granularity::hour) == "261025:2");
    BOOST_TEST(field_name(first + 3600, Granularity::hour) == "261025:2");
}

BOOST_AUTO_TEST_CASE(a_day_begins_at_one_o_clock_where_midnight_is_skipped) {
    const TimeZone zone("America/Sao_Paulo");
    const std::int64_t begin = epoch_of("2018-11-04T03:00Z");
    BOOST_TEST(bucket_of(begin + 50'000, Granularity::day) == begin);
    BOOST_TEST(isoformat(static_cast<double>(begin)) == "2018-11-04T01:00:00");
    BOOST_TEST(next_bucket(begin, Granularity::day) - begin == 23 * 3600);
    const std::int64_t autumn = epoch_of("2018-02-17T02:00Z");
    BOOST_TEST(next_bucket(autumn, Granularity::day) - autumn == 25 * 3600);
    const std::vector<std::string> hours{"180218:0", "180217:23", "180217:23", "180217:22"};
    BOOST_TEST(names(buckets(autumn + 22 * 3600, autumn + 25 * 3600, Granularity::hour),
                     Granularity::hour) == hours);
}

BOOST_AUTO_TEST_CASE(hours_begin_at_the_local_full_hour_and_a_change_by_half_an_hour_shows_in_one) {
    const TimeZone kolkata("Asia/Kolkata");
    const std::int64_t noon = epoch_of("2026-03-10T06:30Z");
    BOOST_TEST(bucket_of(noon + 3599, Granularity::hour) == noon);
    const TimeZone lord_howe("Australia/Lord_Howe");
    const std::int64_t one = epoch_of("2026-04-04T14:00Z");
    BOOST_TEST(bucket_of(one + 5399, Granularity::hour) == one);
    BOOST_TEST(next_bucket(one, Granularity::hour) - one == 5400);
    const std::int64_t half = epoch_of("2026-10-03T15:30Z");
    BOOST_TEST(isoformat(static_cast<double>(half)) == "2026-10-04T02:30:00");
    BOOST_TEST(bucket_of(half + 1799, Granularity::hour) == half);
    BOOST_TEST(next_bucket(half, Granularity::hour) - half == 1800);
}

BOOST_AUTO_TEST_CASE(around_every_kind_of_change_the_buckets_are_those_of_the_definition) {
    const std::vector<std::pair<const char*, const char*>> changes{
        {"Europe/Berlin", "2026-03-29T01:00Z"},       {"Europe/Berlin", "2026-10-25T01:00Z"},
        {"America/Sao_Paulo", "2018-02-18T02:00Z"},   {"America/Sao_Paulo", "2018-11-04T03:00Z"},
        {"Australia/Lord_Howe", "2026-04-04T15:00Z"}, {"Australia/Lord_Howe", "2026-10-03T15:30Z"},
        {"Asia/Kolkata", "2026-03-10T00:00Z"},        {"Asia/Kathmandu", "1985-12-31T18:30Z"},
        {"Atlantic/Azores", "2026-10-25T01:00Z"},     {"America/St_Johns", "2010-11-07T02:31Z"},
        {"America/St_Johns", "2011-03-13T03:31Z"},    {"Antarctica/Troll", "2026-03-29T01:00Z"},
        {"Antarctica/Troll", "2026-10-25T01:00Z"},    {"Pacific/Apia", "2011-12-30T10:00Z"},
        {"America/Caracas", "2016-05-01T07:00Z"},
    };
    for (const auto& [name, change] : changes) {
        const TimeZone zone(name);
        const std::int64_t at = epoch_of(change);
        for (const Granularity granularity : {Granularity::hour, Granularity::day}) {
            const std::int64_t from = at - 50 * 3600;
            const std::int64_t to = at + 50 * 3600;
            const Epochs expected = buckets_by_definition(from, to, granularity, 60);
            BOOST_TEST(buckets(from, to, granularity) == expected,
                       boost::test_tools::per_element());
            for (std::int64_t epoch = from; epoch <= to; epoch += 420) {
                const auto own = std::find_if(expected.begin(), expected.end(),
                                              [&](std::int64_t start) { return start <= epoch; });
                BOOST_REQUIRE_MESSAGE(bucket_of(epoch, granularity) == *own,
                                      name << " " << epoch << " is in " << *own << ", not in "
                                           << bucket_of(epoch, granularity));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(minutes_are_local_where_the_offset_has_seconds) {
    const TimeZone zone("Africa/Monrovia");
    const std::int64_t change = epoch_of("1972-01-07T00:44:30Z");
    const Epochs expected =
        buckets_by_definition(change - 300, change + 300, Granularity::minute, 1);
    BOOST_TEST(buckets(change - 300, change + 300, Granularity::minute) == expected,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_hundred_years_of_days_are_all_there) {
    const TimeZone zone("America/New_York");
    const Epochs days =
        buckets(epoch_of("1970-01-01"), epoch_of("2069-12-31T23:00"), Granularity::day);
    BOOST_TEST(days.size() == 36'525);
    BOOST_TEST(std::is_sorted(days.rbegin(), days.rend()));
}

BOOST_AUTO_TEST_CASE(fields_are_named_as_in_the_hashes_of_the_original) {
    const TimeZone zone("America/Sao_Paulo");
    const std::int64_t epoch = epoch_of("2026-03-10T09:05:07");
    BOOST_TEST(field_name(epoch, Granularity::second) == "1773144307");
    BOOST_TEST(field_name(epoch, Granularity::minute) == "260310:9:5");
    BOOST_TEST(field_name(epoch, Granularity::hour) == "260310:9");
    BOOST_TEST(field_name(epoch, Granularity::day) == "260310");
    BOOST_TEST(field_name(epoch_of("2005-12-31T23:59"), Granularity::minute) == "051231:23:59");
    BOOST_TEST(field_name(epoch_of("2026-03-10"), Granularity::hour) == "260310:0");
}

BOOST_AUTO_TEST_SUITE_END()
