#pragma once

#include <cstdint>
#include <string>

#include <cyclone/sqlite.hpp>

namespace redislive::sqlite_store {

/// The version of the layout below, in PRAGMA user_version. "RdLv" is the application id.
inline constexpr std::int64_t schema_version = 1;
inline constexpr std::int64_t application_id = 0x52644c76;

// second holds what was measured; rollup and memory_rollup hold sums over 60, 3600 and 86400
// seconds of UTC, so that a change of the time zone does not matter. A period either stands in
// unrolled, and its rollup does not count, or its rollup is complete, and none means that nothing
// happened. That is why late seconds and a kill at any moment do no harm.
inline constexpr const char* schema = R"(
CREATE TABLE server (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE name (
    id INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL UNIQUE,
    last_day INTEGER NOT NULL
);
CREATE TABLE second (
    server INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    total INTEGER NOT NULL,
    commands BLOB NOT NULL,
    keys BLOB NOT NULL,
    PRIMARY KEY (server, epoch)
) WITHOUT ROWID;
CREATE TABLE rollup (
    server INTEGER NOT NULL,
    seconds INTEGER NOT NULL,
    start INTEGER NOT NULL,
    total INTEGER NOT NULL,
    commands BLOB NOT NULL,
    keys BLOB NOT NULL,
    UNIQUE (server, seconds, start)
);
CREATE TABLE unrolled (
    server INTEGER NOT NULL,
    seconds INTEGER NOT NULL,
    start INTEGER NOT NULL,
    PRIMARY KEY (server, seconds, start)
) WITHOUT ROWID;
CREATE TABLE memory (
    server INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    used INTEGER NOT NULL,
    peak INTEGER NOT NULL,
    PRIMARY KEY (server, epoch)
) WITHOUT ROWID;
CREATE TABLE memory_rollup (
    server INTEGER NOT NULL,
    start INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    used INTEGER NOT NULL,
    peak INTEGER NOT NULL,
    PRIMARY KEY (server, start)
) WITHOUT ROWID;
CREATE TABLE info (
    server INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    json TEXT NOT NULL
);
CREATE TABLE status (
    server INTEGER PRIMARY KEY,
    state TEXT NOT NULL,
    since INTEGER NOT NULL,
    reason TEXT,
    retry_at INTEGER,
    latency_ms REAL,
    updated_at INTEGER NOT NULL
);
CREATE TABLE claim (
    server INTEGER PRIMARY KEY,
    collector TEXT NOT NULL,
    until INTEGER NOT NULL
);
CREATE TABLE gap (
    server INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    PRIMARY KEY (server, start)
) WITHOUT ROWID;
)";

/// Makes the tables in an empty database. Throws sqlite::Error, and changes nothing, when it holds
/// something else or was written by a newer version.
inline void prepare_schema(cyclone::sqlite::Transaction& t, const std::string& path) {
    const auto version = t.query("PRAGMA user_version")[0].get<std::int64_t>(0);
    const auto id = t.query("PRAGMA application_id")[0].get<std::int64_t>(0);
    if (id == application_id && version == schema_version) {
        return;
    }
    if (id == application_id && version > schema_version) {
        throw cyclone::sqlite::Error(
            "the store " + path + " was written by a newer RedisLive (its version is " +
            std::to_string(version) + ", this program knows " + std::to_string(schema_version) +
            "): update this program, or choose another path");
    }
    if (id != 0 || version != 0 || !t.query("SELECT 1 FROM sqlite_schema LIMIT 1").empty()) {
        throw cyclone::sqlite::Error(
            "the store " + path + " is an SQLite database of another program: choose another path");
    }
    t.execute_script(schema);
    t.execute("PRAGMA application_id = " + std::to_string(application_id));
    t.execute("PRAGMA user_version = " + std::to_string(schema_version));
}

}  // namespace redislive::sqlite_store
