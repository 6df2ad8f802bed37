#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <cyclone/sqlite.hpp>
#include <redislive/dataprovider/data_provider.hpp>
#include <redislive/dataprovider/memory_thinning.hpp>
#include <redislive/dataprovider/sqlite/periods.hpp>

namespace redislive::sqlite_store {

inline MemorySample sample_of(const cyclone::sqlite::Statement& row) {
    return {row.get<std::int64_t>(0), row.get<std::int64_t>(1), row.get<std::int64_t>(2)};
}

/// The samples of [from, to], at most `limit` (negative: all).
inline std::vector<MemorySample> memory_rows(Transaction& t, std::int64_t server, std::int64_t from,
                                             std::int64_t to, std::int64_t limit = -1) {
    auto statement = t.prepare(
        "SELECT epoch, used, peak FROM memory WHERE server = ? AND epoch BETWEEN ? AND ? "
        "ORDER BY epoch LIMIT ?");
    statement.bind(server, from, to, limit);
    std::vector<MemorySample> rows;
    while (statement.step()) {
        rows.push_back(sample_of(statement));
    }
    return rows;
}

/// Adds the samples of [from, to], in order of time, by whole minutes where those are summed up.
inline void thin_by_minutes(Transaction& t, std::int64_t server, std::int64_t from, std::int64_t to,
                            MemoryThinning& thinning) {
    const auto add_rows = [&](std::int64_t first, std::int64_t end) {
        for (const MemorySample& sample : memory_rows(t, server, first, end - 1)) {
            thinning.add(sample);
        }
    };
    const auto add_minutes = [&](std::int64_t first, std::int64_t end) {
        auto statement = t.prepare(
            "SELECT epoch, used, peak FROM memory_rollup WHERE server = ? AND start >= ? AND start "
            "< ? "
            "ORDER BY start");
        statement.bind(server, first, end);
        while (statement.step()) {
            thinning.add(sample_of(statement));
        }
    };
    std::int64_t done = std::min(period_start(from + 59, 60), to + 1);
    const std::int64_t last = std::max(period_start(to + 1, 60), done);
    add_rows(from, done);
    for (const std::int64_t start : unrolled_in(t, server, 60, done, last)) {
        add_minutes(done, start);
        add_rows(start, start + 60);
        done = start + 60;
    }
    add_minutes(done, last);
    add_rows(last, to + 1);
}

inline std::vector<MemorySample> memory_info(Transaction& t, std::int64_t server, std::int64_t from,
                                             std::int64_t to, std::optional<std::size_t> points) {
    if (!points) {
        return memory_rows(t, server, from, to);
    }
    const auto limit = static_cast<std::int64_t>(std::max<std::size_t>(*points, 1));
    std::vector<MemorySample> rows = memory_rows(t, server, from, to, limit + 1);
    if (static_cast<std::int64_t>(rows.size()) <= limit) {
        return rows;
    }
    auto newest =
        t.prepare("SELECT max(epoch) FROM memory WHERE server = ? AND epoch BETWEEN ? AND ?");
    newest.bind(server, from, to);
    newest.step();
    const auto last = newest.get<std::int64_t>(0);
    const std::int64_t first = rows.front().epoch;
    MemoryThinning thinning(first, last, *points);
    if (thinning.slot() % 60 == 0) {
        thin_by_minutes(t, server, first, last, thinning);
    } else {
        for (const MemorySample& sample : memory_rows(t, server, first, last)) {
            thinning.add(sample);
        }
    }
    return thinning.take();
}

}  // namespace redislive::sqlite_store
