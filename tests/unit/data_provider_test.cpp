#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <cyclone/reactor.hpp>
#include <redislive/dataprovider/buckets.hpp>
#include <redislive/dataprovider/memory_thinning.hpp>
#include <redislive/dataprovider/packed_counts.hpp>
#include <redislive/dataprovider/redis/local_periods.hpp>
#include <redislive/dataprovider/redis/memory_member.hpp>
#include <redislive/dataprovider/redis/record_edge.hpp>
#include <redislive/dataprovider/sqlite_provider.hpp>

#include "tests/unit/time_zone.hpp"

namespace data_provider {

using namespace redislive;
using namespace std::chrono_literals;

namespace {

struct Fixture {
    cyclone::reactor::Reactor reactor;
    std::filesystem::path folder;

    Fixture() {
        std::string name = std::filesystem::temp_directory_path() / "redislive-provider-XXXXXX";
        BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
        folder = name;
    }
    ~Fixture() { std::filesystem::remove_all(folder); }
    std::string path() const { return folder / "redislive.sqlite"; }

    template <class T>
    T await(cyclone::Deferred<T> deferred) {
        return reactor.run_until(std::move(deferred).add_timeout(60s));
    }
    std::string error_of(cyclone::Deferred<> deferred) {
        try {
            await(std::move(deferred));
        } catch (const std::exception& error) {
            return error.what();
        }
        return "no error";
    }
};

}  // namespace

}  // namespace data_provider

BOOST_FIXTURE_TEST_SUITE(data_provider, Fixture)

