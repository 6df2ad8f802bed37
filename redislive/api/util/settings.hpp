#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/redis/options.hpp>
#include <redislive/api/util/parsed.hpp>
#include <redislive/api/util/server_address.hpp>

namespace redislive {

enum class StoreKind : std::uint8_t { sqlite, redis };

/// Where statistics are kept.
struct StoreSettings {
    StoreKind kind = StoreKind::sqlite;
    /// The file of SQLite; relative to the working directory.
    std::string path = "db/redislive.sqlite";
    /// The stats server.
    cyclone::redis::ConnectionOptions redis{};

    /// `sqlite:PATH` or the stats server's address; never its password.
    std::string display() const;
};

/// What a configuration file says.
struct Settings {
    /// May be empty: the file says nothing of servers.
    std::vector<ServerAddress> servers{};
    StoreSettings store{};
    /// How long statistics are kept.
    int keep_days = 31;
    /// Sentences for the log: members that mean nothing here, which may be misspelt.
    std::vector<std::string> warnings{};
};

/// Reads the text of `filename`, which is only named in errors: the redis-live.conf of the
/// original, JSON.
///
///     {"RedisServers": [{"server": "127.0.0.1", "port": 6379, "password": "..."}],
///      "DataStoreType": "sqlite",
///      "RedisStatsServer": {"server": "127.0.0.1", "port": 6385},
///      "SqliteStatsStore": {"path": "db/redislive.sqlite"},
///      "KeepDays": 31}
///
/// DataStoreType is "sqlite" (also where it is missing) or "redis"; the section of the other one is
/// not read. A server has "server", and may have "port" (6379), "password", "username" (of an ACL),
/// "db", "tls" (true: with TLS, the certificate verified); or it has "unix", the path of its
/// socket, instead of "server" and "port". "username", "db", "tls", "unix" and "KeepDays" (1 to
/// 36500) are ours, all else is the original's. What is null is not given. Errors begin with the
/// file's name: `redis-live.conf: line 3, column 5: ...`, `redis-live.conf: RedisServers[0].port:
/// ...`.
Parsed<Settings> parse_settings(std::string_view text, std::string_view filename);

/// Reads `sqlite:PATH`, or the address of a Redis with its scheme: `redis://`, `rediss://`,
/// `unix:`. The error is to stand behind `--store=`.
Parsed<StoreSettings> parse_store(std::string_view text);

}  // namespace redislive
