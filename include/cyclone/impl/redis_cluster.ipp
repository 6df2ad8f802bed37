#pragma once

#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/cluster.hpp>

namespace cyclone::redis {

namespace detail {

/// The connection to who has `slot`, once that is known.
inline Deferred<std::shared_ptr<ConnectionCore>> find_core(std::shared_ptr<ClusterCore> cluster,
                                                           std::uint16_t slot) {
    auto ready = cluster->ready();
    co_await ready;
    auto core = cluster->core_of(slot);
    if (core == nullptr) {
        cluster->want_map();
        throw ConnectionLost(
            "redis: cluster: nobody has the slot " + std::to_string(slot) + " of the transaction",
            false);
    }
    co_return core;
}

inline Deferred<Transaction> begin_on(std::shared_ptr<ClusterCore> cluster, std::uint16_t slot,
                                      std::string watch) {
    auto finding = find_core(std::move(cluster), slot);
    auto core = co_await finding;
    auto beginning = watch.empty() ? TransactionSource::multi(std::move(core))
                                   : TransactionSource::watch(std::move(core), std::move(watch));
    co_return co_await beginning;
}

/// What a node refuses is joined with the replies of the others; that one did not reply is no
/// reply.
inline Reply error_as_reply(const Failure& failure) {
    try {
        failure.raise_exception();
    } catch (const ResponseError& error) {
        return Reply::error(error.response);
    }
}

}  // namespace detail

CYCLONE_INLINE Cluster::Cluster(ClusterOptions options)
    : handle_(std::make_shared<Handle>(std::move(options))) {}

CYCLONE_INLINE Route Cluster::route_of(std::string_view encoded) {
    const CommandWords words = words_of(encoded);
    const CommandInfo* info = find_command(words[0], words.size() > 1 ? words[1] : "");
    if (info == nullptr || info->route == Route::multi_shard) {
        return Route::one;
    }
    if (info->route == Route::special) {
        throw std::invalid_argument(
            "redis: " + std::string(info->name) +
            ": its reply is of one node only: use command_on() with each of masters()");
    }
    return info->route;
}

CYCLONE_INLINE Deferred<Reply> Cluster::everywhere(std::shared_ptr<detail::ClusterCore> core,
                                                   Route route, std::string bytes) {
    auto ready = core->ready();
    co_await ready;
    const CommandWords words = words_of(bytes);
    const std::string name(words[0]);
    const CommandInfo* info = find_command(words[0], words.size() > 1 ? words[1] : "");
    std::vector<Deferred<Reply>> all;
    for (const Endpoint& node :
         route == Route::all_nodes ? core->map().nodes() : core->map().masters()) {
        auto waiter = TypedPendingReply<Reply>::make(name);
        all.push_back(waiter->get_deferred().add_errback(detail::error_as_reply));
        core->execute_on(node, bytes, std::move(waiter));
    }
    auto gathering = gather_results(std::move(all));
    auto replies = co_await gathering;
    if (replies.empty()) {
        throw ConnectionLost("redis: cluster: " + name + ": nobody has a slot", false);
    }
    co_return joined_reply(info->join, std::move(replies));
}

CYCLONE_INLINE Deferred<Transaction> Cluster::multi(std::string_view key) {
    return detail::begin_on(handle_->core, key_slot(key), "");
}

CYCLONE_INLINE Deferred<Transaction> Cluster::watch_encoded(
    std::shared_ptr<detail::ClusterCore> core, std::string bytes) {
    const CommandWords words = words_of(bytes);
    const CommandWords keys = keys_of(words);
    if (keys.empty()) {
        throw std::invalid_argument("redis: WATCH: there is no key to watch");
    }
    const std::uint16_t slot = key_slot(keys[0]);
    for (const std::string_view key : keys) {
        if (key_slot(key) != slot) {
            throw CrossSlotError("WATCH", keys[0], slot, key, key_slot(key));
        }
    }
    return detail::begin_on(std::move(core), slot, std::move(bytes));
}

CYCLONE_INLINE Deferred<> Cluster::ready() { return handle_->core->ready(); }
CYCLONE_INLINE std::vector<Endpoint> Cluster::masters() const {
    return handle_->core->map().masters();
}
CYCLONE_INLINE std::vector<Endpoint> Cluster::nodes() const { return handle_->core->map().nodes(); }
CYCLONE_INLINE std::uint64_t Cluster::refreshes() const { return handle_->core->loads(); }
CYCLONE_INLINE void Cluster::disconnect() { handle_->core->close("disconnect() was called"); }

}  // namespace cyclone::redis
