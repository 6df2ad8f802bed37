#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <cyclone/redis/convert.hpp>

namespace cyclone::redis {

/// One of the commands that took long.
struct SlowlogEntry {
    std::int64_t id = 0;
    /// When it began, in seconds of the Unix epoch.
    std::int64_t began = 0;
    std::chrono::microseconds took{};
    /// The command, cut by the server where it is long.
    std::vector<std::string> words{};
    std::string client{};
    std::string client_name{};
};

template <>
struct FromReply<SlowlogEntry> {
    static SlowlogEntry convert(Reply&& reply, std::string_view command) {
        using Parts = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::vector<std::string>,
                                 std::string, std::string>;
        auto [id, began, took, words, client, name] =
            detail::convert<Parts>(std::move(reply), command);
        return {id,
                began,
                std::chrono::microseconds(took),
                std::move(words),
                std::move(client),
                std::move(name)};
    }
};

/// What LATENCY LATEST says of an event: its name, when it was last seen in seconds of the Unix
/// epoch, how many milliseconds it took then, and at most.
using LatencyEvent = std::tuple<std::string, std::int64_t, std::int64_t, std::int64_t>;

/// Commands to the server as such. As in cyclone.redis.
template <class Derived, template <class> class Result>
class ServerCommands {
public:
    /// "PONG".
    Result<std::string> ping() { return self().template command<std::string>("PING"); }
    template <class V>
    Result<std::string> echo(const V& value) {
        return self().template command<std::string>("ECHO", value);
    }
    /// The text of INFO, all of it or one section.
    Result<std::string> info() { return self().template command<std::string>("INFO"); }
    Result<std::string> info(std::string_view section) {
        return self().template command<std::string>("INFO", section);
    }
    /// How many keys the database has.
    Result<std::int64_t> dbsize() { return self().template command<std::int64_t>("DBSIZE"); }
    Result<void> flushdb() { return self().template command<void>("FLUSHDB"); }
    Result<void> flushall() { return self().template command<void>("FLUSHALL"); }
    /// Seconds and microseconds of the server's clock.
    Result<std::pair<std::int64_t, std::int64_t>> time() {
        return self().template command<std::pair<std::int64_t, std::int64_t>>("TIME");
    }
    Result<std::map<std::string, std::string>> config_get(std::string_view pattern) {
        return self().template command<std::map<std::string, std::string>>("CONFIG", "GET",
                                                                           pattern);
    }
    template <class V>
    Result<void> config_set(std::string_view name, const V& value) {
        return self().template command<void>("CONFIG", "SET", name, value);
    }
    Result<void> config_resetstat() { return self().template command<void>("CONFIG", "RESETSTAT"); }
    Result<void> config_rewrite() { return self().template command<void>("CONFIG", "REWRITE"); }
    /// Writes a dump, and keeps everybody waiting meanwhile.
    Result<void> save() { return self().template command<void>("SAVE"); }
    Result<std::string> bgsave() { return self().template command<std::string>("BGSAVE"); }
    Result<std::string> bgrewriteaof() {
        return self().template command<std::string>("BGREWRITEAOF");
    }
    /// When the last dump was written, in seconds of the Unix epoch.
    Result<std::int64_t> lastsave() { return self().template command<std::int64_t>("LASTSAVE"); }
    /// Waits until so many replicas have all that was written before, for `time` at most, zero: for
    /// ever. Gives how many have. Keeps other commands of this connection waiting.
    Result<std::int64_t> wait(std::int64_t replicas, std::chrono::milliseconds time) {
        return self().template command<std::int64_t>("WAIT", replicas, time.count());
    }
    /// In bytes.
    Result<std::optional<std::int64_t>> memory_usage(std::string_view key) {
        return self().template command<std::optional<std::int64_t>>("MEMORY", "USAGE", key);
    }
    Result<std::int64_t> slowlog_len() {
        return self().template command<std::int64_t>("SLOWLOG", "LEN");
    }
    /// The newest entries.
    Result<std::vector<SlowlogEntry>> slowlog_get(std::int64_t count = 10) {
        return self().template command<std::vector<SlowlogEntry>>("SLOWLOG", "GET", count);
    }
    Result<void> slowlog_reset() { return self().template command<void>("SLOWLOG", "RESET"); }
    /// What it noticed, where latency-monitor-threshold is set.
    Result<std::vector<LatencyEvent>> latency_latest() {
        return self().template command<std::vector<LatencyEvent>>("LATENCY", "LATEST");
    }
    /// When it was seen, in seconds of the Unix epoch, and how many milliseconds it took.
    Result<std::vector<std::pair<std::int64_t, std::int64_t>>> latency_history(
        std::string_view event) {
        return self().template command<std::vector<std::pair<std::int64_t, std::int64_t>>>(
            "LATENCY", "HISTORY", event);
    }
    /// Gives how many events are forgotten: those named, or all.
    template <class... Events>
    Result<std::int64_t> latency_reset(const Events&... events) {
        return self().template command<std::int64_t>("LATENCY", "RESET", events...);
    }
    template <class T = std::map<std::string, Reply>>
    Result<T> memory_stats() {
        return self().template command<T>("MEMORY", "STATS");
    }
    /// Lets the allocator give back what it can.
    Result<void> memory_purge() { return self().template command<void>("MEMORY", "PURGE"); }
    /// Whoever uses one of the databases sees the other from now on.
    Result<void> swapdb(int one, int other) {
        return self().template command<void>("SWAPDB", one, other);
    }
    Result<std::int64_t> command_count() {
        return self().template command<std::int64_t>("COMMAND", "COUNT");
    }
    Result<std::string> acl_whoami() {
        return self().template command<std::string>("ACL", "WHOAMI");
    }
    Result<std::vector<std::string>> acl_users() {
        return self().template command<std::vector<std::string>>("ACL", "USERS");
    }
    /// The users with their rules, as a configuration file has them.
    Result<std::vector<std::string>> acl_list() {
        return self().template command<std::vector<std::string>>("ACL", "LIST");
    }
    /// The categories of commands, or the commands of one.
    Result<std::vector<std::string>> acl_cat(
        std::optional<std::string_view> category = std::nullopt) {
        return self().template command<std::vector<std::string>>("ACL", "CAT", category);
    }
    /// Nothing when there is no such user.
    template <class T = std::map<std::string, Reply>>
    Result<std::optional<T>> acl_getuser(std::string_view user) {
        return self().template command<std::optional<T>>("ACL", "GETUSER", user);
    }
    /// Rules: "on", ">password", "~key:*", "+get", ... The user is made where there is none.
    template <class... Rules>
    Result<void> acl_setuser(std::string_view user, const Rules&... rules) {
        return self().template command<void>("ACL", "SETUSER", user, rules...);
    }
    /// Gives how many there were.
    template <class... Users>
    Result<std::int64_t> acl_deluser(const Users&... users) {
        return self().template command<std::int64_t>("ACL", "DELUSER", users...);
    }
    /// "master" or "slave", and what ROLE tells about that.
    Result<std::vector<Reply>> role() {
        return self().template command<std::vector<Reply>>("ROLE");
    }
    Result<void> replicaof(std::string_view host, std::uint16_t port) {
        return self().template command<void>("REPLICAOF", host, port);
    }
    /// Ends the replication of another server.
    Result<void> replicaof_no_one() {
        return self().template command<void>("REPLICAOF", "NO", "ONE");
    }

private:
    Derived& self() { return static_cast<Derived&>(*this); }
};

}  // namespace cyclone::redis
