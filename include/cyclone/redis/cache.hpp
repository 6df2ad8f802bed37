#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <cyclone/defer.hpp>
#include <cyclone/redis/cached_replies.hpp>
#include <cyclone/redis/command_table.hpp>
#include <cyclone/redis/connection.hpp>

namespace cyclone::redis {

/// Reads that are answered from this program's memory until Redis says that the key has changed:
/// client-side caching, over RESP3, on a connection of its own. Needs Redis 6.
///
///     redis::Cache cache(options);
///     auto name = co_await cache.get("user:1:name");                         // asks Redis
///     auto again = co_await cache.get("user:1:name");                        // does not
///     auto user = co_await cache.read<std::map<std::string, std::string>>("HGETALL", "user:1");
///
/// What is read may be as old as the way of one message from Redis to here. When the connection is
/// lost everything is forgotten, for changes are not told about then. A copy is the same cache.
class Cache {
public:
    explicit Cache(ConnectionOptions options = {}, const CacheLimits& limits = {});

    /// Reads `key`, the command's first argument, by a command that changes nothing and whose reply
    /// depends on nothing but its arguments and that key. Throws std::invalid_argument for a
    /// command that may write, or that reads no key or several.
    template <class T = Reply, class... Args>
    Deferred<T> read(std::string_view command, std::string_view key, const Args&... args) {
        std::string bytes;
        append_command(bytes, command, key, args...);
        require_read(bytes, key);
        if (const Reply* known = state_->replies.find(key, bytes)) {
            ++state_->hits;
            return succeed<T>(known->as<T>(command));
        }
        ++state_->misses;
        return db_.command<Reply>(command, key, args...)
            .add_callback([state = state_, name = std::string(command), key = std::string(key),
                           bytes = std::move(bytes)](Reply reply) -> T {
                state->replies.insert(key, bytes, reply);
                return std::move(reply).template as<T>(name);
            });
    }

    template <class T = std::optional<std::string>>
    Deferred<T> get(std::string_view key) {
        return read<T>("GET", key);
    }
    template <class T = std::optional<std::string>>
    Deferred<T> hget(std::string_view key, std::string_view field) {
        return read<T>("HGET", key, field);
    }

    /// What it reads by; for commands that write, too, of which the cache hears as of all others.
    Connection& connection() noexcept { return db_; }

    std::size_t size() const noexcept { return state_->replies.size(); }
    /// How many reads were answered from memory, and how many from Redis.
    std::uint64_t hits() const noexcept { return state_->hits; }
    std::uint64_t misses() const noexcept { return state_->misses; }

private:
    struct State {
        explicit State(const CacheLimits& limits) : replies(limits) {}
        CachedReplies replies;
        std::uint64_t hits = 0;
        std::uint64_t misses = 0;
    };

    static void require_read(std::string_view encoded, std::string_view key);
    static ConnectionOptions tracking(ConnectionOptions options);

    std::shared_ptr<State> state_;
    Connection db_;
};

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_cache.ipp>
#endif