BOOST_AUTO_TEST_CASE(packed_counts_are_unpacked_as_they_were_by_id) {
    const std::string packed = pack({{300, 1}, {1, 5'000'000'000}, {2, 127}, {70000, 128}});
    std::vector<IdCount> entries;
    unpack(packed, [&](std::int64_t id, std::int64_t count) { entries.push_back({id, count}); });
    const std::vector<IdCount> expected = {{1, 5'000'000'000}, {2, 127}, {300, 1}, {70000, 128}};
    BOOST_TEST((entries == expected));
    BOOST_TEST(packed.size() == 16u);
    BOOST_CHECK_THROW(
        unpack(packed.substr(0, packed.size() - 1), [](std::int64_t, std::int64_t) {}),
        std::runtime_error);
    BOOST_CHECK_THROW(CountSums().add(pack({{std::int64_t{1} << 60, 1}})), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_bucket_begins_at_the_clock_of_its_zone) {
    const TimeZone zone("Asia/Kathmandu");
    // 2026-03-10 12:00:00 UTC is 17:45:00 there.
    BOOST_TEST(bucket_start(1773144007, Granularity::minute) == 1773144000);
    BOOST_TEST(bucket_start(1773144007, Granularity::hour) == 1773144000 - 45 * 60);
    BOOST_TEST(bucket_start(1773144007, Granularity::day) == 1773144000 - (17 * 60 + 45) * 60);
}

BOOST_AUTO_TEST_CASE(days_have_the_hours_that_the_clocks_give_them) {
    const TimeZone zone("America/New_York");
    const std::int64_t spring = bucket_start(1772971200, Granularity::day);
    BOOST_TEST(bucket_end(spring, Granularity::day) - spring == 23 * 3600);
    const std::int64_t autumn = bucket_start(1793538000, Granularity::day);
    BOOST_TEST(bucket_end(autumn, Granularity::day) - autumn == 25 * 3600);
    BOOST_TEST(bucket_bounds(autumn, autumn + 25 * 3600 - 1, Granularity::hour).size() == 26u);
}

BOOST_AUTO_TEST_CASE(a_day_without_midnight_begins_at_one) {
    const TimeZone zone("America/Sao_Paulo");
    // On 2018-11-04 the clocks went from 00:00 to 01:00.
    const std::int64_t noon = 1541340000;
    const std::int64_t start = bucket_start(noon, Granularity::day);
    BOOST_TEST(local_time(start).tm_hour == 1);
    BOOST_TEST(local_time(start).tm_mday == 4);
    BOOST_TEST(local_time(start - 1).tm_mday == 3);
    BOOST_TEST(bucket_end(start, Granularity::day) - start == 23 * 3600);
    BOOST_TEST(bucket_end(bucket_start(start - 1, Granularity::day), Granularity::day) == start);
}

BOOST_AUTO_TEST_CASE(local_periods_cover_a_range_once) {
    const TimeZone zone("America/New_York");
    for (const std::int64_t from : {1772971261, 1773144000, 1793505600, 1793512345}) {
        for (const std::int64_t length : {0, 1, 59, 61, 3601, 7300, 90000, 200001}) {
            const auto periods = redis_store::LocalPeriods::of(from, from + length);
            std::int64_t covered = static_cast<std::int64_t>(periods.hours.size()) * 3600 +
                                   static_cast<std::int64_t>(periods.minutes.size()) * 60 +
                                   static_cast<std::int64_t>(periods.seconds.size());
            for (const std::int64_t day : periods.days) {
                covered += next_local_day(day) - day;
            }
            BOOST_TEST(covered == length);
        }
    }
}

BOOST_AUTO_TEST_CASE(labels_are_those_of_the_original) {
    const TimeZone zone("UTC");
    BOOST_TEST(redis_store::field_label(1773104645, Granularity::second) == "1773104645");
    BOOST_TEST(redis_store::field_label(1773104645, Granularity::minute) == "260310:1:4");
    BOOST_TEST(redis_store::field_label(1773104645, Granularity::hour) == "260310:1");
    BOOST_TEST(redis_store::field_label(1773104645, Granularity::day) == "260310");
    BOOST_TEST(redis_store::day_from_label("260310").value() == 1773100800);
    BOOST_TEST(!redis_store::day_from_label("26031x").has_value());
    const redis_store::StoreKeys keys("127.0.0.1:6379");
    using redis_store::Counted;
    BOOST_TEST(keys.counts(Counted::keys, Granularity::second, 1773104645) ==
               "127.0.0.1:6379:KeyCount:1773104645");
    BOOST_TEST(keys.counts(Counted::commands, Granularity::day, 1773104645) ==
               "127.0.0.1:6379:DailyCommandCount:260310");
    BOOST_TEST(keys.command_count_by(Granularity::hour) == "127.0.0.1:6379:CommandCountByHour");
    BOOST_TEST(keys.memory() == "127.0.0.1:6379:memory");
    BOOST_TEST(keys.info() == "127.0.0.1:6379:Info");
}

BOOST_AUTO_TEST_CASE(a_memory_sample_is_read_as_python_and_as_json_write_it) {
    const MemorySample sample{1773144000, 1, 2};
    BOOST_TEST(redis_store::memory_member(sample) ==
               "{'timestamp': '1773144000', 'used': 1, 'peak': 2}");
    for (const char* member : {"{'timestamp': '1773144000', 'used': 1, 'peak': 2}",
                               "{\"peak\": 2, \"used\":1,\"timestamp\":1773144000}",
                               "{u'peak': 2L, u'used': 1L, u'timestamp': u'1773144000'}",
                               "{'used': '1', 'peak' : \"2\"}"}) {
        BOOST_TEST((redis_store::read_memory_member(member, 1773144000.0) == sample), member);
    }
    for (const char* member :
         {"", "{}", "{'used': 1}", "{'used': None, 'peak': 2}", "used: 1, peak: 2", "'used"}) {
        BOOST_TEST(!redis_store::read_memory_member(member, 1773144000.0).has_value(), member);
    }
}

BOOST_AUTO_TEST_CASE(thinning_keeps_the_spike_and_its_time) {
    MemoryThinning thinning(1000, 1099, 10);
    for (std::int64_t epoch = 1000; epoch < 1100; ++epoch) {
        thinning.add({epoch, epoch == 1047 ? 9000 : 100, epoch < 1050 ? 9500 : 9900});
    }
    const auto samples = thinning.take();
    BOOST_TEST(samples.size() == 10u);
    BOOST_TEST((samples[4] == MemorySample{1047, 9000, 9500}));
    BOOST_TEST((samples[5] == MemorySample{1050, 100, 9900}));
}

BOOST_AUTO_TEST_CASE(a_store_of_a_newer_version_is_refused_and_left_as_it_is) {
    {
        SqliteProvider provider(path());
        await(provider.ready());
        await(provider.close());
    }
    {
        cyclone::sqlite::Connection connection(path());
        connection.execute("PRAGMA user_version = 7");
    }
    SqliteProvider provider(path());
    BOOST_TEST(error_of(provider.ready()) == "the store " + path() +
                                                 " was written by a newer RedisLive (its version "
                                                 "is 7, this program knows 1): update this "
                                                 "program, or choose another path");
    BOOST_TEST(error_of(provider.save_second(
                   "a:1", {.epoch = 1, .total = 1, .commands = {}, .keys = {}})) ==
               error_of(provider.ready()));
}

BOOST_AUTO_TEST_CASE(a_database_of_another_program_is_refused_and_left_as_it_is) {
    {
        cyclone::sqlite::Connection connection(path(), {.wal = false});
        connection.execute("CREATE TABLE letters (text)");
    }
    {
        SqliteProvider provider(path());
        BOOST_TEST(error_of(provider.ready()) ==
                   "the store " + path() +
                       " is an SQLite database of another program: choose another path");
    }
    cyclone::sqlite::Connection connection(path(), {.wal = false});
    BOOST_TEST(connection.query("SELECT * FROM sqlite_schema").size() == 1u);
    BOOST_TEST(connection.query("PRAGMA journal_mode")[0].get<std::string>(0) == "delete");
}

BOOST_AUTO_TEST_CASE(a_path_that_cannot_be_written_is_a_sentence_and_makes_nothing) {
    const std::string nowhere = folder / "no" / "redislive.sqlite";
    SqliteProvider provider(nowhere);
    BOOST_TEST(error_of(provider.ready()) == "sqlite: cannot open " + nowhere +
                                                 ": there is no directory " +
                                                 (folder / "no").string() + "; make it first");
    BOOST_TEST(std::filesystem::is_empty(folder));
}

BOOST_AUTO_TEST_CASE(what_was_saved_survives_kill_9) {
    // The child tells through the pipe how many seconds it has saved; a Deferred that has fired is
    // a promise.
    int ends[2];
    BOOST_REQUIRE(::pipe(ends) == 0);
    constexpr std::int64_t start = 1773144000;
    const pid_t child = ::fork();
    if (child == 0) {
        cyclone::reactor::Reactor inner;
        SqliteProvider provider(path());
        for (std::int64_t i = 0;; ++i) {
            inner.run_until(provider.save_second(
                "a:1",
                {.epoch = start + i, .total = 2, .commands = {{"GET", 2}}, .keys = {{"k", 2}}}));
            if (::write(ends[1], "x", 1) != 1) {
                ::_exit(1);
            }
        }
    }
    ::close(ends[1]);
    char byte = 0;
    std::int64_t saved = 0;
    while (saved < 150 && ::read(ends[0], &byte, 1) == 1) {
        ++saved;
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(ends[0], &byte, 1) == 1) {
        ++saved;
    }
    ::close(ends[0]);

    SqliteProvider provider(path());
    const Totals totals = await(provider.get_totals("a:1", start, start + 100'000));
    BOOST_TEST(totals.commands >= saved * 2);
    BOOST_TEST(totals.commands <= (saved + 1) * 2);
    BOOST_TEST(saved >= 150);
    await(provider.save_second("a:1",
                               {.epoch = start + 100'000, .total = 1, .commands = {}, .keys = {}}));
    BOOST_TEST(await(provider.get_totals("a:1", start, start + 100'000)).commands ==
               totals.commands + 1);
}

BOOST_AUTO_TEST_CASE(another_process_reads_what_one_writes) {
    SqliteProvider collector(path());
    SqliteProvider page(path());
    const SecondRecord record{
        .epoch = 1773144000, .total = 1, .commands = {{"GET", 1}}, .keys = {{"k", 1}}};
    await(collector.save_second("a:1", record));
    BOOST_TEST(await(page.get_totals("a:1", 1773144000, 1773144000)).keys == 1);
    await(collector.save_second("a:1", record));
    BOOST_TEST(await(page.get_totals("a:1", 1773144000, 1773144000)).commands == 2);
}

BOOST_AUTO_TEST_CASE(finished_periods_are_summed_up_as_time_goes_on) {
    SqliteProvider provider(path());
    constexpr std::int64_t day = 86400;
    constexpr std::int64_t start = 20000 * day;
    for (std::int64_t i = 0; i < 50; ++i) {
        await(provider.save_second(
            "a:1",
            {.epoch = start + i * 3700, .total = 1, .commands = {{"GET", 1}}, .keys = {{"k", 1}}}));
    }
    await(provider.close());
    cyclone::sqlite::Connection connection(path());
    const auto rows = [&](const char* sql) { return connection.query(sql)[0].get<int>(0); };
    BOOST_TEST(rows("SELECT count(*) FROM rollup WHERE seconds = 86400") == 2);
    BOOST_TEST(rows("SELECT count(*) FROM rollup WHERE seconds = 3600") == 49);
    BOOST_TEST(rows("SELECT count(*) FROM rollup WHERE seconds = 60") == 49);
    BOOST_TEST(rows("SELECT count(*) FROM unrolled") == 3);
    BOOST_TEST(rows("SELECT total FROM rollup WHERE seconds = 86400 AND start = 1728000000") == 24);
}

BOOST_AUTO_TEST_CASE(names_that_nothing_refers_to_any_more_are_deleted) {
    SqliteProvider provider(path(), std::chrono::days(2));
    constexpr std::int64_t day = 86400;
    constexpr std::int64_t start = 20000 * day;
    for (std::int64_t i = 0; i < 5; ++i) {
        await(provider.save_second("a:1", {.epoch = start + i * day,
                                           .total = 1,
                                           .commands = {{"GET", 1}},
                                           .keys = {{"key of day " + std::to_string(i), 1}}}));
    }
    await(provider.expire(start + 5 * day));
    await(provider.save_second("a:1", {.epoch = start + 5 * day,
                                       .total = 1,
                                       .commands = {{"GET", 1}},
                                       .keys = {{"key of day 0", 1}}}));
    BOOST_TEST(await(provider.get_top_keys_stats("a:1", start, start + 6 * day)).size() == 3u);
    await(provider.close());
    cyclone::sqlite::Connection connection(path());
    const auto names = connection.query("SELECT bytes FROM name ORDER BY bytes");
    BOOST_TEST_REQUIRE(names.size() == 4u);
    BOOST_TEST(names[0].get<std::string>(0) == "GET");
    BOOST_TEST(names[1].get<std::string>(0) == "key of day 0");
}

BOOST_AUTO_TEST_SUITE_END()
