#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <cyclone/redis.hpp>
#include <redislive/dataprovider/data_provider.hpp>
#include <redislive/dataprovider/memory_thinning.hpp>
#include <redislive/dataprovider/redis/memory_member.hpp>
#include <redislive/dataprovider/redis/stats_store.hpp>
#include <redislive/dataprovider/redis/store_keys.hpp>

namespace redislive::redis_store {

/// Reads a sorted set by score, a page at a time.
class ScorePages {
public:
    ScorePages(Pool pool, std::string key, std::int64_t from, std::int64_t to)
        : pool_(std::move(pool)), key_(std::move(key)), from_(from), to_(to) {}

    /// The next members with their scores; empty at the end.
    cyclone::Deferred<cyclone::redis::ScoredMembers> next() {
        cyclone::redis::ScoredMembers page;
        while (page.empty() && !done_) {
            auto asked = pool_.zrangebyscore_withscores(
                key_, from_, to_, cyclone::redis::Limit{.offset = 0, .count = size_});
            page = co_await asked;
            if (std::cmp_less(page.size(), size_)) {
                done_ = true;
                break;
            }
            // The page may end among members of one score: those are read again with the next.
            const double last = page.back().second;
            const auto cut = std::ranges::find(page, last, &std::pair<std::string, double>::second);
            if (cut == page.begin()) {
                size_ *= 2;
            }
            page.erase(cut, page.end());
            from_ = static_cast<std::int64_t>(last);
        }
        co_return page;
    }

private:
    Pool pool_;
    std::string key_;
    std::int64_t from_;
    std::int64_t to_;
    std::int64_t size_ = 2000;
    bool done_ = false;
};

/// Calls `f(sample)` for each sample of [from, to], oldest first. What is no sample is left out.
template <class F>
cyclone::Deferred<> for_each_sample(Pool pool, std::string key, std::int64_t from, std::int64_t to,
                                    F f) {
    ScorePages pages(std::move(pool), std::move(key), from, to);
    for (;;) {
        auto asked = pages.next();
        const cyclone::redis::ScoredMembers page = co_await asked;
        if (page.empty()) {
            co_return;
        }
        for (const auto& [member, score] : page) {
            if (const auto sample = read_memory_member(member, score)) {
                f(*sample);
            }
        }
    }
}

/// The member of `ID:MemoryByMinute` for some samples: the largest numbers, and how many samples
/// there were.
inline std::string minute_member(const MemorySample& largest, std::int64_t samples) {
    return "{'timestamp': '" + std::to_string(largest.epoch) +
           "', 'used': " + std::to_string(largest.used) +
           ", 'peak': " + std::to_string(largest.peak) + ", 'samples': " + std::to_string(samples) +
           "}";
}

/// Our samples of whole minutes in [from, to], and the end of the time that they stand for. None,
/// and `from`, when one is missing or does not count what is there.
struct MinuteSamples {
    std::vector<MemorySample> samples;
    std::int64_t end = 0;
};

inline cyclone::Deferred<MinuteSamples> read_minute_samples(Pool pool, StoreKeys keys,
                                                            std::int64_t from, std::int64_t to) {
    MinuteSamples result{.samples = {}, .end = from};
    std::int64_t counted = 0;
    std::int64_t last_minute = from;
    ScorePages pages(pool, keys.memory_by_minute(), from, to);
    for (;;) {
        auto asked = pages.next();
        const cyclone::redis::ScoredMembers page = co_await asked;
        if (page.empty()) {
            break;
        }
        for (const auto& [member, score] : page) {
            const auto timestamp = number_in_dict(member, "timestamp");
            const auto samples = number_in_dict(member, "samples");
            const auto largest = read_memory_member(member, score);
            if (!timestamp || !samples || !largest) {
                continue;
            }
            counted += *samples;
            last_minute = largest->epoch;
            // 0: none of the samples of that minute could be read.
            if (*timestamp != 0) {
                result.samples.push_back({*timestamp, largest->used, largest->peak});
            }
        }
    }
    if (result.samples.empty()) {
        co_return result;
    }
    auto counting = pool.zcount(keys.memory(), from, last_minute + 59);
    const std::int64_t present = co_await counting;
    if (present != counted) {
        result.samples.clear();
        co_return result;
    }
    result.end = last_minute + 60;
    co_return result;
}

inline cyclone::Deferred<std::vector<MemorySample>> memory_info(Pool pool, StoreKeys keys,
                                                                std::int64_t from, std::int64_t to,
                                                                std::optional<std::size_t> points) {
    std::vector<MemorySample> rows;
    std::int64_t present = 0;
    if (points) {
        auto counting = pool.zcount(keys.memory(), from, to);
        present = co_await counting;
    }
    if (!points || present <= static_cast<std::int64_t>(std::max<std::size_t>(*points, 1))) {
        auto reading =
            for_each_sample(pool, keys.memory(), from, to,
                            [&rows](const MemorySample& sample) { rows.push_back(sample); });
        co_await reading;
        co_return rows;
    }

    const cyclone::redis::Limit one{.offset = 0, .count = 1};
    auto oldest = pool.zrangebyscore_withscores(keys.memory(), from, to, one);
    const cyclone::redis::ScoredMembers head = co_await oldest;
    auto newest = pool.command<cyclone::redis::ScoredMembers>("ZREVRANGEBYSCORE", keys.memory(), to,
                                                              from, "WITHSCORES", "LIMIT", 0, 1);
    const cyclone::redis::ScoredMembers tail = co_await newest;
    if (head.empty() || tail.empty()) {
        co_return rows;
    }
    const auto first = static_cast<std::int64_t>(head.front().second);
    const auto last = static_cast<std::int64_t>(tail.front().second);
    MemoryThinning thinning(first, last, *points);
    const auto add = [&thinning](const MemorySample& sample) { thinning.add(sample); };
    std::int64_t done = first;
    if (thinning.slot() % 60 == 0) {
        const std::int64_t whole = first + (60 - first % 60) % 60;
        const std::int64_t whole_end = (last + 1) - (last + 1) % 60;
        if (whole < whole_end) {
            auto reading = read_minute_samples(pool, keys, whole, whole_end - 1);
            const MinuteSamples minutes = co_await reading;
            auto cut = for_each_sample(pool, keys.memory(), first, whole - 1, add);
            co_await cut;
            std::ranges::for_each(minutes.samples, add);
            done = minutes.end;
        }
    }
    auto rest = for_each_sample(pool, keys.memory(), done, last, add);
    co_await rest;
    co_return thinning.take();
}

}  // namespace redislive::redis_store
