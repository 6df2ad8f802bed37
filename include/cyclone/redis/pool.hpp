#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/defer.hpp>
#include <cyclone/redis/blocking.hpp>
#include <cyclone/redis/commands.hpp>
#include <cyclone/redis/connection_core.hpp>
#include <cyclone/redis/options.hpp>
#include <cyclone/redis/transaction.hpp>

namespace cyclone::redis {

/// Several connections to one Redis, used like one.
///
/// Each command goes to a connection that is there and has the least to do; commands of one turn of
/// the reactor stay together, so that they leave in few writes. Two commands may therefore run on
/// two connections, in either order: await the first, or use a transaction, where the order
/// matters. Everything else is as with Connection; a copy is the same pool, which ends with the
/// last copy or disconnect().
class ConnectionPool : public Commands<ConnectionPool, Deferred> {
public:
    /// `size` is at least 1; throws std::invalid_argument otherwise.
    explicit ConnectionPool(const ConnectionOptions& options = {}, std::size_t size = 10);

    /// As Connection::command.
    template <class T = Reply, class... Args>
    Deferred<T> command(std::string_view name, const Args&... args) {
        if (const std::string_view reason = reason_to_refuse(name); !reason.empty()) {
            throw std::invalid_argument("redis: " + std::string(name) + ": " + std::string(reason));
        }
        return pick()->execute<T>(name, args...);
    }

    /// Sends a command that waits on the server for `time` at most, zero for ever, on a connection
    /// of its own. Cancelled, that connection ends.
    template <class T = Reply, class... Args>
    Deferred<T> blocking(std::chrono::duration<double> time, std::string_view name,
                         const Args&... args) {
        std::string bytes;
        append_command(bytes, name, args...);
        return detail::BlockingConnections::execute<T>(blocking_connections(), std::string(name),
                                                       std::move(bytes), time);
    }

    /// As Connection::multi; the transaction stays on one of the connections.
    Deferred<Transaction> multi();

    /// As Connection::watch. As many transactions watch at a time as there are connections; others
    /// wait.
    template <class... Keys>
    Deferred<Transaction> watch(const Keys&... keys) {
        std::string bytes;
        append_command(bytes, "WATCH", keys...);
        return TransactionSource::watch(pick_unwatched(), std::move(bytes));
    }

    /// Fires when all connections are made; fails when an attempt to make one fails.
    Deferred<> ready();
    /// How many connections there are now.
    std::size_t connected() const;
    std::size_t size() const;

    /// Called with each connection that is made.
    void on_connect(const std::function<void()>& observer);
    /// Called with a sentence for each connection that is lost, and each attempt to make one that
    /// fails.
    void on_lost(const std::function<void(const std::string&)>& observer);

    /// Ends all connections: what is pending and what comes later fails with ConnectionLost.
    void disconnect();

private:
    friend class Sentinel;

    ConnectionPool(const ConnectionOptions& options, std::size_t size,
                   const detail::Locator& locate);
    const std::vector<std::shared_ptr<detail::ConnectionCore>>& cores() const;

    struct Handle;
    const std::shared_ptr<detail::BlockingConnections>& blocking_connections() const;
    const std::shared_ptr<detail::ConnectionCore>& pick() const;
    const std::shared_ptr<detail::ConnectionCore>& pick_unwatched() const;

    std::shared_ptr<Handle> handle_;
};

/// A pool that can be used at once, though its connections are still being made. As
/// cyclone.redis.lazyConnectionPool.
ConnectionPool lazy_connection_pool(std::string host = "127.0.0.1", std::uint16_t port = 6379,
                                    int db = 0, std::size_t size = 10);

/// Fires when all connections are made; fails when one cannot be made. As
/// cyclone.redis.ConnectionPool.
Deferred<ConnectionPool> connection_pool(ConnectionOptions options = {}, std::size_t size = 10);

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_pool.ipp>
#endif
