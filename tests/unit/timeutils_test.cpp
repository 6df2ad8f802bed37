#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <redislive/api/util/timeutils.hpp>

BOOST_AUTO_TEST_SUITE(timeutils)

using namespace redislive;
using namespace std::chrono_literals;

namespace {

struct Zone {
    std::optional<std::string> before;
    explicit Zone(const char* name) {
        if (const char* value = std::getenv("TZ")) {
            before = value;
        }
        ::setenv("TZ", name, 1);
        ::tzset();
    }
    ~Zone() {
        before ? ::setenv("TZ", before->c_str(), 1) : ::unsetenv("TZ");
        ::tzset();
    }
};

std::int64_t epoch_of(std::string_view text) {
    const auto time = parse_time(text);
    BOOST_REQUIRE_MESSAGE(time, time.error());
    return *time;
}

std::string error_of(std::string_view text) {
    const auto time = parse_time(text);
    return time ? "no error: " + std::to_string(*time) : time.error();
}

std::chrono::sys_time<std::chrono::microseconds> at(std::int64_t microseconds) {
    return std::chrono::sys_time<std::chrono::microseconds>(
        std::chrono::microseconds(microseconds));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_date_is_read_with_t_or_space_with_and_without_seconds_and_fraction) {
    const Zone zone("UTC");
    for (const char* text :
         {"2026-03-10T12:00:00", "2026-03-10 12:00:00", "2026-03-10t12:00", "2026-03-10 12:00",
          "2026-03-10T12:00:00.999999", "2026-03-10T12:00:00,5", "2026-03-10  12:00:00.0000000001",
          " 2026-03-10T12:00:00 "}) {
        BOOST_TEST(epoch_of(text) == 1773144000, text);
    }
    BOOST_TEST(epoch_of("2026-03-10") == 1773100800);
    BOOST_TEST(epoch_of("1970-01-01") == 0);
    BOOST_TEST(epoch_of("2024-02-29T23:59:59") == 1709251199);
    BOOST_TEST(epoch_of("9999-12-31T23:59:59") == 253402300799);
}

BOOST_AUTO_TEST_CASE(a_zone_is_honoured_whatever_the_local_one_is) {
    for (const char* local : {"UTC", "America/Sao_Paulo"}) {
        const Zone zone(local);
        for (const char* text :
             {"2026-03-10T12:00:00Z", "2026-03-10T12:00z", "2026-03-10T12:00:00.25Z",
              "2026-03-10T09:00:00-03:00", "2026-03-10T09:00:00-0300", "2026-03-10T09:00-03",
              "2026-03-10 15:00:00+03:00", "2026-03-10 17:45+0545", "2026-03-10T12:00:00 Z",
              "2026-03-10T12:00:00 +00:00", "2026-03-11T02:00:00+14"}) {
            BOOST_TEST(epoch_of(text) == 1773144000, text);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_plus_of_a_zone_may_have_become_a_space) {
    const Zone zone("America/Sao_Paulo");
    for (const char* text : {"2026-03-10T15:00:00 03:00", "2026-03-10T15:00:00.5 0300",
                             "2026-03-10T15:00 03", "2026-03-10 15:00:00 03:00"}) {
        BOOST_TEST(epoch_of(text) == 1773144000, text);
    }
}

BOOST_AUTO_TEST_CASE(a_time_without_a_zone_is_local) {
    const Zone zone("America/Sao_Paulo");
    BOOST_TEST(epoch_of("2026-03-10T12:00:00") == 1773154800);
    BOOST_TEST(epoch_of("2026-03-10") == 1773111600);
    BOOST_TEST(epoch_of("2018-12-31T12:00") == 1546264800);
}

BOOST_AUTO_TEST_CASE(of_a_time_that_occurs_twice_the_first_is_meant) {
    const Zone berlin("Europe/Berlin");
    BOOST_TEST(epoch_of("2026-10-25T01:59:59") == epoch_of("2026-10-24T23:59:59Z"));
    BOOST_TEST(epoch_of("2026-10-25T02:30:00") == epoch_of("2026-10-25T00:30:00Z"));
    BOOST_TEST(epoch_of("2026-10-25T03:00:00") == epoch_of("2026-10-25T02:00:00Z"));
    const Zone sao_paulo("America/Sao_Paulo");
    BOOST_TEST(epoch_of("2018-02-17T23:30") == epoch_of("2018-02-18T01:30Z"));
    BOOST_TEST(epoch_of("2018-02-18T00:00") == epoch_of("2018-02-18T03:00Z"));
    const Zone lord_howe("Australia/Lord_Howe");
    BOOST_TEST(epoch_of("2026-04-05T01:45") == epoch_of("2026-04-04T14:45Z"));
}

BOOST_AUTO_TEST_CASE(a_time_that_is_skipped_is_read_by_the_clock_from_before) {
    const Zone berlin("Europe/Berlin");
    BOOST_TEST(epoch_of("2026-03-29T02:30:00") == epoch_of("2026-03-29T01:30:00Z"));
    BOOST_TEST(epoch_of("2026-03-29T03:00:00") == epoch_of("2026-03-29T01:00:00Z"));
    const Zone sao_paulo("America/Sao_Paulo");
    BOOST_TEST(epoch_of("2018-11-04") == epoch_of("2018-11-04T03:00Z"));
    const Zone lord_howe("Australia/Lord_Howe");
    BOOST_TEST(epoch_of("2026-10-04T02:15") == epoch_of("2026-10-03T15:45Z"));
}

BOOST_AUTO_TEST_CASE(every_local_time_is_read_as_it_is_written_but_for_the_second_of_two) {
    for (const char* name : {"UTC", "America/Sao_Paulo", "Europe/Berlin", "Australia/Lord_Howe",
                             "Asia/Kolkata", "America/St_Johns", "Pacific/Apia"}) {
        const Zone zone(name);
        for (std::int64_t epoch = 1'300'000'000; epoch < 1'800'000'000; epoch += 54'321) {
            const std::int64_t read = epoch_of(isoformat(at(epoch * 1'000'000)));
            if (read != epoch) {
                BOOST_TEST(read < epoch, name << " " << epoch);
                BOOST_TEST(local_fields(read) == local_fields(epoch), name << " " << epoch);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_field_out_of_its_range_is_refused_by_name) {
    const Zone zone("UTC");
    BOOST_TEST(error_of("2026-13-01") == R"("2026-13-01" is no time: there is no month 13)");
    BOOST_TEST(error_of("2026-00-01") == R"("2026-00-01" is no time: there is no month 0)");
    BOOST_TEST(error_of("2026-02-30") == R"("2026-02-30" is no time: that month has no day 30)");
    BOOST_TEST(error_of("2025-02-29") == R"("2025-02-29" is no time: that month has no day 29)");
    BOOST_TEST(error_of("2026-02-00") == R"("2026-02-00" is no time: that month has no day 0)");
    BOOST_TEST(error_of("1969-12-31") == R"("1969-12-31" is no time: years are 1970 to 9999)");
    for (const char* text : {"2026-03-10T24:00", "2026-03-10T25:00:00"}) {
        BOOST_TEST(error_of(text).ends_with("hours are 00 to 23"), text);
    }
    for (const char* text : {"2026-03-10T12:60", "2026-03-10T12:00:60"}) {
        BOOST_TEST(error_of(text).ends_with("minutes and seconds are 00 to 59"), text);
    }
    for (const char* text : {"2026-03-10T12:00+24:00", "2026-03-10T12:00-00:60"}) {
        BOOST_TEST(error_of(text).ends_with("zones are -23:59 to +23:59"), text);
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_date_at_all_is_refused_with_examples) {
    for (const char* text : {"",
                             " ",
                             "now",
                             "1773144000",
                             "10.03.2026",
                             "2026-3-10",
                             "2026-03-10T",
                             "2026-03-10T12",
                             "2026-03-10T12:0",
                             "2026-03-10T12:00:",
                             "2026-03-10T12:00:00.",
                             "2026-03-10T12:00.5",
                             "2026-03-10T12:00:00ZZ",
                             "2026-03-10T12:00:00+3",
                             "2026-03-10T12:00:00+03:0",
                             "2026-03-10T12:00:00+03:00:00",
                             "2026-03-10T12:00:00UTC",
                             "2026-03-10Z",
                             "02026-03-10",
                             "12026-03-10",
                             "2026-03-10T12:00:00 x",
                             "-2026-03-10",
                             "2026-03-10T1\xd9\xa1:00"}) {
        BOOST_TEST(error_of(text).ends_with(" is no time: write 2026-03-10, 2026-03-10T12:00:00 or "
                                            "2026-03-10T12:00:00-03:00"),
                   text << " -> " << error_of(text));
    }
}

BOOST_AUTO_TEST_CASE(an_error_shows_what_was_sent_short_and_printable) {
    BOOST_TEST(error_of("\n\x80").starts_with(R"("\x0a\x80" is no time)"));
    const std::string error = error_of(std::string(10'000, 'x'));
    BOOST_TEST(error.starts_with("\"" + std::string(60, 'x') + "...\" is no time"));
}

BOOST_AUTO_TEST_CASE(local_fields_have_monday_as_weekday_0) {
    const Zone zone("America/Sao_Paulo");
    const TimeFields tuesday{2026, 3, 10, 9, 0, 0, 1};
    BOOST_TEST(local_fields(1773144000) == tuesday);
    const TimeFields sunday{2026, 3, 8, 23, 59, 59, 6};
    BOOST_TEST(local_fields(1773025199) == sunday);
    const TimeFields monday{2026, 3, 9, 0, 0, 0, 0};
    BOOST_TEST(local_fields(1773025200) == monday);
}

BOOST_AUTO_TEST_CASE(isoformat_is_that_of_python) {
    const Zone zone("America/Sao_Paulo");
    BOOST_TEST(isoformat(at(1773144000'000000)) == "2026-03-10T09:00:00");
    BOOST_TEST(isoformat(at(1773144000'250000)) == "2026-03-10T09:00:00.250000");
    BOOST_TEST(isoformat(at(1773144000'000001)) == "2026-03-10T09:00:00.000001");
    BOOST_TEST(isoformat(at(-1)) == "1969-12-31T20:59:59.999999");
    BOOST_TEST(isoformat(1773144000.5) == "2026-03-10T09:00:00.500000");
    BOOST_TEST(isoformat(1773144000.0) == "2026-03-10T09:00:00");
    BOOST_TEST(isoformat(1773144000.9999999) == "2026-03-10T09:00:01");
    BOOST_TEST(isoformat(std::chrono::floor<std::chrono::microseconds>(
                   std::chrono::sys_days(2026y / 3 / 10) + 12h + 1ns)) == "2026-03-10T09:00:00");
}

BOOST_AUTO_TEST_CASE(the_zone_is_that_of_the_moment) {
    const Zone berlin("Europe/Berlin");
    BOOST_TEST(local_zone(epoch_of("2026-07-01")).utc_offset == 7200);
    BOOST_TEST(local_zone(epoch_of("2026-07-01")).name == "CEST");
    BOOST_TEST(local_zone(epoch_of("2026-01-01")).utc_offset == 3600);
    const Zone sao_paulo("America/Sao_Paulo");
    BOOST_TEST(local_zone(1773144000).utc_offset == -10800);
    BOOST_TEST(local_zone(1773144000).name == "-03");
}

BOOST_AUTO_TEST_CASE(threads_may_read_and_write_times_at_once) {
    const Zone zone("Europe/Berlin");
    std::vector<int> wrong(4, 0);
    std::vector<std::thread> threads;
    for (int& count : wrong) {
        threads.emplace_back([&count] {
            for (int i = 0; i < 2000; ++i) {
                const std::int64_t epoch = 1'780'000'000 + i * 3600;
                const auto read = parse_time(isoformat(at(epoch * 1'000'000)));
                count += !read || *read != epoch ? 1 : 0;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (const int count : wrong) {
        BOOST_TEST(count == 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()
