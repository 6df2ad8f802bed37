#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <cyclone/redis.hpp>
#include <redislive/dataprovider/buckets.hpp>
#include <redislive/dataprovider/redis/record_edge.hpp>
#include <redislive/dataprovider/redis/stats_store.hpp>
#include <redislive/dataprovider/redis/store_keys.hpp>

namespace redislive::redis_store {

inline cyclone::Deferred<> delete_fields(Pool pool, std::vector<std::string> hashes,
                                         std::vector<std::string> fields) {
    constexpr std::size_t fields_in_a_command = 2000;
    for (const std::string& hash : hashes) {
        for (std::size_t at = 0; at < fields.size(); at += fields_in_a_command) {
            const auto part =
                std::span(fields).subspan(at, std::min(fields_in_a_command, fields.size() - at));
            auto deleting = pool.hdel(hash, part);
            co_await deleting;
        }
    }
}

/// Takes what is before `cutoff`, the start of a local day, out of the sorted sets and hashes of
/// one server. The sets of seconds, minutes, hours and days end by themselves.
inline cyclone::Deferred<> trim(Pool pool, StoreKeys keys, std::int64_t cutoff) {
    const std::string before = "(" + std::to_string(cutoff);
    // A day at a time: one command for all of a long past would keep the stats server from
    // everything else.
    for (const std::string& key : {keys.memory(), keys.memory_by_minute(), keys.gaps()}) {
        for (;;) {
            auto asked = pool.zrange_withscores(key, 0, 0);
            const cyclone::redis::ScoredMembers oldest = co_await asked;
            if (oldest.empty() || oldest.front().second >= static_cast<double>(cutoff)) {
                break;
            }
            const auto until = static_cast<std::int64_t>(oldest.front().second) + 86400;
            auto removing = pool.zremrangebyscore(
                key, "-inf", until < cutoff ? "(" + std::to_string(until) : before);
            co_await removing;
        }
    }
    auto asked = pool.hkeys(keys.command_count_by(Granularity::day));
    const std::vector<std::string> labels = co_await asked;
    for (const std::string& label : labels) {
        const auto day = day_from_label(label);
        if (!day || *day >= cutoff) {
            continue;
        }
        // The day itself goes last, so that a trim that is cut short is taken up again.
        for (const Granularity granularity :
             {Granularity::second, Granularity::minute, Granularity::hour, Granularity::day}) {
            std::vector<std::int64_t> bounds =
                bucket_bounds(*day, next_local_day(*day) - 1, granularity);
            bounds.pop_back();
            std::vector<std::string> fields;
            fields.reserve(bounds.size());
            for (const std::int64_t start : bounds) {
                fields.push_back(field_label(start, granularity));
            }
            std::vector<std::string> hashes = {keys.command_count_by(granularity)};
            if (granularity == Granularity::minute || granularity == Granularity::hour) {
                hashes.push_back(keys.rolled_up_by(granularity));
            }
            auto deleting = delete_fields(pool, std::move(hashes), std::move(fields));
            co_await deleting;
        }
    }
}

}  // namespace redislive::redis_store
