#pragma once

#include <algorithm>
#include <random>
#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/cluster/cluster_core.hpp>
#include <cyclone/redis/command.hpp>
#include <cyclone/redis/command_table.hpp>
#include <cyclone/task/defer_later.hpp>

namespace cyclone::redis::detail {

/// Waits for the reply of one node.
class ClusterCore::Sent final : public PendingReply {
public:
    Sent(std::shared_ptr<ClusterCore> cluster, Command command, Endpoint to, Node node, bool asking)
        : cluster_(std::move(cluster)),
          command_(std::move(command)),
          to_(std::move(to)),
          node_(std::move(node)),
          asking_(asking) {}

    std::string_view command() const override { return command_.waiter->command(); }
    bool abandoned() const override { return command_.waiter->abandoned(); }

    void deliver(Reply&& reply) override {
        // ASKING has a reply of its own.
        if (!std::exchange(asking_, false)) {
            const auto cluster = cluster_;
            cluster->answered(std::move(command_), std::move(reply), to_);
        }
    }
    void fail(std::exception_ptr error) override {
        const auto cluster = cluster_;
        cluster->failed(std::move(command_), error, node_);
    }

private:
    std::shared_ptr<ClusterCore> cluster_;
    Command command_;
    Endpoint to_;
    Node node_;
    bool asking_;
};

CYCLONE_INLINE ClusterCore::ClusterCore(ClusterOptions options)
    : options_(std::move(options)), reactor_(reactor::current()), turn_(std::random_device()()) {
    ConnectionOptions& each = options_.connection;
    each.db = 0;
    each.role = Role::any;
    each.read_from_replica = options_.read_from == ReadFrom::replica;
    // What has not been written comes back, to be sent to whoever has its slot by then.
    each.when_away = WhenAway::attempt;
    each.backoff.longest = std::min(each.backoff.longest, std::chrono::milliseconds(500));
}

CYCLONE_INLINE std::shared_ptr<ClusterCore> ClusterCore::make(ClusterOptions options) {
    std::shared_ptr<ClusterCore> core(new ClusterCore(std::move(options)));
    core->want_map();
    return core;
}

CYCLONE_INLINE ClusterCore::Command ClusterCore::prepared(std::string bytes,
                                                          PendingReplyPtr waiter) {
    Command command;
    command.bytes = std::move(bytes);
    command.waiter = std::move(waiter);
    const auto timeout = options_.connection.command_timeout;
    command.deadline = timeout.count() > 0 ? Clock::now() + timeout : Pipeline::no_deadline;
    return command;
}

CYCLONE_INLINE void ClusterCore::execute(std::string bytes, PendingReplyPtr waiter) {
    Command command = prepared(std::move(bytes), std::move(waiter));
    const CommandWords words = words_of(command.bytes);
    const CommandInfo* info = find_command(words[0], words.size() > 1 ? words[1] : "");
    command.reads = info != nullptr && info->is(CommandInfo::reads);
    command.repeatable = options_.connection.in_flight == InFlight::repeat && is_repeatable(words);
    const CommandWords keys = keys_of(words);
    for (const std::string_view key : keys) {
        const std::uint16_t slot = key_slot(key);
        if (command.slot && *command.slot != slot) {
            command.waiter->fail(std::make_exception_ptr(
                CrossSlotError(command.waiter->command(), keys.front(), *command.slot, key, slot)));
            return;
        }
        command.slot = slot;
    }
    dispatch(std::move(command));
}

CYCLONE_INLINE void ClusterCore::execute_on(const Endpoint& node, std::string bytes,
                                            PendingReplyPtr waiter) {
    Command command = prepared(std::move(bytes), std::move(waiter));
    command.fixed = node;
    dispatch(std::move(command));
}

CYCLONE_INLINE void ClusterCore::dispatch(Command command) {
    if (closed_) {
        command.waiter->fail(
            std::make_exception_ptr(ConnectionLost("redis: cluster: " + last_error_, command.ran)));
        return;
    }
    if (command.fixed) {
        const Endpoint to = *command.fixed;
        send(std::move(command), to, false);
        return;
    }
    const Endpoint* master = nullptr;
    if (command.slot) {
        master = map_.master_of(*command.slot);
    }
    std::optional<Endpoint> any;
    if (!command.slot && loads_ > 0) {
        const auto masters = map_.masters();
        if (!masters.empty()) {
            any = masters[turn_++ % masters.size()];
            master = &*any;
        }
    }
    if (master == nullptr) {
        want_map();
        later(std::move(command));
        return;
    }
    const Endpoint to = node_for(command, *master);
    send(std::move(command), to, false);
}

/// A replica for what only reads, where that is wanted: one that is connected, or not tried yet.
CYCLONE_INLINE Endpoint ClusterCore::node_for(const Command& command, const Endpoint& master) {
    if (!command.reads || !command.slot || options_.read_from == ReadFrom::master) {
        return master;
    }
    const auto replicas = map_.replicas_of(*command.slot);
    const std::size_t start = turn_++;
    for (std::size_t i = 0; i < replicas.size(); ++i) {
        const Endpoint& replica = replicas[(start + i) % replicas.size()];
        const auto found = nodes_.find(replica);
        if (found == nodes_.end() || found->second->connected() ||
            found->second->last_error().empty()) {
            return replica;
        }
    }
    return master;
}

CYCLONE_INLINE const ClusterCore::Node& ClusterCore::node(const Endpoint& endpoint) {
    Node& node = nodes_[endpoint];
    if (!node) {
        ConnectionOptions options = options_.connection;
        options.host = endpoint.host;
        options.port = endpoint.port;
        // A repetition may have to go elsewhere, so that it is decided on here.
        options.in_flight = InFlight::fail;
        node = ConnectionCore::make(std::move(options));
    }
    return node;
}

CYCLONE_INLINE std::shared_ptr<ConnectionCore> ClusterCore::core_of(std::uint16_t slot) {
    const Endpoint* master = map_.master_of(slot);
    return master == nullptr || closed_ ? nullptr : node(*master);
}

CYCLONE_INLINE void ClusterCore::send(Command command, const Endpoint& to, bool asking) {
    const Node to_node = node(to);
    const auto deadline = command.deadline;
    std::string bytes;
    if (asking) {
        append_command(bytes, "ASKING");
    }
    bytes += command.bytes;
    auto sent = std::make_unique<Sent>(shared_from_this(), std::move(command), to, to_node, asking);
    to_node->execute_encoded(bytes, asking ? 2 : 1, std::move(sent), 0, deadline);
}

CYCLONE_INLINE void ClusterCore::answered(Command command, Reply&& reply, const Endpoint& by) {
    using Kind = Redirection::Kind;
    const Redirection redirection = redirection_of(reply, by);
    const bool again = !closed_ && !command.fixed && !command.waiter->abandoned() &&
                       command.redirections < options_.max_redirections;
    if (redirection.kind == Kind::none || !again) {
        command.waiter->deliver(std::move(reply));
        return;
    }
    // It was refused, so that an earlier attempt is all that may have run.
    switch (redirection.kind) {
        case Kind::moved:
            ++command.redirections;
            map_.moved(redirection.slot, redirection.endpoint);
            want_map();
            send(std::move(command), redirection.endpoint, false);
            break;
        case Kind::ask:
            ++command.redirections;
            send(std::move(command), redirection.endpoint, true);
            break;
        case Kind::reload:
            want_map();
            [[fallthrough]];
        case Kind::try_again:
        case Kind::none:
            last_error_ = by.text() + " says " + reply.text();
            later(std::move(command));
            break;
    }
}

CYCLONE_INLINE void ClusterCore::failed(Command command, const std::exception_ptr& error,
                                        const Node& by) {
    const auto end = [&] { command.waiter->fail(error); };
    // Closed under way: by close(), or because the reactor has gone.
    if (closed_ || by->closed() || command.waiter->abandoned()) {
        end();
        return;
    }
    bool again = false;
    try {
        std::rethrow_exception(error);
    } catch (const ConnectionLost& lost) {
        command.ran = command.ran || lost.may_have_run;
        again = !lost.may_have_run || command.repeatable;
        last_error_ = by->options().address() + ": " + by->last_error();
    } catch (...) {
    }
    if (!again) {
        end();
        return;
    }
    want_map();
    later(std::move(command));
}

CYCLONE_INLINE void ClusterCore::later(Command command) {
    // Longer each time, but never so long that a fail-over, which takes a second or more, is
    // noticed late.
    const auto attempt = std::min<int>(command.attempts++, 4);
    command.due = Clock::now() + std::chrono::milliseconds(10 << attempt);
    later_.push_back(std::move(command));
    arm_timer();
}

CYCLONE_INLINE void ClusterCore::arm_timer() {
    if (timer_.active() || later_.empty() || closed_) {
        return;
    }
    timer_ = reactor_.call_later(std::chrono::milliseconds(10), [weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->tick();
        }
    });
}

