#pragma once

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/transaction.hpp>

namespace cyclone::redis {

namespace detail {

/// Waits for the replies to MULTI, to each command and to EXEC.
class PendingExec final : public PendingReply {
public:
    explicit PendingExec(std::uint32_t commands) : left_(commands + 2) {}

    Deferred<std::vector<Reply>> get_deferred() { return promise_.get_deferred(); }

    std::string_view command() const override { return "EXEC"; }
    bool abandoned() const override { return promise_.called(); }
    void fail(std::exception_ptr error) override { promise_.errback(std::move(error)); }

    void deliver(Reply&& reply) override {
        --left_;
        if (left_ > 0) {
            if (reply.is_error() && first_error_.empty()) {
                first_error_ = std::move(reply).text();
            }
        } else if (reply.is_array()) {
            promise_.callback(std::move(reply).elements());
        } else if (reply.is_nil()) {
            promise_.errback(WatchError());
        } else {
            std::string words = reply.is_text() ? reply.text() : reply.describe();
            if (!first_error_.empty()) {
                words += " The first was: " + first_error_;
            }
            promise_.errback(ResponseError("EXEC", words));
        }
    }

private:
    Promise<std::vector<Reply>> promise_;
    std::string first_error_;
    std::uint32_t left_;
};

inline Deferred<std::vector<Reply>> send_transaction(std::shared_ptr<ConnectionCore> core,
                                                     std::string bytes, std::uint32_t count,
                                                     std::optional<DeferredLock::Hold> watching,
                                                     std::uint64_t connection) {
    if (!watching && core->watch_lock().locked()) {
        // EXEC would end what another transaction watches on this connection.
        auto acquiring = core->watch_lock().acquire();
        DeferredLock::Hold hold = co_await acquiring;
        watching.emplace(std::move(hold));
    }
    auto waiter = std::make_unique<PendingExec>(count);
    auto replies = waiter->get_deferred();
    core->execute_encoded(bytes, count + 2, std::move(waiter), connection);
    // What others send from here on comes after EXEC.
    watching.reset();
    co_return co_await replies;
}

inline void unwatch(ConnectionCore& core, std::uint64_t connection) {
    std::string bytes;
    append_command(bytes, "UNWATCH");
    auto waiter = TypedPendingReply<void>::make("UNWATCH");
    // On another connection nothing is watched, so that an error is no news.
    auto ignored = waiter->get_deferred().add_errback([](const Failure&) {});
    core.execute_encoded(bytes, 1, std::move(waiter), connection);
    std::move(ignored).detach();
}

}  // namespace detail

CYCLONE_INLINE Transaction::Transaction(std::shared_ptr<detail::ConnectionCore> core,
                                        std::optional<DeferredLock::Hold> watching,
                                        std::uint64_t connection)
    : core_(std::move(core)), watching_(std::move(watching)), connection_(connection) {}

CYCLONE_INLINE Transaction& Transaction::operator=(Transaction&& other) noexcept {
    if (this != &other) {
        discard();
        core_ = std::move(other.core_);
        watching_ = std::exchange(other.watching_, std::nullopt);
        connection_ = other.connection_;
        commands_ = std::move(other.commands_);
        count_ = other.count_;
    }
    return *this;
}

CYCLONE_INLINE Transaction::~Transaction() { discard(); }

CYCLONE_INLINE void Transaction::require_open() const {
    if (!core_) {
        throw std::logic_error(
            "redis: this transaction was committed or discarded; begin another with multi()");
    }
}

CYCLONE_INLINE void Transaction::refuse(std::string_view name) {
    if (const std::string_view reason = reason_to_refuse(name); !reason.empty()) {
        throw std::invalid_argument("redis: " + std::string(name) +
                                    " is not possible in a transaction: " + std::string(reason));
    }
}

CYCLONE_INLINE Deferred<std::vector<Reply>> Transaction::commit() {
    require_open();
    std::string bytes;
    append_command(bytes, "MULTI");
    bytes += commands_;
    append_command(bytes, "EXEC");
    commands_.clear();
    auto core = std::exchange(core_, nullptr);
    auto watching = std::exchange(watching_, std::nullopt);
    return detail::send_transaction(std::move(core), std::move(bytes), count_, std::move(watching),
                                    connection_);
}

CYCLONE_INLINE void Transaction::discard() {
    if (const auto core = std::exchange(core_, nullptr); core && watching_) {
        detail::unwatch(*core, connection_);
    }
    watching_.reset();
    commands_.clear();
}

CYCLONE_INLINE Deferred<Transaction> TransactionSource::multi(
    std::shared_ptr<detail::ConnectionCore> core) {
    return succeed(Transaction(std::move(core), std::nullopt, 0));
}

CYCLONE_INLINE Deferred<Transaction> TransactionSource::watch(
    std::shared_ptr<detail::ConnectionCore> core, std::string command) {
    auto acquiring = core->watch_lock().acquire();
    DeferredLock::Hold hold = co_await acquiring;
    auto waiter = TypedPendingReply<void>::make("WATCH");
    auto watching = waiter->get_deferred();
    core->execute_encoded(command, 1, std::move(waiter), 0);
    std::exception_ptr error;
    try {
        co_await watching;
    } catch (...) {
        error = std::current_exception();
    }
    if (error) {
        // Given up, it may have been sent all the same.
        detail::unwatch(*core, core->number());
        std::rethrow_exception(error);
    }
    co_return Transaction(core, std::optional(std::move(hold)), core->number());
}

}  // namespace cyclone::redis
