#pragma once

#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/sharded_connection.hpp>

namespace cyclone::redis {
namespace detail {

inline std::vector<std::string> addresses_of(const std::vector<ConnectionOptions>& servers) {
    std::vector<std::string> names;
    for (const ConnectionOptions& server : servers) {
        names.push_back(server.unix_path.empty() ? server.address() : server.unix_path);
    }
    return names;
}

inline Deferred<ShardedConnectionHandler> connect_shards(std::vector<std::string> hosts, int db,
                                                         std::size_t size) {
    ShardedConnectionHandler made = lazy_sharded_connection_pool(hosts, db, size);
    auto ready = made.ready();
    co_await ready;
    co_return made;
}

}  // namespace detail

CYCLONE_INLINE ShardedConnectionHandler::ShardedConnectionHandler(
    const std::vector<ConnectionOptions>& servers, std::size_t pool_size)
    : shards_(std::make_shared<Shards>(Shards{HashRing(detail::addresses_of(servers)), {}})) {
    for (const ConnectionOptions& server : servers) {
        shards_->pools.emplace_back(server, pool_size);
    }
}

CYCLONE_INLINE ConnectionPool& ShardedConnectionHandler::pool_for(std::string_view key) {
    return shards_->pools[shards_->ring.node_of(key)];
}

CYCLONE_INLINE std::vector<ConnectionPool>& ShardedConnectionHandler::pools() {
    return shards_->pools;
}

CYCLONE_INLINE ConnectionPool& ShardedConnectionHandler::pool_of_encoded(std::string_view bytes) {
    const CommandWords words = words_of(bytes);
    const CommandWords keys = keys_of(words);
    if (keys.empty()) {
        throw std::invalid_argument("redis: " + std::string(words[0]) +
                                    " has no key that says to which server it belongs: call one of "
                                    "pools(), or each of them");
    }
    const std::size_t node = shards_->ring.node_of(keys[0]);
    for (const std::string_view key : keys) {
        if (shards_->ring.node_of(key) != node) {
            throw std::invalid_argument(
                "redis: " + std::string(words[0]) + ": the keys \"" + std::string(keys[0]) +
                "\" and \"" + std::string(key) +
                "\" are on different servers; give them a part in braces in common, as in "
                "name:{user1}, or use one command for each");
        }
    }
    return shards_->pools[node];
}

CYCLONE_INLINE Deferred<> ShardedConnectionHandler::ready() {
    std::vector<Deferred<>> each;
    for (ConnectionPool& pool : shards_->pools) {
        each.push_back(pool.ready());
    }
    auto all = gather_results(std::move(each));
    co_await all;
}

CYCLONE_INLINE void ShardedConnectionHandler::disconnect() {
    for (ConnectionPool& pool : shards_->pools) {
        pool.disconnect();
    }
}

CYCLONE_INLINE ShardedConnectionHandler
lazy_sharded_connection_pool(const std::vector<std::string>& hosts, int db, std::size_t size) {
    std::vector<ConnectionOptions> servers;
    for (const std::string& host : hosts) {
        servers.push_back(parse_url(host));
        servers.back().db = db;
    }
    return ShardedConnectionHandler(servers, size);
}

CYCLONE_INLINE Deferred<ShardedConnectionHandler> sharded_connection_pool(
    std::vector<std::string> hosts, int db, std::size_t size) {
    return detail::connect_shards(std::move(hosts), db, size);
}

}  // namespace cyclone::redis
