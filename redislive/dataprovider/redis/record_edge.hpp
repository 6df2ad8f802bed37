#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/redis.hpp>
#include <redislive/dataprovider/buckets.hpp>
#include <redislive/dataprovider/redis/stats_store.hpp>
#include <redislive/dataprovider/redis/store_keys.hpp>

namespace redislive::redis_store {

/// The first second of the local day `YYMMDD`; nothing when the label is none.
inline std::optional<std::int64_t> day_from_label(std::string_view label) {
    if (label.size() != 6 || label.find_first_not_of("0123456789") != std::string_view::npos) {
        return std::nullopt;
    }
    const auto digits = [&](std::size_t at) {
        return (label[at] - '0') * 10 + (label[at + 1] - '0');
    };
    std::tm time{};
    // Redis is younger than the year 2000.
    time.tm_year = 100 + digits(0);
    time.tm_mon = digits(2) - 1;
    time.tm_mday = digits(4);
    time.tm_hour = 12;
    time.tm_isdst = -1;
    return start_of_local_day(static_cast<std::int64_t>(std::mktime(&time)));
}

enum class Edge : std::uint8_t { first, last };

/// The first or last second in which there were commands: day, hour, minute, second are found one
/// in the other.
inline cyclone::Deferred<std::optional<std::int64_t>> find_edge(Pool pool, StoreKeys keys,
                                                                Edge edge) {
    auto asked = pool.hkeys(keys.command_count_by(Granularity::day));
    const std::vector<std::string> labels = co_await asked;
    std::optional<std::int64_t> start;
    for (const std::string& label : labels) {
        const auto day = day_from_label(label);
        if (day && (!start || (edge == Edge::first ? *day < *start : *day > *start))) {
            start = day;
        }
    }
    Granularity within = Granularity::day;
    for (const Granularity finer : {Granularity::hour, Granularity::minute, Granularity::second}) {
        if (!start) {
            break;
        }
        std::vector<std::int64_t> bounds =
            bucket_bounds(*start, bucket_end(*start, within) - 1, finer);
        bounds.pop_back();
        if (edge == Edge::last) {
            std::ranges::reverse(bounds);
        }
        auto reading = read_counts(pool, keys.command_count_by(finer), bounds, finer);
        const std::vector<std::int64_t> counts = co_await reading;
        const auto found =
            std::ranges::find_if(counts, [](std::int64_t count) { return count != 0; });
        start = found == counts.end()
                    ? std::nullopt
                    : std::optional(bounds[static_cast<std::size_t>(found - counts.begin())]);
        within = finer;
    }
    co_return start;
}

/// The end of `ID:memory`.
inline cyclone::Deferred<std::optional<std::int64_t>> find_memory_edge(Pool pool, StoreKeys keys,
                                                                       Edge edge) {
    const std::int64_t index = edge == Edge::first ? 0 : -1;
    auto asked = pool.zrange_withscores(keys.memory(), index, index);
    const cyclone::redis::ScoredMembers members = co_await asked;
    if (members.empty()) {
        co_return std::nullopt;
    }
    co_return static_cast<std::int64_t>(members.front().second);
}

}  // namespace redislive::redis_store
