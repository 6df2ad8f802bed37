#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/defer.hpp>
#include <cyclone/redis/connection_core.hpp>

namespace cyclone::redis::detail {

/// Connections for commands that wait on the server (BLPOP): one for each that waits, so that
/// nobody waits behind it. Made when needed, kept for the next; when all are in use, others queue.
class BlockingConnections : public std::enable_shared_from_this<BlockingConnections> {
public:
    /// As many as its options allow, to where `core` is connected, and logged in as that is.
    explicit BlockingConnections(ConnectionCore& core);
    BlockingConnections(const BlockingConnections&) = delete;
    BlockingConnections& operator=(const BlockingConnections&) = delete;
    ~BlockingConnections() { close("the connection object was destroyed"); }

    /// Executes an encoded command that may take `time`; zero: for ever. Cancelled, it ends the
    /// connection, so that the server hands out nothing to somebody who has gone.
    template <class T>
    static Deferred<T> execute(std::shared_ptr<BlockingConnections> self, std::string name,
                               std::string bytes, std::chrono::duration<double> time) {
        auto waiting = self->places_.acquire();
        const DeferredSemaphore::Hold hold = co_await waiting;
        Lease lease(*self);
        auto waiter = TypedPendingReply<T>::make(name);
        auto executing = waiter->get_deferred();
        lease.core().execute_encoded(bytes, 1, std::move(waiter), 0, self->deadline(time));
        if constexpr (std::is_void_v<T>) {
            co_await executing;
            lease.give_back();
        } else {
            T result = co_await executing;
            lease.give_back();
            co_return result;
        }
    }

    void close(std::string_view reason);
    std::size_t idle() const { return idle_.size(); }

private:
    /// A connection, which is closed at the end unless it is given back.
    class Lease {
    public:
        explicit Lease(BlockingConnections& all);
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        ~Lease();
        ConnectionCore& core() { return *core_; }
        void give_back();

    private:
        std::shared_ptr<BlockingConnections> all_;
        std::shared_ptr<ConnectionCore> core_;
    };

    Pipeline::Clock::time_point deadline(std::chrono::duration<double> time) const;
    void follow();

    std::weak_ptr<ConnectionCore> followed_;
    ConnectionOptions options_;
    Locator locate_;
    DeferredSemaphore places_;
    std::vector<std::shared_ptr<ConnectionCore>> idle_;
    std::vector<std::weak_ptr<ConnectionCore>> busy_;
    std::string closed_;
};

}  // namespace cyclone::redis::detail

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_blocking.ipp>
#endif
