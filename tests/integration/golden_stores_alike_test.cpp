// Both stores against a plain model of what they keep: random seconds, late ones too, and random
// questions.

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/integration/golden_stores.hpp"

using namespace golden_stores;
using redislive::CommandStat;
using redislive::Gap;
using redislive::Granularity;
using redislive::MemorySample;
using redislive::NameCount;
using redislive::SecondRecord;
using redislive::ServerStatus;

namespace redislive {
std::ostream& operator<<(std::ostream& out, const NameCount& entry) {
    return out << entry.name << "=" << entry.count;
}
std::ostream& operator<<(std::ostream& out, const MemorySample& sample) {
    return out << sample.epoch << ":" << sample.used << "/" << sample.peak;
}
std::ostream& operator<<(std::ostream& out, const CommandStat& stat) {
    return out << stat.epoch << "=" << stat.count;
}
std::ostream& operator<<(std::ostream& out, const Gap& gap) {
    return out << "[" << gap.from << "," << gap.to << ")";
}
}  // namespace redislive

BOOST_AUTO_TEST_SUITE(both_stores)

namespace {

const std::string server = "127.0.0.1:6379";

/// What a store has to answer, in the plainest way.
class Model {
public:
    void add(const SecondRecord& record) {
        seconds_.emplace(record.epoch, record);
        if (record.used_memory) {
            memory_[record.epoch] = {record.epoch, *record.used_memory, *record.used_memory_peak};
        }
    }

    std::vector<NameCount> top(std::int64_t from, std::int64_t to, bool of_keys) const {
        std::vector<NameCount> rows;
        for (const auto& [name, count] : counts(from, to, of_keys)) {
            rows.push_back({name, count});
        }
        std::ranges::sort(rows, [](const NameCount& a, const NameCount& b) {
            return a.count != b.count ? a.count > b.count : a.name > b.name;
        });
        rows.resize(std::min<std::size_t>(rows.size(), 10));
        return rows;
    }
    redislive::Totals totals(std::int64_t from, std::int64_t to) const {
        return {commands_in(from, to), static_cast<std::int64_t>(counts(from, to, true).size())};
    }
    std::int64_t commands_in(std::int64_t from, std::int64_t to) const {
        std::int64_t total = 0;
        for (auto at = seconds_.lower_bound(from); at != seconds_.end() && at->first <= to; ++at) {
            total += at->second.total;
        }
        return total;
    }
    std::vector<MemorySample> memory(std::int64_t from, std::int64_t to) const {
        std::vector<MemorySample> rows;
        for (auto at = memory_.lower_bound(from); at != memory_.end() && at->first <= to; ++at) {
            rows.push_back(at->second);
        }
        return rows;
    }

private:
    std::map<std::string, std::int64_t> counts(std::int64_t from, std::int64_t to,
                                               bool of_keys) const {
        std::map<std::string, std::int64_t> sums;
        for (auto at = seconds_.lower_bound(from); at != seconds_.end() && at->first <= to; ++at) {
            for (const NameCount& entry : of_keys ? at->second.keys : at->second.commands) {
                sums[entry.name] += entry.count;
            }
        }
        return sums;
    }

