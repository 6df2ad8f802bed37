#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <cyclone/redis.hpp>
#include <redislive/dataprovider/redis/count_union.hpp>
#include <redislive/dataprovider/redis/memory_rows.hpp>
#include <redislive/dataprovider/redis/stats_store.hpp>
#include <redislive/dataprovider/redis/store_keys.hpp>

namespace redislive::redis_store {

/// Adds the sets of shorter periods up into those of a longer one, and notes how many commands
/// these are.
inline cyclone::Deferred<> store_rollup(Pool pool, StoreKeys keys, Granularity granularity,
                                        std::int64_t start, std::vector<std::int64_t> parts,
                                        std::int64_t total, std::chrono::seconds keep) {
    const Granularity shorter =
        granularity == Granularity::hour ? Granularity::minute : Granularity::second;
    auto beginning = pool.multi();
    cyclone::redis::Transaction t = co_await beginning;
    for (const Counted counted : {Counted::commands, Counted::keys}) {
        std::vector<std::string> sources;
        sources.reserve(parts.size());
        for (const std::int64_t part : parts) {
            sources.push_back(keys.counts(counted, shorter, part));
        }
        const std::string target = keys.counts(counted, granularity, start);
        t.zunionstore(target, sources);
        t.expire(target, keep);
    }
    t.hset(keys.rolled_up_by(granularity), field_label(start, granularity), total);
    auto committing = commit(std::move(t));
    co_await committing;
}

inline cyclone::Deferred<> roll_up_minute(Pool pool, StoreKeys keys, std::int64_t start,
                                          std::chrono::seconds keep) {
    auto counting =
        read_counts(pool, keys.command_count_by(Granularity::minute), {start}, Granularity::minute);
    const std::vector<std::int64_t> total = co_await counting;
    LocalPeriods seconds;
    seconds.add_seconds(start, start + 60);
    auto reading = read_counts(pool, keys.command_count_by(Granularity::second), seconds.seconds,
                               Granularity::second);
    const std::vector<std::int64_t> of_seconds = co_await reading;
    // What was added in between, or has lost its seconds, is left to be read in detail.
    if (total.front() == 0 || sum(of_seconds) != total.front()) {
        co_return;
    }
    std::vector<std::int64_t> parts;
    for (std::size_t i = 0; i < of_seconds.size(); ++i) {
        if (of_seconds[i] != 0) {
            parts.push_back(seconds.seconds[i]);
        }
    }
    auto storing =
        store_rollup(pool, keys, Granularity::minute, start, std::move(parts), total.front(), keep);
    co_await storing;
}

inline cyclone::Deferred<> roll_up_hour(Pool pool, StoreKeys keys, std::int64_t start,
                                        std::chrono::seconds keep) {
    auto counting =
        read_counts(pool, keys.command_count_by(Granularity::hour), {start}, Granularity::hour);
    const std::vector<std::int64_t> total = co_await counting;
    LocalPeriods minutes;
    minutes.add_minutes(start, start + 3600);
    auto checking = check_rollups(pool, keys, minutes.minutes, Granularity::minute);
    const RolledUp found = co_await checking;
    for (const std::int64_t minute : found.in_detail) {
        auto rolling = roll_up_minute(pool, keys, minute, keep);
        co_await rolling;
    }
    auto reading = read_counts(pool, keys.rolled_up_by(Granularity::minute), minutes.minutes,
                               Granularity::minute);
    const std::vector<std::int64_t> rolled = co_await reading;
    if (total.front() == 0 || sum(rolled) != total.front()) {
        co_return;
    }
    std::vector<std::int64_t> parts;
    for (std::size_t i = 0; i < rolled.size(); ++i) {
        if (rolled[i] != 0) {
            parts.push_back(minutes.minutes[i]);
        }
    }
    auto storing =
        store_rollup(pool, keys, Granularity::hour, start, std::move(parts), total.front(), keep);
    co_await storing;
}

/// Sums up the memory of whole minutes, from `from` to before `end`, an hour of samples at most.
inline cyclone::Deferred<> roll_up_memory(Pool pool, StoreKeys keys, std::int64_t from,
                                          std::int64_t end) {
    constexpr std::int64_t at_most = 3600;
    auto asked = pool.zrangebyscore_withscores(
        keys.memory(), from, end - 1, cyclone::redis::Limit{.offset = 0, .count = at_most});
    const cyclone::redis::ScoredMembers members = co_await asked;
    struct Minute {
        MemorySample largest;
        std::int64_t samples = 0;
    };
    std::map<std::int64_t, Minute> minutes;
    for (const auto& [member, score] : members) {
        const std::int64_t epoch = static_cast<std::int64_t>(score);
        Minute& minute = minutes[epoch - epoch % 60];
        ++minute.samples;
        if (const auto sample = read_memory_member(member, score)) {
            if (minute.largest.epoch == 0 || sample->used > minute.largest.used) {
                minute.largest.epoch = sample->epoch;
                minute.largest.used = sample->used;
            }
            minute.largest.peak = std::max(minute.largest.peak, sample->peak);
        }
    }
    // A full page may end inside a minute, which is left for the next time.
    if (members.size() == at_most && minutes.size() > 1) {
        minutes.erase(std::prev(minutes.end()));
    }
    if (minutes.empty()) {
        co_return;
    }
    auto beginning = pool.multi();
    cyclone::redis::Transaction t = co_await beginning;
    for (const auto& [start, minute] : minutes) {
        t.zremrangebyscore(keys.memory_by_minute(), start, start);
        t.zadd(keys.memory_by_minute(), start, minute_member(minute.largest, minute.samples));
    }
    auto committing = commit(std::move(t));
    co_await committing;
}

/// Sums up the memory of the minutes that have ended since the last time.
inline cyclone::Deferred<> roll_up_new_memory(Pool pool, StoreKeys keys, std::int64_t minute_now) {
    auto newest = pool.zrevrange_withscores(keys.memory_by_minute(), 0, 0);
    const cyclone::redis::ScoredMembers last = co_await newest;
    const std::int64_t from =
        last.empty() ? 0 : static_cast<std::int64_t>(last.front().second) + 60;
    if (from < minute_now) {
        auto rolling = roll_up_memory(pool, keys, from, minute_now);
        co_await rolling;
    }
}

/// Sums up one of the hours that have ended and are not summed up yet, also those that an earlier
/// collector or the original has left. Gives whether there may be more of them.
inline cyclone::Deferred<bool> roll_up_an_hour(Pool pool, StoreKeys keys, std::int64_t minute_now,
                                               std::chrono::seconds keep) {
    std::vector<std::int64_t> hours;
    const std::int64_t this_hour = start_of_local_hour(minute_now);
    for (std::int64_t hour = this_hour - 3600; hour > this_hour - keep.count(); hour -= 3600) {
        hours.push_back(hour);
    }
    auto checking = check_rollups(pool, keys, std::move(hours), Granularity::hour);
    const RolledUp found = co_await checking;
    std::vector<std::int64_t> open;
    std::ranges::copy_if(found.in_detail, std::back_inserter(open), has_own_label);
    if (open.empty()) {
        co_return false;
    }
    // Each in its turn: one that cannot be summed up, for its seconds are gone, must not keep
    // others waiting.
    const auto turn = static_cast<std::size_t>(minute_now / 60) % open.size();
    auto hour = roll_up_hour(pool, keys, open[turn], keep);
    co_await hour;
    co_return true;
}

}  // namespace redislive::redis_store
