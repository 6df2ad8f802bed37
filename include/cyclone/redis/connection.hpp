#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <cyclone/defer.hpp>
#include <cyclone/redis/blocking.hpp>
#include <cyclone/redis/commands.hpp>
#include <cyclone/redis/connection_core.hpp>
#include <cyclone/redis/options.hpp>
#include <cyclone/redis/transaction.hpp>

namespace cyclone::redis {

/// One connection to a Redis, which pipelines by itself and comes back by itself.
///
///     redis::Connection db({.host = "127.0.0.1"});
///     co_await db.set("visits", 1);
///     auto visits = co_await db.get<std::optional<int>>("visits");
///
/// Can be used at once: it starts to connect when it is made, on this thread's reactor, and
/// commands wait for that (see WhenAway). Commands issued in one turn of the reactor leave in one
/// write. A command fails with ResponseError, with TimeoutError after command_timeout, or with
/// ConnectionLost, which says whether it may have been executed; nothing is sent twice. One that is
/// cancelled disturbs no other: `db.get(key).add_timeout(50ms)` is a timeout of its own.
///
/// A copy is the same connection. It ends with the last copy, or disconnect(): what is pending
/// fails then.
class Connection : public Commands<Connection, Deferred> {
public:
    explicit Connection(ConnectionOptions options = {});

    /// Sends any command; T is what its reply is converted into (see <cyclone/redis/convert.hpp>).
    ///
    /// Throws std::invalid_argument for the few commands that would change the mode of the
    /// connection, with the way to go. One that blocks the connection (BLPOP) keeps all others
    /// waiting: give it a Connection of its own.
    template <class T = Reply, class... Args>
    Deferred<T> command(std::string_view name, const Args&... args) {
        if (const std::string_view reason = reason_to_refuse(name); !reason.empty()) {
            throw std::invalid_argument("redis: " + std::string(name) + ": " + std::string(reason));
        }
        return core().execute<T>(name, args...);
    }

    /// Sends a command that waits on the server for `time` at most, zero for ever, on a connection
    /// of its own. Cancelled, that connection ends.
    template <class T = Reply, class... Args>
    Deferred<T> blocking(std::chrono::duration<double> time, std::string_view name,
                         const Args&... args) {
        std::string bytes;
        append_command(bytes, name, args...);
        return detail::BlockingConnections::execute<T>(handle_->blocking(), std::string(name),
                                                       std::move(bytes), time);
    }

    /// Begins a transaction. Its commit() waits for the end of one that watch() has begun here, which is the one to put
    /// commands into: who holds that and waits for this waits for ever.
    Deferred<Transaction> multi();

    /// Begins a transaction that commit() executes only when none of `keys`, names or ranges of
    /// names, has changed by then; it fails with WatchError otherwise. Only one transaction at a
    /// time watches on a connection: others wait.
    template <class... Keys>
    Deferred<Transaction> watch(const Keys&... keys) {
        std::string bytes;
        append_command(bytes, "WATCH", keys...);
        return TransactionSource::watch(handle_->core, std::move(bytes));
    }

    /// Changes the database, of all later connections too.
    Deferred<> select(int db);
    /// Logs in, on all later connections too. `username` empty: the default user.
    Deferred<> auth(std::string password, std::string username = "");

    /// Fires when there is a connection. Fails when an attempt to make one fails; others follow all
    /// the same.
    Deferred<> ready();
    bool connected() const;
    /// Why there is no connection, as a clause; empty when there has been no trouble yet.
    const std::string& last_error() const;
    /// `host:port`, or `unix:path`.
    std::string address() const;

    /// Called with each connection that is made. An observer that holds a copy of this keeps it
    /// alive until disconnect().
    void on_connect(std::function<void()> observer);
    /// Called with a sentence when the connection is lost, and for each attempt to make one that
    /// fails.
    void on_lost(std::function<void(const std::string&)> observer);

    /// Called with what a server says unasked, as {"invalidate", keys}, where RESP3 is spoken.
    void on_push(std::function<void(Reply&&)> observer);

    /// Ends it: what is pending and what comes later fails with ConnectionLost.
    void disconnect();

private:
    friend class Sentinel;

    Connection(ConnectionOptions options, detail::Locator locate);

    struct Handle {
        explicit Handle(ConnectionOptions options, detail::Locator locate = {})
            : core(detail::ConnectionCore::make(std::move(options), std::move(locate))) {}
        Handle(const Handle&) = delete;
        Handle& operator=(const Handle&) = delete;
        ~Handle() { close("the Connection object was destroyed"); }

        void close(std::string_view reason) {
            core->close(reason);
            if (blocking_ != nullptr) {
                blocking_->close(reason);
            }
        }

        const std::shared_ptr<detail::BlockingConnections>& blocking() {
            if (blocking_ == nullptr) {
                blocking_ = std::make_shared<detail::BlockingConnections>(*core);
            }
            return blocking_;
        }

        std::shared_ptr<detail::ConnectionCore> core;
        std::shared_ptr<detail::BlockingConnections> blocking_;
    };
    detail::ConnectionCore& core() const { return *handle_->core; }

    std::shared_ptr<Handle> handle_;
};

/// A connection that can be used at once, though it is still being made. As
/// cyclone.redis.lazyConnection.
Connection lazy_connection(std::string host = "127.0.0.1", std::uint16_t port = 6379, int db = 0);

/// Fires when the connection is made; fails when the first attempt has failed. As
/// cyclone.redis.Connection.
Deferred<Connection> connection(ConnectionOptions options = {});

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_connection.ipp>
#endif