CYCLONE_INLINE void ClusterCore::tick() {
    const auto now = Clock::now();
    // In the order in which they came, and only those of now: one that fails at once comes back.
    auto waiting = std::exchange(later_, {});
    for (Command& command : waiting) {
        if (command.waiter->abandoned()) {
            continue;
        }
        if (closed_ || command.due <= now) {
            if (command.deadline <= now) {
                expire(std::move(command));
            } else {
                dispatch(std::move(command));
            }
        } else {
            later_.push_back(std::move(command));
        }
    }
    arm_timer();
}

CYCLONE_INLINE void ClusterCore::expire(Command command) {
    command.waiter->fail(std::make_exception_ptr(
        TimeoutError("redis: cluster: " + std::string(command.waiter->command()) +
                         ": it could not be executed in time: " +
                         (last_error_.empty() ? "nobody has its slot" : last_error_),
                     command.ran)));
}

CYCLONE_INLINE Deferred<> ClusterCore::ready() {
    Promise<> promise;
    auto deferred = promise.get_deferred();
    if (closed_) {
        promise.errback(ConnectionLost("redis: cluster: " + last_error_, false));
    } else if (loads_ > 0) {
        promise.callback();
    } else {
        waiting_for_map_.push_back(std::move(promise));
        want_map();
    }
    return deferred;
}

CYCLONE_INLINE void ClusterCore::close(std::string_view reason) {
    if (std::exchange(closed_, true)) {
        return;
    }
    const auto self = shared_from_this();
    timer_.cancel();
    refresh_timer_.cancel();
    last_error_ = reason;
    for (Command& command : std::exchange(later_, {})) {
        dispatch(std::move(command));
    }
    for (auto& [endpoint, node] : std::exchange(nodes_, {})) {
        node->close(reason);
    }
    for (auto& node : std::exchange(leaving_, {})) {
        node->close(reason);
    }
    for (auto& promise : std::exchange(waiting_for_map_, {})) {
        promise.errback(ConnectionLost("redis: cluster: " + last_error_, false));
    }
}

}  // namespace cyclone::redis::detail
