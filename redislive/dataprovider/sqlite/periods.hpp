#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <cyclone/sqlite.hpp>
#include <redislive/dataprovider/packed_counts.hpp>

namespace redislive::sqlite_store {

using cyclone::sqlite::Transaction;

/// The periods that are summed up, longest first.
inline constexpr std::int64_t rollup_seconds[] = {86400, 3600, 60};

inline std::int64_t period_start(std::int64_t epoch, std::int64_t seconds) {
    return epoch - ((epoch % seconds) + seconds) % seconds;
}

/// The periods in [from, end) that have no valid rollup.
inline std::vector<std::int64_t> unrolled_in(Transaction& t, std::int64_t server,
                                             std::int64_t seconds, std::int64_t from,
                                             std::int64_t end) {
    auto statement = t.prepare(
        "SELECT start FROM unrolled WHERE server = ? AND seconds = ? AND start >= ? AND start < ?");
    statement.bind(server, seconds, from, end);
    std::vector<std::int64_t> starts;
    while (statement.step()) {
        starts.push_back(statement.get<std::int64_t>(0));
    }
    return starts;
}

/// Covers [from, end) with as few rows as there are: calls `f(statement)` for each row of `rollup`
/// and of `second`. `columns` are what is selected of them. `longest` limits the rollups that are
/// used: an index of rollup_seconds.
template <class F>
void for_each_row(Transaction& t, std::int64_t server, std::int64_t from, std::int64_t end,
                  std::string_view columns, const F& f, std::size_t longest = 0) {
    if (from >= end) {
        return;
    }
    const std::string select = "SELECT " + std::string(columns);
    if (longest == std::size(rollup_seconds)) {
        auto statement =
            t.prepare(select + " FROM second WHERE server = ? AND epoch >= ? AND epoch < ?");
        statement.bind(server, from, end);
        while (statement.step()) {
            f(statement);
        }
        return;
    }
    const std::int64_t seconds = rollup_seconds[longest];
    const std::int64_t first = period_start(from + seconds - 1, seconds);
    const std::int64_t last = period_start(end, seconds);
    if (first >= last) {
        for_each_row(t, server, from, end, columns, f, longest + 1);
        return;
    }
    for_each_row(t, server, from, first, columns, f, longest + 1);
    {
        auto statement = t.prepare(select +
                                   " FROM rollup WHERE server = ? AND seconds = ? AND start >= ? "
                                   "AND start < ? ORDER BY start");
        statement.bind(server, seconds, first, last);
        while (statement.step()) {
            f(statement);
        }
    }
    for (const std::int64_t start : unrolled_in(t, server, seconds, first, last)) {
        for_each_row(t, server, start, start + seconds, columns, f, longest + 1);
    }
    for_each_row(t, server, last, end, columns, f, longest + 1);
}

/// How many commands there were in [from, end).
inline std::int64_t total_in(Transaction& t, std::int64_t server, std::int64_t from,
                             std::int64_t end) {
    std::int64_t total = 0;
    for_each_row(t, server, from, end, "total",
                 [&](const cyclone::sqlite::Statement& row) { total += row.get<std::int64_t>(0); });
    return total;
}

/// Takes note of a change at `epoch`: the rollups that hold it do not count any more.
inline void mark_unrolled(Transaction& t, std::int64_t server, std::int64_t epoch) {
    for (const std::int64_t seconds : rollup_seconds) {
        const std::int64_t start = period_start(epoch, seconds);
        if (t.execute("INSERT OR IGNORE INTO unrolled VALUES (?, ?, ?)", server, seconds, start) ==
            0) {
            continue;
        }
        t.execute("DELETE FROM rollup WHERE server = ? AND seconds = ? AND start = ?", server,
                  seconds, start);
        if (seconds == 60) {
            t.execute("DELETE FROM memory_rollup WHERE server = ? AND start = ?", server, start);
        }
    }
}

/// Sums up one period out of shorter ones.
inline void roll_up(Transaction& t, std::int64_t server, std::size_t level, std::int64_t start) {
    const std::int64_t seconds = rollup_seconds[level];
    CountSums commands;
    CountSums keys;
    std::int64_t total = 0;
    for_each_row(
        t, server, start, start + seconds, "total, commands, keys",
        [&](const cyclone::sqlite::Statement& row) {
            total += row.get<std::int64_t>(0);
            commands.add(row.get<std::string_view>(1));
            keys.add(row.get<std::string_view>(2));
        },
        level + 1);
    if (total != 0 || commands.distinct() != 0 || keys.distinct() != 0) {
        t.execute("INSERT OR REPLACE INTO rollup VALUES (?, ?, ?, ?, ?, ?)", server, seconds, start,
                  total, cyclone::sqlite::Blob{pack(commands.entries())},
                  cyclone::sqlite::Blob{pack(keys.entries())});
    }
    if (seconds == 60) {
        t.execute(
            "INSERT OR REPLACE INTO memory_rollup "
            "SELECT server, ?1, epoch, max(used), peak_of_all FROM memory, "
            "(SELECT max(peak) AS peak_of_all FROM memory WHERE server = ?2 AND epoch >= ?1 AND "
            "epoch < ?1 + 60) "
            "WHERE server = ?2 AND epoch >= ?1 AND epoch < ?1 + 60 HAVING count(*) > 0",
            start, server);
    }
    t.execute("DELETE FROM unrolled WHERE server = ? AND seconds = ? AND start = ?", server,
              seconds, start);
}

/// Sums up what has ended before `now`, a little at a time: called with each second that is saved,
/// it keeps up with a backlog too.
inline void roll_up_finished(Transaction& t, std::int64_t server, std::int64_t now) {
    constexpr std::int64_t at_most[] = {1, 1, 3};
    for (std::size_t level = std::size(rollup_seconds); level-- > 0;) {
        const std::int64_t seconds = rollup_seconds[level];
        const auto rows = t.query(
            "SELECT start FROM unrolled WHERE server = ? AND seconds = ? AND start <= ? ORDER BY "
            "start LIMIT ?",
            server, seconds, now - seconds, at_most[level]);
        for (const auto& row : rows) {
            roll_up(t, server, level, row.get<std::int64_t>(0));
        }
    }
}

}  // namespace redislive::sqlite_store
