#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cyclone/redis/reply.hpp>

namespace cyclone::redis {

/// Commands to the server, scripts and publication. As in cyclone.redis.
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
    /// One line for each client, as CLIENT LIST gives it.
    Result<std::string> client_list() {
        return self().template command<std::string>("CLIENT", "LIST");
    }

    /// Gives how many subscribers got it.
    template <class V>
    Result<std::int64_t> publish(std::string_view channel, const V& message) {
        return self().template command<std::int64_t>("PUBLISH", channel, message);
    }

    /// Runs a Lua script. `keys` and `args` are ranges: `eval<int>(script, std::array{"k"},
    /// std::array{1, 2})`.
    template <class T = Reply, class Keys = std::array<std::string_view, 0>,
              class Args = std::array<std::string_view, 0>>
    Result<T> eval(std::string_view script, const Keys& keys = {}, const Args& args = {}) {
        return self().template command<T>("EVAL", script, std::ranges::distance(keys), keys, args);
    }
    /// Calls a function of a library that function_load() has brought.
    template <class T = Reply, class Keys = std::array<std::string_view, 0>,
              class Args = std::array<std::string_view, 0>>
    Result<T> fcall(std::string_view function, const Keys& keys = {}, const Args& args = {}) {
        return self().template command<T>("FCALL", function, std::ranges::distance(keys), keys,
                                          args);
    }
    /// Gives the name of the library.
    Result<std::string> function_load(std::string_view code, bool replace = false) {
        return self().template command<std::string>(
            "FUNCTION", "LOAD", replace ? std::optional(std::string_view("REPLACE")) : std::nullopt,
            code);
    }
    /// Runs the script that script_load() gave the name `sha`.
    template <class T = Reply, class Keys = std::array<std::string_view, 0>,
              class Args = std::array<std::string_view, 0>>
    Result<T> evalsha(std::string_view sha, const Keys& keys = {}, const Args& args = {}) {
        return self().template command<T>("EVALSHA", sha, std::ranges::distance(keys), keys, args);
    }
    /// Gives the SHA-1 that evalsha() wants.
    Result<std::string> script_load(std::string_view script) {
        return self().template command<std::string>("SCRIPT", "LOAD", script);
    }

    Result<void> script_flush() { return self().template command<void>("SCRIPT", "FLUSH"); }
    /// Which of the scripts the server knows.
    template <class... Shas>
    Result<std::vector<bool>> script_exists(const Shas&... shas) {
        return self().template command<std::vector<bool>>("SCRIPT", "EXISTS", shas...);
    }
    /// Ends a script that runs too long and has written nothing.
    Result<void> script_kill() { return self().template command<void>("SCRIPT", "KILL"); }

    /// Channels that somebody has subscribed to.
    Result<std::vector<std::string>> pubsub_channels(std::string_view pattern = "*") {
        return self().template command<std::vector<std::string>>("PUBSUB", "CHANNELS", pattern);
    }
    template <class... Channels>
    Result<std::map<std::string, std::int64_t>> pubsub_numsub(const Channels&... channels) {
        return self().template command<std::map<std::string, std::int64_t>>("PUBSUB", "NUMSUB",
                                                                            channels...);
    }
    Result<std::int64_t> pubsub_numpat() {
        return self().template command<std::int64_t>("PUBSUB", "NUMPAT");
    }

    Result<std::int64_t> client_id() {
        return self().template command<std::int64_t>("CLIENT", "ID");
    }
    Result<std::optional<std::string>> client_getname() {
        return self().template command<std::optional<std::string>>("CLIENT", "GETNAME");
    }
    /// `address` is `ip:port`, as client_list() tells.
    Result<void> client_kill(std::string_view address) {
        return self().template command<void>("CLIENT", "KILL", address);
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
    /// The newest entries, as SLOWLOG GET gives them.
    Result<std::vector<Reply>> slowlog_get(std::int64_t count = 10) {
        return self().template command<std::vector<Reply>>("SLOWLOG", "GET", count);
    }
    Result<void> slowlog_reset() { return self().template command<void>("SLOWLOG", "RESET"); }
    Result<std::string> acl_whoami() {
        return self().template command<std::string>("ACL", "WHOAMI");
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
