#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

#include <cyclone/defer.hpp>
#include <redislive/api/util/granularity.hpp>

namespace redislive {

/// How often a command or a key occurred. Names are bytes.
struct NameCount {
    std::string name;
    std::int64_t count = 0;
    bool operator==(const NameCount&) const = default;
};

/// What Redis said about its memory at `epoch`; bytes.
struct MemorySample {
    std::int64_t epoch = 0;
    std::int64_t used = 0;
    std::int64_t peak = 0;
    bool operator==(const MemorySample&) const = default;
};

/// All that was seen of one server in one second. Counts of a second that is there already are
/// added to it.
struct SecondRecord {
    std::int64_t epoch = 0;
    /// The number of commands, also of those that have no key.
    std::int64_t total = 0;
    std::vector<NameCount> commands;
    std::vector<NameCount> keys;
    std::optional<std::int64_t> used_memory{};
    std::optional<std::int64_t> used_memory_peak{};
    /// The parsed INFO.
    std::optional<boost::json::object> info{};
};

/// How the collector gets on with a server.
struct ServerStatus {
    /// "ok", "waiting", "lost" or "refused".
    std::string state = "waiting";
    /// Since when, in seconds of the epoch.
    std::int64_t since = 0;
    /// The server's own words; absent when all is well.
    std::optional<std::string> reason{};
    std::optional<std::int64_t> retry_at{};
    std::optional<double> latency_ms{};
    /// When this was written, by which a reader sees that there is no collector any more.
    std::int64_t updated_at = 0;
    bool operator==(const ServerStatus&) const = default;
};

/// Seconds [from, to) that were not measured.
struct Gap {
    std::int64_t from = 0;
    std::int64_t to = 0;
    bool operator==(const Gap&) const = default;
};

/// The first and the last second of which there is anything.
struct RecordSpan {
    std::optional<std::int64_t> first{};
    std::optional<std::int64_t> last{};
    bool operator==(const RecordSpan&) const = default;
};

struct CommandStat {
    /// The first second of the bucket.
    std::int64_t epoch = 0;
    std::int64_t count = 0;
    bool operator==(const CommandStat&) const = default;
};

struct Totals {
    std::int64_t commands = 0;
    /// Distinct ones.
    std::int64_t keys = 0;
    bool operator==(const Totals&) const = default;
};

struct StoreInfo {
    /// "sqlite" or "redis".
    std::string kind;
    /// For people: a path or an address, never a password.
    std::string name;
    /// What it takes: of the disk for SQLite, of the stats server's memory (used_memory) for Redis.
    std::int64_t bytes = 0;
    int keep_days = 0;
};

/// Where statistics are kept. `server` is the id of a watched server, `host:port`; times are
/// seconds of the Unix epoch; ranges include both ends. Every call may fail with the error of the
/// store, a sentence.
class DataProvider {
public:
    virtual ~DataProvider() = default;

    /// Fires when the store can be used; fails with a sentence when it cannot: no such directory,
    /// not writable, of a newer version, no connection.
    virtual cyclone::Deferred<> ready() = 0;
    /// Fires when what was to be written is, and the store is closed.
    virtual cyclone::Deferred<> close() = 0;

    /// Asks for the right to write the seconds of `server` until `claim_lasts` after `now`, so that
    /// no two collectors count the same. Gives the name of the one that has it: `collector`, or
    /// another one whose claim has not ended and who is not `instead_of`.
    virtual cyclone::Deferred<std::string> claim(std::string server, std::string collector,
                                                 std::int64_t now, std::string instead_of) = 0;
    static constexpr std::int64_t claim_lasts = 10;

    /// Adds one second, all of it or nothing. Fails only when it is certain that nothing was, nor
    /// will be, stored, so that it can be tried again without counting anything twice.
    virtual cyclone::Deferred<> save_second(std::string server, SecondRecord record) = 0;
    virtual cyclone::Deferred<> save_status(std::string server, ServerStatus status) = 0;
    /// Says that [from, to) was not measured. A gap with the same `from` grows.
    virtual cyclone::Deferred<> save_gap(std::string server, std::int64_t from,
                                         std::int64_t to) = 0;

    /// The last INFO; nothing before the first.
    virtual cyclone::Deferred<std::optional<boost::json::object>> get_info(std::string server) = 0;
    /// Oldest first. With `points`, thinned to about as many: the largest of both numbers in each
    /// slot of time.
    virtual cyclone::Deferred<std::vector<MemorySample>> get_memory_info(
        std::string server, std::int64_t from, std::int64_t to,
        std::optional<std::size_t> points = std::nullopt) = 0;
    /// A bucket for each second, minute, local hour or local day that the range touches, newest
    /// first, also the empty ones. Counts are of the whole bucket, also where the range cuts it.
    virtual cyclone::Deferred<std::vector<CommandStat>> get_command_stats(
        std::string server, std::int64_t from, std::int64_t to, Granularity granularity) = 0;
    /// The ten largest, largest first; of equal ones, the greater byte string first, as ZREVRANGE
    /// has it.
    virtual cyclone::Deferred<std::vector<NameCount>> get_top_commands_stats(std::string server,
                                                                             std::int64_t from,
                                                                             std::int64_t to) = 0;
    virtual cyclone::Deferred<std::vector<NameCount>> get_top_keys_stats(std::string server,
                                                                         std::int64_t from,
                                                                         std::int64_t to) = 0;
    virtual cyclone::Deferred<Totals> get_totals(std::string server, std::int64_t from,
                                                 std::int64_t to) = 0;

    /// Nothing when no collector has ever written one.
    virtual cyclone::Deferred<std::optional<ServerStatus>> get_status(std::string server) = 0;
    /// Oldest first, cut to the range.
    virtual cyclone::Deferred<std::vector<Gap>> get_gaps(std::string server, std::int64_t from,
                                                         std::int64_t to) = 0;
    virtual cyclone::Deferred<RecordSpan> get_record_span(std::string server) = 0;
    virtual cyclone::Deferred<StoreInfo> get_store_info() = 0;

    /// Deletes what is older than the store keeps, in slices between which others get their turn.
    /// To be called from time to time, with the time.
    virtual cyclone::Deferred<> expire(std::int64_t now) = 0;
};

}  // namespace redislive
