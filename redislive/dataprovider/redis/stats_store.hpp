#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/redis.hpp>
#include <redislive/dataprovider/redis/store_keys.hpp>

namespace redislive::redis_store {

using Pool = cyclone::redis::ConnectionPool;

/// Sends a transaction; fails when one of its commands did.
inline cyclone::Deferred<std::vector<cyclone::redis::Reply>> commit(
    cyclone::redis::Transaction transaction) {
    auto committing = transaction.commit();
    std::vector<cyclone::redis::Reply> replies = co_await committing;
    for (const auto& reply : replies) {
        if (reply.is_error()) {
            throw cyclone::redis::ResponseError("EXEC", reply.text());
        }
    }
    co_return replies;
}

/// A count as the original may have written it: `475` or `475.0`.
inline std::int64_t count_from(const std::optional<std::string>& text) {
    if (!text) {
        return 0;
    }
    std::int64_t count = 0;
    const auto result = std::from_chars(text->data(), text->data() + text->size(), count);
    if (result.ec != std::errc()) {
        throw std::runtime_error("the store holds `" + *text +
                                 "` where a number of commands should stand");
    }
    return count;
}

/// The numbers that `hash` has for the periods that begin at `starts`; 0 where it has none.
inline cyclone::Deferred<std::vector<std::int64_t>> read_counts(Pool pool, std::string hash,
                                                                std::vector<std::int64_t> starts,
                                                                Granularity granularity) {
    // Redis serves others between two commands.
    constexpr std::size_t fields_in_a_command = 2000;
    std::vector<std::int64_t> counts;
    counts.reserve(starts.size());
    for (std::size_t at = 0; at < starts.size(); at += fields_in_a_command) {
        const auto part =
            std::span(starts).subspan(at, std::min(fields_in_a_command, starts.size() - at));
        std::vector<std::string> fields;
        fields.reserve(part.size());
        for (const std::int64_t start : part) {
            fields.push_back(field_label(start, granularity));
        }
        auto asked = pool.hmget(hash, fields);
        const std::vector<std::optional<std::string>> values = co_await asked;
        for (const auto& value : values) {
            counts.push_back(count_from(value));
        }
    }
    co_return counts;
}

inline std::int64_t sum(const std::vector<std::int64_t>& counts) {
    std::int64_t total = 0;
    for (const std::int64_t count : counts) {
        total += count;
    }
    return total;
}

}  // namespace redislive::redis_store
