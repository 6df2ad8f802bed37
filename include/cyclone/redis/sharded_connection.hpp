#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/defer.hpp>
#include <cyclone/redis/command_words.hpp>
#include <cyclone/redis/commands.hpp>
#include <cyclone/redis/hash_ring.hpp>
#include <cyclone/redis/pool.hpp>

namespace cyclone::redis {

/// Several independent Redis servers, over which the keys are spread; see HashRing. As
/// cyclone.redis.ShardedConnectionHandler.
///
/// A command goes to the server that has its keys. One without keys, or with keys of several
/// servers (but for mget()), throws std::invalid_argument: call the pool of a server for it. A copy
/// is the same handler.
class ShardedConnectionHandler : public Commands<ShardedConnectionHandler, Deferred> {
public:
    /// One pool for each, in this order; the address() of each is its name on the ring. At least
    /// one; throws std::invalid_argument otherwise.
    explicit ShardedConnectionHandler(const std::vector<ConnectionOptions>& servers,
                                      std::size_t pool_size = 10);

    template <class T = Reply, class... Args>
    Deferred<T> command(std::string_view name, const Args&... args) {
        return pool_of(name, args...).template command<T>(name, args...);
    }
    template <class T = Reply, class... Args>
    Deferred<T> blocking(std::chrono::duration<double> time, std::string_view name,
                         const Args&... args) {
        return pool_of(name, args...).template blocking<T>(time, name, args...);
    }

    /// The values in the order of the keys, whichever servers they are on; fails when one of these
    /// does. Keys: names, or ranges of names.
    template <class T = std::optional<std::string>, class... Keys>
    Deferred<std::vector<T>> mget(const Keys&... keys) {
        std::string bytes;
        append_command(bytes, "MGET", keys...);
        return get_many<T>(*this, std::move(bytes));
    }

    /// The server that has `key`.
    ConnectionPool& pool_for(std::string_view key);
    std::vector<ConnectionPool>& pools();

    /// Fires when all connections are made; fails when an attempt to make one fails.
    Deferred<> ready();
    void disconnect();

private:
    struct Shards {
        HashRing ring;
        std::vector<ConnectionPool> pools;
    };

    template <class... Args>
    ConnectionPool& pool_of(std::string_view name, const Args&... args) {
        std::string bytes;
        append_command(bytes, name, args...);
        return pool_of_encoded(bytes);
    }
    ConnectionPool& pool_of_encoded(std::string_view bytes);

    template <class T>
    static Deferred<std::vector<T>> get_many(ShardedConnectionHandler self, std::string bytes) {
        const CommandWords words = words_of(bytes);
        Shards& shards = *self.shards_;
        std::vector<std::vector<std::string_view>> keys(shards.pools.size());
        std::vector<std::size_t> nodes;
        for (std::size_t i = 1; i < words.size(); ++i) {
            nodes.push_back(shards.ring.node_of(words[i]));
            keys[nodes.back()].push_back(words[i]);
        }
        std::vector<Deferred<std::vector<T>>> asked;
        for (std::size_t node = 0; node < keys.size(); ++node) {
            asked.push_back(keys[node].empty()
                                ? succeed(std::vector<T>())
                                : shards.pools[node].template mget<std::vector<T>>(keys[node]));
        }
        auto gathering = gather_results(std::move(asked));
        auto parts = co_await gathering;
        std::vector<std::size_t> taken(parts.size());
        std::vector<T> values;
        for (const std::size_t node : nodes) {
            values.push_back(std::move(parts[node].at(taken[node]++)));
        }
        co_return values;
    }

    std::shared_ptr<Shards> shards_;
};

/// Can be used at once, though the connections are still being made. As
/// cyclone.redis.lazyShardedConnectionPool; `hosts` are `host:port`, or URLs as parse_url() takes.
ShardedConnectionHandler lazy_sharded_connection_pool(const std::vector<std::string>& hosts,
                                                      int db = 0, std::size_t size = 10);

/// Fires when all connections are made; fails when one cannot be made. As
/// cyclone.redis.ShardedConnectionPool.
Deferred<ShardedConnectionHandler> sharded_connection_pool(std::vector<std::string> hosts,
                                                           int db = 0, std::size_t size = 10);

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_sharded_connection.ipp>
#endif
