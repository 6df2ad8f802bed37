#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/defer.hpp>
#include <cyclone/redis/commands.hpp>
#include <cyclone/redis/connection_core.hpp>

namespace cyclone::redis {

namespace detail {
template <class>
using Queued = void;
}  // namespace detail

/// Commands that are executed together or not at all. From multi() or watch() of a Connection or a
/// ConnectionPool.
///
///     auto t = co_await db.multi();
///     t.set("name", "Ada");
///     t.incr("visits");
///     auto results = co_await t.commit();
///
/// The commands are kept here until commit() sends them, between MULTI and EXEC, in one write on
/// one connection, so that other commands on that connection are not touched. Destroyed without
/// commit() it is discarded.
class Transaction : public Commands<Transaction, detail::Queued> {
public:
    Transaction(Transaction&&) noexcept = default;
    Transaction& operator=(Transaction&& other) noexcept;
    ~Transaction();

    /// Adds any command. Its result is one of those that commit() gives, in order.
    template <class T = Reply, class... Args>
    void command(std::string_view name, const Args&... args) {
        require_open();
        refuse(name);
        append_command(commands_, name, args...);
        ++count_;
    }

    /// In a transaction nothing waits: it answers at once as if its time were over.
    template <class T = Reply, class... Args>
    void blocking(std::chrono::duration<double>, std::string_view name, const Args&... args) {
        command<T>(name, args...);
    }

    /// Executes it, and gives a Reply for each command; one that failed when it was executed is an
    /// error among them.
    ///
    /// Fails with ResponseError when the server refused one of the commands, and so all; with
    /// WatchError when a watched key was changed; with ConnectionLost when the connection ended in
    /// between, and at once, with nothing sent, when that was the connection that watched. Ends
    /// this transaction.
    Deferred<std::vector<Reply>> commit();

    /// Drops it, and watches no more.
    void discard();

private:
    friend class TransactionSource;

    Transaction(std::shared_ptr<detail::ConnectionCore> core,
                std::optional<DeferredLock::Hold> watching, std::uint64_t connection);

    void require_open() const;
    static void refuse(std::string_view name);

    std::shared_ptr<detail::ConnectionCore> core_;
    std::optional<DeferredLock::Hold> watching_;
    std::uint64_t connection_ = 0;
    std::string commands_;
    std::uint32_t count_ = 0;
};

/// Makes transactions; what Connection and ConnectionPool do it with.
class TransactionSource {
public:
    static Deferred<Transaction> multi(std::shared_ptr<detail::ConnectionCore> core);
    static Deferred<Transaction> watch(std::shared_ptr<detail::ConnectionCore> core,
                                       std::string command);
};

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_transaction.ipp>
#endif
