#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/serialize.hpp>

#include <cyclone/sqlite.hpp>
#include <redislive/dataprovider/data_provider.hpp>
#include <redislive/dataprovider/packed_counts.hpp>
#include <redislive/dataprovider/sqlite/name_ids.hpp>
#include <redislive/dataprovider/sqlite/periods.hpp>

namespace redislive::sqlite_store {

/// The id of the server; it is added when it is new.
inline std::int64_t server_id(Transaction& t, const std::string& name) {
    const auto rows = t.query("SELECT id FROM server WHERE name = ?", name);
    if (!rows.empty()) {
        return rows[0].get<std::int64_t>(0);
    }
    t.execute("INSERT INTO server (name) VALUES (?)", name);
    return t.last_insert_rowid();
}

/// The id of the server, or one that no row has.
inline std::int64_t find_server(Transaction& t, const std::string& name) {
    const auto rows = t.query("SELECT id FROM server WHERE name = ?", name);
    return rows.empty() ? 0 : rows[0].get<std::int64_t>(0);
}

inline std::string added(std::string_view packed, const std::vector<IdCount>& counts) {
    CountSums sums;
    sums.add(packed);
    for (const IdCount& entry : counts) {
        sums.add(entry.id, entry.count);
    }
    return pack(sums.entries());
}

/// Writes one second in the transaction that is open.
inline void write_second(Transaction& t, NameIds& names, const std::string& server_name,
                         const SecondRecord& record) {
    const std::int64_t server = server_id(t, server_name);
    const std::int64_t day = record.epoch / 86400;
    const std::vector<IdCount> commands = names.to_ids(t, record.commands, day);
    const std::vector<IdCount> keys = names.to_ids(t, record.keys, day);
    if (record.total != 0 || !commands.empty() || !keys.empty()) {
        const auto present =
            t.query("SELECT total, commands, keys FROM second WHERE server = ? AND epoch = ?",
                    server, record.epoch);
        const bool first = present.empty();
        t.execute(
            "INSERT OR REPLACE INTO second VALUES (?, ?, ?, ?, ?)", server, record.epoch,
            record.total + (first ? 0 : present[0].get<std::int64_t>(0)),
            cyclone::sqlite::Blob{first ? pack(commands)
                                        : added(present[0].get<std::string_view>(1), commands)},
            cyclone::sqlite::Blob{first ? pack(keys)
                                        : added(present[0].get<std::string_view>(2), keys)});
    }
    if (record.used_memory) {
        t.execute("INSERT OR REPLACE INTO memory VALUES (?, ?, ?, ?)", server, record.epoch,
                  *record.used_memory, record.used_memory_peak.value_or(*record.used_memory));
    }
    if (record.info) {
        t.execute(
            "INSERT INTO info VALUES (?, ?, ?) ON CONFLICT (server) DO UPDATE SET epoch = "
            "excluded.epoch, "
            "json = excluded.json WHERE excluded.epoch >= epoch",
            server, record.epoch, boost::json::serialize(*record.info));
    }
    mark_unrolled(t, server, record.epoch);
    roll_up_finished(t, server, record.epoch);
}

}  // namespace redislive::sqlite_store
