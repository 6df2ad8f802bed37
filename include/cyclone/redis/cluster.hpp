#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/defer.hpp>
#include <cyclone/redis/cluster/cluster_core.hpp>
#include <cyclone/redis/cluster/joined_reply.hpp>
#include <cyclone/redis/cluster/options.hpp>
#include <cyclone/redis/command_table.hpp>
#include <cyclone/redis/commands.hpp>
#include <cyclone/redis/transaction.hpp>

namespace cyclone::redis {

/// A Redis Cluster, used like one Redis.
///
///     redis::Cluster db({.nodes = {{"10.0.0.1", 7000}, {"10.0.0.2", 7000}}});
///     co_await db.set("visits", 1);
///
/// Each command goes to the node that has the slot of its keys, on one connection per node, where
/// those of one turn of the reactor leave in one write. What a node that has lost the slot refuses
/// (MOVED, ASK, TRYAGAIN, CLUSTERDOWN) is sent on or again, until command_timeout: slots may move
/// and masters fail over without a failed command, but for those in flight on a connection that is
/// lost (ConnectionLost; see InFlight). Keys of one command must have one slot: CrossSlotError
/// otherwise.
///
/// Two commands on one key, not awaited one after the other, keep their order, except while its
/// slot moves or its node cannot be reached. Commands without keys that concern all masters
/// (DBSIZE, FLUSHALL, KEYS, SCRIPT LOAD) are sent to all, and their replies are joined as Redis
/// recommends. A copy is the same cluster, which ends with the last copy or disconnect().
class Cluster : public Commands<Cluster, Deferred> {
public:
    explicit Cluster(ClusterOptions options = {});

    /// As Connection::command.
    template <class T = Reply, class... Args>
    Deferred<T> command(std::string_view name, const Args&... args) {
        std::string bytes = encoded(name, args...);
        if (const Route route = route_of(bytes); route != Route::one) {
            return everywhere(handle_->core, route, std::move(bytes))
                .add_callback([command = std::string(name)](Reply reply) -> T {
                    if constexpr (std::is_void_v<T>) {
                        if (reply.is_error()) {
                            throw ResponseError(command, reply.text());
                        }
                    } else {
                        return std::move(reply).template as<T>(command);
                    }
                });
        }
        auto waiter = TypedPendingReply<T>::make(name);
        auto deferred = waiter->get_deferred();
        handle_->core->execute(std::move(bytes), std::move(waiter));
        return deferred;
    }

    /// Sends a command to one node, as of nodes(), whatever its keys are.
    template <class T = Reply, class... Args>
    Deferred<T> command_on(const Endpoint& node, std::string_view name, const Args&... args) {
        auto waiter = TypedPendingReply<T>::make(name);
        auto deferred = waiter->get_deferred();
        handle_->core->execute_on(node, encoded(name, args...), std::move(waiter));
        return deferred;
    }

    /// Commands that wait on the server are not for a Cluster.
    template <class T = Reply, class... Args>
    Deferred<T> blocking(std::chrono::duration<double>, std::string_view, const Args&...) {
        static_assert(!sizeof(T*),
                      "cyclone: a command that waits on the server would keep all others to that "
                      "node of the cluster waiting; use a redis::Connection to one of masters()");
        return fail(std::logic_error("not reached"));
    }

    /// Begins a transaction on the node that has `key`; all its keys must have one slot. It fails
    /// with ResponseError (EXECABORT) when the slot has moved: begin it again.
    Deferred<Transaction> multi(std::string_view key);
    /// As Connection::watch. All keys must have one slot; throws CrossSlotError otherwise.
    template <class... Keys>
    Deferred<Transaction> watch(const Keys&... keys) {
        std::string bytes;
        append_command(bytes, "WATCH", keys...);
        return watch_encoded(handle_->core, std::move(bytes));
    }

    /// Fires when it is known which node has which slot; fails when no node can tell.
    Deferred<> ready();
    /// The nodes that have slots now; nodes() gives their replicas too.
    std::vector<Endpoint> masters() const;
    std::vector<Endpoint> nodes() const;
    /// How often the slot map has been loaded.
    std::uint64_t refreshes() const;

    /// Ends it: what is pending and what comes later fails with ConnectionLost.
    void disconnect();

private:
    struct Handle {
        explicit Handle(ClusterOptions options)
            : core(detail::ClusterCore::make(std::move(options))) {}
        Handle(const Handle&) = delete;
        Handle& operator=(const Handle&) = delete;
        ~Handle() { core->close("the Cluster object was destroyed"); }
        std::shared_ptr<detail::ClusterCore> core;
    };

    template <class... Args>
    static std::string encoded(std::string_view name, const Args&... args) {
        if (const std::string_view reason = reason_to_refuse(name); !reason.empty()) {
            throw std::invalid_argument("redis: " + std::string(name) + ": " + std::string(reason));
        }
        std::string bytes;
        append_command(bytes, name, args...);
        return bytes;
    }
    static Route route_of(std::string_view encoded);
    static Deferred<Reply> everywhere(std::shared_ptr<detail::ClusterCore> core, Route route,
                                      std::string bytes);
    static Deferred<Transaction> watch_encoded(std::shared_ptr<detail::ClusterCore> core,
                                               std::string bytes);

    std::shared_ptr<Handle> handle_;
};

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_cluster.ipp>
#endif
