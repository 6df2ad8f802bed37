#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <cyclone/redis.hpp>
#include <redislive/dataprovider/data_provider.hpp>
#include <redislive/dataprovider/redis/local_periods.hpp>
#include <redislive/dataprovider/redis/stats_store.hpp>
#include <redislive/dataprovider/redis/store_keys.hpp>

namespace redislive::redis_store {

/// Of the periods that begin at `starts`: which have a sum of ours that counts, and which must be
/// read in detail.
struct RolledUp {
    std::vector<std::int64_t> valid;
    std::vector<std::int64_t> in_detail;
};

inline cyclone::Deferred<RolledUp> check_rollups(Pool pool, StoreKeys keys,
                                                 std::vector<std::int64_t> starts,
                                                 Granularity granularity) {
    auto counting = read_counts(pool, keys.command_count_by(granularity), starts, granularity);
    const std::vector<std::int64_t> counts = co_await counting;
    auto reading = read_counts(pool, keys.rolled_up_by(granularity), starts, granularity);
    const std::vector<std::int64_t> rolled = co_await reading;
    RolledUp result;
    for (std::size_t i = 0; i < starts.size(); ++i) {
        if (counts[i] != 0) {
            (counts[i] == rolled[i] ? result.valid : result.in_detail).push_back(starts[i]);
        }
    }
    co_return result;
}

/// The sorted sets that together hold the counts of [from, end), as few as there are: the
/// original's of whole days, ours of hours and minutes where they are good, and the original's of
/// seconds where something happened.
inline cyclone::Deferred<std::vector<std::string>> sets_of(Pool pool, StoreKeys keys,
                                                           Counted counted, std::int64_t from,
                                                           std::int64_t end) {
    LocalPeriods periods = LocalPeriods::of(from, end);
    std::vector<std::string> sets;
    const auto add = [&](const std::vector<std::int64_t>& starts, Granularity granularity) {
        for (const std::int64_t start : starts) {
            sets.push_back(keys.counts(counted, granularity, start));
        }
    };
    auto finding_days =
        read_counts(pool, keys.command_count_by(Granularity::day), periods.days, Granularity::day);
    const std::vector<std::int64_t> of_days = co_await finding_days;
    for (std::size_t i = 0; i < of_days.size(); ++i) {
        if (of_days[i] != 0) {
            sets.push_back(keys.counts(counted, Granularity::day, periods.days[i]));
        }
    }

    auto checking_hours = check_rollups(pool, keys, periods.hours, Granularity::hour);
    const RolledUp hours = co_await checking_hours;
    add(hours.valid, Granularity::hour);
    for (const std::int64_t hour : hours.in_detail) {
        periods.add_minutes(hour, hour + 3600);
    }
    auto checking_minutes = check_rollups(pool, keys, periods.minutes, Granularity::minute);
    const RolledUp minutes = co_await checking_minutes;
    add(minutes.valid, Granularity::minute);
    for (const std::int64_t minute : minutes.in_detail) {
        periods.add_seconds(minute, minute + 60);
    }
    auto counting = read_counts(pool, keys.command_count_by(Granularity::second), periods.seconds,
                                Granularity::second);
    const std::vector<std::int64_t> of_seconds = co_await counting;
    for (std::size_t i = 0; i < of_seconds.size(); ++i) {
        if (of_seconds[i] != 0) {
            sets.push_back(keys.counts(counted, Granularity::second, periods.seconds[i]));
        }
    }
    co_return sets;
}

/// What the sum of some sorted sets looks like.
struct UnionSummary {
    std::vector<NameCount> top;
    std::int64_t members = 0;
};

/// How many members each of the sets has.
inline cyclone::Deferred<std::vector<std::int64_t>> read_sizes(Pool pool,
                                                               std::vector<std::string> sets) {
    constexpr std::size_t in_a_batch = 2000;
    std::vector<std::int64_t> sizes;
    sizes.reserve(sets.size());
    for (std::size_t at = 0; at < sets.size(); at += in_a_batch) {
        std::vector<cyclone::Deferred<std::int64_t>> asked;
        for (const std::string& set :
             std::span(sets).subspan(at, std::min(in_a_batch, sets.size() - at))) {
            asked.push_back(pool.zcard(set));
        }
        auto gathering = cyclone::gather_results(std::move(asked));
        const std::vector<std::int64_t> batch = co_await gathering;
        sizes.insert(sizes.end(), batch.begin(), batch.end());
    }
    co_return sizes;
}

/// Adds up the sets in `target`, which ends by itself should we be gone, a few at a time: between
/// two steps, of about a tenth of a second each at worst, the stats server serves others.
inline cyclone::Deferred<> store_union(Pool pool, std::string target,
                                       std::vector<std::string> sets) {
    auto asking = read_sizes(pool, sets);
    const std::vector<std::int64_t> sizes = co_await asking;
    constexpr std::size_t most_sets = 500;
    constexpr std::int64_t most_members = 200'000;
    for (std::size_t at = 0; at < sets.size();) {
        std::vector<std::string> sources;
        if (at != 0) {
            sources.push_back(target);
        }
        std::int64_t members = 0;
        do {
            members += sizes[at];
            sources.push_back(std::move(sets[at]));
            ++at;
        } while (at < sets.size() && sources.size() < most_sets &&
                 members + sizes[at] <= most_members);
        auto beginning = pool.multi();
        cyclone::redis::Transaction step = co_await beginning;
        step.zunionstore(target, sources);
        step.expire(target, std::chrono::seconds(60));
        auto committing = commit(std::move(step));
        co_await committing;
    }
}

/// The largest of the sums of all the sets, and how many members there are.
inline cyclone::Deferred<UnionSummary> summarise(Pool pool, StoreKeys keys,
                                                 std::vector<std::string> sets, std::size_t limit) {
    UnionSummary summary;
    if (sets.empty()) {
        co_return summary;
    }
    std::random_device random;
    std::string target = keys.temporary(std::to_string((std::uint64_t{random()} << 32) | random()));
    const bool single = sets.size() == 1;
    if (single) {
        target = sets.front();
    } else {
        auto storing = store_union(pool, target, std::move(sets));
        co_await storing;
    }
    auto beginning = pool.multi();
    cyclone::redis::Transaction reading = co_await beginning;
    reading.zrevrange_withscores(target, 0, static_cast<std::int64_t>(limit) - 1);
    reading.zcard(target);
    if (!single) {
        reading.unlink(target);
    }
    auto committing = commit(std::move(reading));
    std::vector<cyclone::redis::Reply> replies = co_await committing;
    for (auto& [name, score] :
         std::move(replies.at(0)).as<cyclone::redis::ScoredMembers>("ZREVRANGE")) {
        summary.top.push_back({std::move(name), static_cast<std::int64_t>(score)});
    }
    summary.members = replies.at(1).as<std::int64_t>("ZCARD");
    co_return summary;
}

}  // namespace redislive::redis_store
