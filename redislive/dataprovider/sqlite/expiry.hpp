#pragma once

#include <algorithm>
#include <cstdint>

#include <cyclone/sqlite.hpp>
#include <redislive/dataprovider/sqlite/periods.hpp>

namespace redislive::sqlite_store {

/// Where the search for unused names has got to.
struct ExpiryProgress {
    std::int64_t last_name = 0;
};

/// Deletes an hour of the oldest rows of a table before `cutoff`; false when there were none.
inline bool expire_rows(Transaction& t, const char* table, const char* column,
                        std::int64_t cutoff) {
    const std::string name(table);
    const std::string at(column);
    const auto servers = t.query("SELECT id FROM server");
    for (const auto& row : servers) {
        const auto server = row.get<std::int64_t>(0);
        const auto oldest =
            t.query("SELECT min(" + at + ") FROM " + name + " WHERE server = ?", server)[0]
                .get<std::optional<std::int64_t>>(0);
        if (oldest && *oldest < cutoff) {
            t.execute("DELETE FROM " + name + " WHERE server = ? AND " + at + " < ?", server,
                      std::min(*oldest + 3600, cutoff));
            return true;
        }
    }
    return false;
}

/// One slice of expire(): false when nothing is left to do. `cutoff` is the start of a day of UTC,
/// so that no rollup is cut.
inline bool expire_slice(Transaction& t, std::int64_t cutoff, ExpiryProgress& progress) {
    if (expire_rows(t, "second", "epoch", cutoff) || expire_rows(t, "memory", "epoch", cutoff) ||
        expire_rows(t, "memory_rollup", "start", cutoff)) {
        return true;
    }
    for (const auto& row : t.query("SELECT id FROM server")) {
        const auto server = row.get<std::int64_t>(0);
        for (const std::int64_t seconds : rollup_seconds) {
            const auto oldest =
                t.query("SELECT min(start) FROM rollup WHERE server = ? AND seconds = ?", server,
                        seconds)[0]
                    .get<std::optional<std::int64_t>>(0);
            if (oldest && *oldest < cutoff) {
                t.execute("DELETE FROM rollup WHERE server = ? AND seconds = ? AND start < ?",
                          server, seconds, std::min(*oldest + seconds * 60, cutoff));
                return true;
            }
        }
    }
    t.execute("DELETE FROM unrolled WHERE start < ?", cutoff);
    t.execute("DELETE FROM gap WHERE end <= ?", cutoff);

    constexpr std::int64_t names_in_a_slice = 10'000;
    const auto largest = t.query("SELECT max(id) FROM name")[0].get<std::optional<std::int64_t>>(0);
    if (!largest || progress.last_name >= *largest) {
        return false;
    }
    t.execute("DELETE FROM name WHERE id > ? AND id <= ? AND last_day < ?", progress.last_name,
              progress.last_name + names_in_a_slice, cutoff / 86400);
    progress.last_name += names_in_a_slice;
    return true;
}

}  // namespace redislive::sqlite_store
