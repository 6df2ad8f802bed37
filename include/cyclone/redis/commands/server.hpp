#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>

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

private:
    Derived& self() { return static_cast<Derived&>(*this); }
};

}  // namespace cyclone::redis