    std::multimap<std::int64_t, SecondRecord> seconds_;
    // The last of a second counts.
    std::map<std::int64_t, MemorySample> memory_;
};

class Dice {
public:
    std::int64_t operator()(std::int64_t least, std::int64_t most) {
        return std::uniform_int_distribution<std::int64_t>(least, most)(engine_);
    }
    SecondRecord second(std::int64_t epoch) {
        SecondRecord record{.epoch = epoch, .commands = {}, .keys = {}};
        for (std::int64_t i = (*this)(0, 3); i > 0; --i) {
            const std::int64_t count = (*this)(1, 5);
            record.total += count;
            record.commands.push_back({"C" + std::to_string((*this)(0, 12)), count});
            if ((*this)(0, 4) != 0) {
                record.keys.push_back({key(), count});
            }
        }
        if ((*this)(0, 1) == 0) {
            record.used_memory = (*this)(1, 1'000'000);
            record.used_memory_peak = *record.used_memory + (*this)(0, 1000);
        }
        return record;
    }

private:
    std::string key() {
        const std::int64_t number = (*this)(0, 40);
        std::string key = "user:" + std::to_string(number);
        switch (number % 4) {
            case 0:
                return key + " 'with' \"quotes\"\r\n";
            case 1:
                return std::string("\0\xff\x80", 3) + key;
            case 2:
                return number == 2 ? "" : key;
            default:
                return key;
        }
    }
    std::mt19937_64 engine_{20260310};
};

/// Saves seconds of `days` days from `start` on: dense stretches, sparse ones, and every tenth
/// late.
template <class S>
void fill(S& store, Model& model, Dice& dice, std::int64_t start, int days) {
    std::vector<std::int64_t> epochs;
    for (std::int64_t day = 0; day < days; ++day) {
        for (int i = 0; i < 40; ++i) {
            epochs.push_back(start + day * 86400 + dice(0, 86399));
        }
        const std::int64_t dense = start + day * 86400 + dice(0, 80000);
        for (std::int64_t i = 0; i < 150; ++i) {
            epochs.push_back(dense + i);
        }
    }
    std::ranges::sort(epochs);
    for (std::size_t i = 10; i < epochs.size(); i += 10) {
        std::swap(epochs[i], epochs[i - static_cast<std::size_t>(dice(1, 9))]);
    }
    for (const std::int64_t epoch : epochs) {
        const SecondRecord record = dice.second(epoch);
        model.add(record);
        store.run(store.provider().save_second(server, record));
    }
}

template <class Rows>
void check_equal(const Rows& found, const Rows& expected) {
    BOOST_CHECK_EQUAL_COLLECTIONS(found.begin(), found.end(), expected.begin(), expected.end());
}

template <class S>
void ask(S& store, const Model& model, Dice& dice, std::int64_t start, int days, int questions) {
    for (int i = 0; i < questions; ++i) {
        const std::int64_t length = dice(0, 3) == 0 ? dice(0, 120) : dice(0, days * 86400);
        const std::int64_t from = start + dice(-3600, days * 86400);
        const std::int64_t to = from + length;
        BOOST_TEST_CONTEXT("from " << from << " to " << to) {
            check_equal(store.run(store.provider().get_top_keys_stats(server, from, to)),
                        model.top(from, to, true));
            check_equal(store.run(store.provider().get_top_commands_stats(server, from, to)),
                        model.top(from, to, false));
            const auto totals = store.run(store.provider().get_totals(server, from, to));
            BOOST_TEST(totals.commands == model.totals(from, to).commands);
            BOOST_TEST(totals.keys == model.totals(from, to).keys);
            check_equal(store.run(store.provider().get_memory_info(server, from, to)),
                        model.memory(from, to));

            const auto granularity = length > 120 * 3600 ? Granularity::day
                                     : length > 120 * 60 ? Granularity::hour
                                     : length > 120      ? Granularity::minute
                                                         : Granularity::second;
            const auto stats =
                store.run(store.provider().get_command_stats(server, from, to, granularity));
            auto bounds = redislive::bucket_bounds(from, to, granularity);
            BOOST_TEST_REQUIRE(stats.size() == bounds.size() - 1);
            for (std::size_t bucket = 0; bucket + 1 < bounds.size(); ++bucket) {
                const CommandStat expected{
                    bounds[bucket], model.commands_in(bounds[bucket], bounds[bucket + 1] - 1)};
                BOOST_TEST(stats[stats.size() - 1 - bucket] == expected);
            }

            const auto points = static_cast<std::size_t>(dice(1, 50));
            const auto all = model.memory(from, to);
            const auto thin = store.run(store.provider().get_memory_info(server, from, to, points));
            BOOST_TEST(thin.size() <= points);
            BOOST_TEST(thin.empty() == all.empty());
            if (!all.empty()) {
                const auto used = [](const MemorySample& a, const MemorySample& b) {
                    return a.used < b.used;
                };
                const auto peak = [](const MemorySample& a, const MemorySample& b) {
                    return a.peak < b.peak;
                };
                BOOST_TEST(std::ranges::max_element(thin, used)->used ==
                           std::ranges::max_element(all, used)->used);
                BOOST_TEST(std::ranges::max_element(thin, peak)->peak ==
                           std::ranges::max_element(all, peak)->peak);
                BOOST_TEST(std::ranges::is_sorted(thin, {}, &MemorySample::epoch));
            }
        }
    }
}

using Backends = boost::mpl::list<Sqlite, Redis>;

// New York changes to daylight saving on 2026-03-08 at 07:00 UTC, and back on 2026-11-01 at 06:00
// UTC.
constexpr std::int64_t before_spring = 1772820000;
constexpr std::int64_t before_autumn = 1793318400;

template <class Backend>
void compare_with_model(const char* zone_name, std::int64_t start) {
    const TimeZone zone(zone_name);
    Store<Backend> store;
    Model model;
    Dice dice;
    constexpr int days = 4;
    fill(store, model, dice, start, days);
    // Into days that are summed up already, and nothing after them.
    for (const std::int64_t epoch : {start + 2 * 86400, start + 4000, start + 90000}) {
        SecondRecord late = dice.second(epoch);
        late.total += 3;
        late.commands.push_back({"LATE", 3});
        model.add(late);
        store.run(store.provider().save_second(server, late));
    }
    ask(store, model, dice, start, days, 60);
    store.reopen();
    // On the other side of a restart the sums that were not finished are taken up.
    fill(store, model, dice, start + days * 86400, 1);
    ask(store, model, dice, start, days + 1, 60);
}

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(answer_as_the_model_over_a_change_to_daylight_saving, Backend,
                              Backends) {
    compare_with_model<Backend>("America/New_York", before_spring);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(answer_as_the_model_over_a_change_from_daylight_saving, Backend,
                              Backends) {
    compare_with_model<Backend>("America/New_York", before_autumn);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(answer_as_the_model_in_a_zone_of_three_quarters_of_an_hour, Backend,
                              Backends) {
    compare_with_model<Backend>("Asia/Kathmandu", before_spring);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(know_nothing_of_a_server_that_never_was, Backend, Backends) {
    Store<Backend> store;
    auto& provider = store.provider();
    BOOST_TEST(!store.run(provider.get_info("nobody:1")).has_value());
    BOOST_TEST(!store.run(provider.get_status("nobody:1")).has_value());
    BOOST_TEST(store.run(provider.get_memory_info("nobody:1", 0, 2'000'000'000)).empty());
    BOOST_TEST(store.run(provider.get_memory_info("nobody:1", 0, 2'000'000'000, 10)).empty());
    BOOST_TEST(store.run(provider.get_top_keys_stats("nobody:1", 0, 2'000'000'000)).empty());
    BOOST_TEST(
        (store.run(provider.get_totals("nobody:1", 0, 2'000'000'000)) == redislive::Totals{}));
    BOOST_TEST((store.run(provider.get_record_span("nobody:1")) == redislive::RecordSpan{}));
    BOOST_TEST(store.run(provider.get_gaps("nobody:1", 0, 2'000'000'000)).empty());
    const auto stats =
        store.run(provider.get_command_stats("nobody:1", 100, 101, Granularity::second));
    check_equal(stats, {{101, 0}, {100, 0}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(add_to_a_second_that_is_there, Backend, Backends) {
    Store<Backend> store;
    auto& provider = store.provider();
    const SecondRecord one{
        .epoch = 1773144000, .total = 3, .commands = {{"GET", 3}}, .keys = {{"a", 2}, {"b", 1}}};
    const SecondRecord two{
        .epoch = 1773144000, .total = 4, .commands = {{"SET", 4}}, .keys = {{"a", 4}}};
    store.run(provider.save_second(server, one));
    store.run(provider.save_second(server, two));
    check_equal(store.run(provider.get_top_keys_stats(server, 1773144000, 1773144000)),
                {{"a", 6}, {"b", 1}});
    check_equal(store.run(provider.get_top_commands_stats(server, 1773144000, 1773144000)),
                {{"SET", 4}, {"GET", 3}});
    BOOST_TEST(
        (store.run(provider.get_totals(server, 0, 2'000'000'000)) == redislive::Totals{7, 2}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(keep_the_tenth_place_for_the_greatest_name_among_equals, Backend,
                              Backends) {
    Store<Backend> store;
    SecondRecord record{.epoch = 1773144000, .total = 3001, .commands = {}, .keys = {{"first", 2}}};
    for (int i = 0; i < 3000; ++i) {
        record.keys.push_back({"key:" + std::to_string(i), 1});
    }
    store.run(store.provider().save_second(server, record));
    check_equal(store.run(store.provider().get_top_keys_stats(server, 1773144000, 1773144001)),
                {{"first", 2},
                 {"key:999", 1},
                 {"key:998", 1},
                 {"key:997", 1},
                 {"key:996", 1},
                 {"key:995", 1},
                 {"key:994", 1},
                 {"key:993", 1},
                 {"key:992", 1},
                 {"key:991", 1}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(keep_the_status_and_the_last_info, Backend, Backends) {
    Store<Backend> store;
    auto& provider = store.provider();
    const ServerStatus lost{.state = "lost",
                            .since = 100,
                            .reason = "Connection refused",
                            .retry_at = 105,
                            .latency_ms = std::nullopt,
                            .updated_at = 101};
    store.run(provider.save_status(server, lost));
    BOOST_TEST((store.run(provider.get_status(server)) == lost));
    const ServerStatus good{.state = "ok", .since = 106, .latency_ms = 0.25, .updated_at = 107};
    store.run(provider.save_status(server, good));
    store.run(
        provider.save_second(server, {.epoch = 106,
                                      .commands = {},
                                      .keys = {},
                                      .info = boost::json::object{{"redis_version", "7.0.15"}}}));
    store.reopen();
    BOOST_TEST((store.run(store.provider().get_status(server)) == good));
    const auto info = store.run(store.provider().get_info(server));
    BOOST_TEST_REQUIRE(info.has_value());
    BOOST_TEST(info->at("redis_version") == boost::json::value("7.0.15"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(give_the_gaps_of_a_range_cut_to_it, Backend, Backends) {
    Store<Backend> store;
    auto& provider = store.provider();
    store.run(provider.save_gap(server, 100, 110));
    store.run(provider.save_gap(server, 200, 210));
    store.run(provider.save_gap(server, 200, 230));
    check_equal(store.run(provider.get_gaps(server, 0, 1000)), {{100, 110}, {200, 230}});
    check_equal(store.run(provider.get_gaps(server, 105, 219)), {{105, 110}, {200, 220}});
    check_equal(store.run(provider.get_gaps(server, 110, 199)), {});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(know_their_first_and_last_second, Backend, Backends) {
    Store<Backend> store;
    auto& provider = store.provider();
    for (const std::int64_t epoch : {1773144061, 1773300007, 1773144059}) {
        store.run(provider.save_second(
            server, {.epoch = epoch, .total = 1, .commands = {{"GET", 1}}, .keys = {}}));
    }
    auto span = store.run(provider.get_record_span(server));
    BOOST_TEST(span.first.value() == 1773144059);
    BOOST_TEST(span.last.value() == 1773300007);
    store.run(provider.save_second(
        server, {.epoch = 1773300010, .commands = {}, .keys = {}, .used_memory = 1}));
    BOOST_TEST(store.run(provider.get_record_span(server)).last.value() == 1773300010);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(tell_what_they_are, Backend, Backends) {
    Store<Backend> store;
    const auto info = store.run(store.provider().get_store_info());
    BOOST_TEST(info.kind == Backend::kind);
    BOOST_TEST(info.bytes > 0);
    BOOST_TEST(info.keep_days == 31);
    BOOST_TEST(!info.name.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(forget_what_is_older_than_they_keep, Backend, Backends) {
    const TimeZone zone("UTC");
    Store<Backend> store;
    Model kept;
    Dice dice;
    constexpr std::int64_t day = 86400;
    constexpr std::int64_t now = 20000 * day + 7000;
    for (const std::int64_t age : {33, 32, 31, 30, 0}) {
        for (std::int64_t i = 0; i < 30; ++i) {
            const SecondRecord record = dice.second(now - age * day + i * 7);
            store.run(store.provider().save_second(server, record));
            if (age <= 31) {
                kept.add(record);
            }
        }
        store.run(store.provider().save_gap(server, now - age * day, now - age * day + 5));
    }
    store.run(store.provider().expire(now));
    const std::int64_t start = now - 40 * day;
    check_equal(store.run(store.provider().get_memory_info(server, start, now + day)),
                kept.memory(start, now + day));
    BOOST_TEST(store.run(store.provider().get_totals(server, start, now + day)).commands ==
               kept.commands_in(start, now + day));
    check_equal(store.run(store.provider().get_top_keys_stats(server, start, now + day)),
                kept.top(start, now + day, true));
    BOOST_TEST(store.run(store.provider().get_gaps(server, start, now + day)).size() == 3u);
    BOOST_TEST(store.run(store.provider().get_record_span(server)).first.value() >= now - 31 * day);
}

BOOST_AUTO_TEST_SUITE_END()
