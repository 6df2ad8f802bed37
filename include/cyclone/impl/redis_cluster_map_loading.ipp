#pragma once

#include <algorithm>
#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/cluster/cluster_core.hpp>
#include <cyclone/task/defer_later.hpp>

namespace cyclone::redis::detail {

CYCLONE_INLINE void ClusterCore::want_map() {
    if (closed_) {
        return;
    }
    wanted_ = true;
    if (!std::exchange(loading_, true)) {
        load(shared_from_this()).detach();
    }
}

CYCLONE_INLINE Deferred<> ClusterCore::load(std::shared_ptr<ClusterCore> self) {
    while (!self->closed_ && std::exchange(self->wanted_, false)) {
        // A fail-over moves thousands of slots at once: one map answers for all of them.
        const auto pause = std::chrono::milliseconds(self->loads_ == 0 && self->failures_ == 0
                                                         ? 0
                                                         : 20 << std::min<int>(self->failures_, 4));
        std::exception_ptr error;
        try {
            auto pausing = task::defer_later(pause, self->reactor_);
            co_await pausing;
            error = std::make_exception_ptr(NoConnection("there is no node to ask"));
            for (const Endpoint& endpoint : self->whom_to_ask()) {
                auto loading = self->load_from(endpoint);
                error = nullptr;
                try {
                    co_await loading;
                } catch (const CancelledError&) {
                    throw;
                } catch (...) {
                    error = std::current_exception();
                }
                if (!error || self->closed_) {
                    break;
                }
            }
        } catch (...) {
            // The reactor has gone.
            self->close("the reactor has gone");
        }
        if (self->closed_) {
            break;
        }
        if (error) {
            self->last_error_ = reason_of(error);
            self->refusal_ = Failure(error).check<ResponseError>() ? error : nullptr;
            self->not_loaded();
        }
    }
    self->loading_ = false;
}

CYCLONE_INLINE std::vector<Endpoint> ClusterCore::whom_to_ask() {
    std::vector<Endpoint> all = map_.nodes();
    for (const Endpoint& seed : options_.nodes) {
        if (std::find(all.begin(), all.end(), seed) == all.end()) {
            all.push_back(seed);
        }
    }
    if (!all.empty()) {
        const auto first = static_cast<std::ptrdiff_t>(turn_++ % all.size());
        std::rotate(all.begin(), all.begin() + first, all.end());
    }
    std::stable_partition(all.begin(), all.end(), [this](const Endpoint& endpoint) {
        const auto found = nodes_.find(endpoint);
        return found != nodes_.end() && found->second->connected();
    });
    return all;
}

CYCLONE_INLINE Deferred<> ClusterCore::load_from(Endpoint from) {
    const Node asked = node(from);
    const auto timeout =
        std::min(options_.connection.connect_timeout, std::chrono::milliseconds(1000));
    auto asking = asked->execute<Reply>("CLUSTER", "SLOTS").add_timeout(timeout);
    Reply reply = co_await asking;
    if (!closed_) {
        loaded(SlotMap::from_reply(std::move(reply), from));
    }
}

CYCLONE_INLINE void ClusterCore::loaded(SlotMap map) {
    map_ = std::move(map);
    ++loads_;
    failures_ = 0;
    refusal_ = nullptr;
    drop_strangers();
    // Who waited for a first map waits no longer than that, and goes before whoever comes next.
    for (Command& command : later_) {
        if (command.attempts <= 1 || loads_ == 1) {
            command.due = {};
        }
    }
    if (!later_.empty()) {
        tick();
    }
    if (options_.refresh.count() > 0 && !closed_) {
        refresh_timer_.cancel();
        refresh_timer_ = reactor_.call_later(options_.refresh, [weak = weak_from_this()] {
            if (const auto self = weak.lock()) {
                self->want_map();
            }
        });
    }
    for (auto& promise : std::exchange(waiting_for_map_, {})) {
        promise.callback();
    }
}

CYCLONE_INLINE void ClusterCore::not_loaded() {
    failures_ = static_cast<std::uint16_t>(std::min<int>(failures_ + 1, 1000));
    const auto error =
        refusal_ ? refusal_
                 : std::make_exception_ptr(ConnectionLost("redis: cluster: " + last_error_, false));
    for (auto& promise : std::exchange(waiting_for_map_, {})) {
        promise.errback(error);
    }
    if (refusal_) {
        // A node that will not have us, or that is in no cluster, does not change its mind in time.
        for (Command& command : std::exchange(later_, {})) {
            command.waiter->fail(refusal_);
        }
    }
    // Without commands nobody needs it: the next one asks again.
    wanted_ = wanted_ || !later_.empty();
}

/// Ends the connections to who is in the cluster no more, once they have nothing to do.
CYCLONE_INLINE void ClusterCore::drop_strangers() {
    const auto known = map_.nodes();
    std::erase_if(nodes_, [&](auto& entry) {
        if (std::find(known.begin(), known.end(), entry.first) != known.end()) {
            return false;
        }
        leaving_.push_back(entry.second);
        return true;
    });
    std::vector<Node> done;
    std::erase_if(leaving_, [&](const Node& node) {
        if (node->pending() == 0) {
            done.push_back(node);
            return true;
        }
        return false;
    });
    for (const Node& node : done) {
        node->close("it is no node of the cluster any more");
    }
}

}  // namespace cyclone::redis::detail
