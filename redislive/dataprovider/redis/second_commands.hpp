#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/json/serialize.hpp>

#include <cyclone/redis.hpp>
#include <redislive/dataprovider/data_provider.hpp>
#include <redislive/dataprovider/redis/memory_member.hpp>
#include <redislive/dataprovider/redis/store_keys.hpp>

namespace redislive::redis_store {

/// Adds the commands that store one second to a transaction: those of the original, and the ends of
/// its sets.
inline void add_second(cyclone::redis::Transaction& t, const StoreKeys& keys,
                       const SecondRecord& record, std::chrono::seconds keep) {
    if (record.used_memory) {
        const MemorySample sample{record.epoch, *record.used_memory,
                                  record.used_memory_peak.value_or(*record.used_memory)};
        // The last sample of a second is the one that counts, as in the other store.
        t.zremrangebyscore(keys.memory(), record.epoch, record.epoch);
        t.zadd(keys.memory(), record.epoch, memory_member(sample));
    }
    if (record.info) {
        t.set(keys.info(), boost::json::serialize(*record.info));
    }
    if (record.total != 0) {
        for (const Granularity granularity :
             {Granularity::second, Granularity::minute, Granularity::hour, Granularity::day}) {
            t.hincrby(keys.command_count_by(granularity), field_label(record.epoch, granularity),
                      record.total);
        }
    }
    const auto add_counts = [&](const std::vector<NameCount>& counts, Counted counted) {
        if (counts.empty()) {
            return;
        }
        for (const Granularity granularity : {Granularity::second, Granularity::day}) {
            const std::string set = keys.counts(counted, granularity, record.epoch);
            for (const NameCount& entry : counts) {
                t.command("ZINCRBY", set, entry.count, entry.name);
            }
            // A day more than is kept, so that no day that is kept in part loses its seconds.
            t.expire(set, keep + std::chrono::days(1));
        }
    };
    add_counts(record.commands, Counted::commands);
    add_counts(record.keys, Counted::keys);
}

}  // namespace redislive::redis_store
