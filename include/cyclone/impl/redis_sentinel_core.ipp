#pragma once

#include <algorithm>
#include <random>
#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/sentinel/sentinel_core.hpp>
#include <cyclone/task/defer_later.hpp>

namespace cyclone::redis::detail {

CYCLONE_INLINE SentinelCore::SentinelCore(SentinelOptions options)
    : options_(std::move(options)), turn_(std::random_device()()) {}

CYCLONE_INLINE std::shared_ptr<SentinelCore> SentinelCore::make(SentinelOptions options) {
    std::shared_ptr<SentinelCore> core(new SentinelCore(std::move(options)));
    core->start_watching();
    return core;
}

inline std::optional<Reply> nothing_learned(const Failure&) { return std::nullopt; }

CYCLONE_INLINE ConnectionOptions SentinelCore::options_for(const Endpoint& sentinel) const {
    ConnectionOptions options;
    options.host = sentinel.host;
    options.port = sentinel.port;
    options.username = options_.username;
    options.password = options_.password;
    options.tls = options_.connection.tls;
    options.tls_options = options_.connection.tls_options;
    options.connect_timeout = options_.timeout;
    options.command_timeout = options_.timeout;
    options.when_away = WhenAway::attempt;
    return options;
}

CYCLONE_INLINE Deferred<Reply> SentinelCore::ask_one(std::shared_ptr<SentinelCore> self,
                                                     std::shared_ptr<ConnectionCore> sentinel,
                                                     std::string_view what) {
    const std::string& name = self->options_.master_name;
    auto asking = sentinel->execute<Reply>("SENTINEL", what, name);
    auto listing = sentinel->execute<std::optional<Reply>>("SENTINEL", "SENTINELS", name)
                       .add_errback(nothing_learned);
    Reply answer = co_await asking;
    std::optional<Reply> others = co_await listing;
    if (others) {
        self->learn(usable_from_reply(std::move(*others)));
    }
    co_return answer;
}

/// Asks one sentinel after the other, beginning with the one that answered last.
CYCLONE_INLINE Deferred<Reply> SentinelCore::ask(std::shared_ptr<SentinelCore> self,
                                                 std::string_view what) {
    std::string trouble = "there is no sentinel to ask";
    const auto sentinels = self->options_.sentinels;
    for (const Endpoint& sentinel : sentinels) {
        const auto connection = ConnectionCore::make(self->options_for(sentinel));
        auto asking = ask_one(self, connection, what);
        std::optional<Reply> answer;
        try {
            answer.emplace(co_await asking);
        } catch (const CancelledError&) {
            connection->close("nobody wants to know any more");
            throw;
        } catch (const std::exception& error) {
            trouble = "no sentinel can tell where it is: " + std::string(error.what());
        }
        const bool gone = connection->closed();
        connection->close("it has answered");
        if (gone) {
            throw CancelledError();
        }
        if (answer && !answer->is_nil()) {
            auto& all = self->options_.sentinels;
            const auto found = std::find(all.begin(), all.end(), sentinel);
            std::rotate(all.begin(), found, found == all.end() ? found : found + 1);
            co_return std::move(*answer);
        }
        if (answer) {
            trouble = "the sentinel " + sentinel.text() + " knows of no master \"" +
                      self->options_.master_name + "\"";
        }
    }
    throw NoConnection(trouble);
}

CYCLONE_INLINE void SentinelCore::learn(std::vector<Endpoint> sentinels) {
    for (Endpoint& sentinel : sentinels) {
        auto& all = options_.sentinels;
        if (std::find(all.begin(), all.end(), sentinel) == all.end()) {
            all.push_back(std::move(sentinel));
        }
    }
    start_watching();
}

CYCLONE_INLINE Deferred<Endpoint> SentinelCore::find_master() {
    auto asking = ask(shared_from_this(), "GET-MASTER-ADDR-BY-NAME");
    Reply reply = co_await asking;
    // Nil was not taken for an answer.
    co_return master_from_reply(std::move(reply)).value();
}

CYCLONE_INLINE Deferred<std::vector<Endpoint>> SentinelCore::find_replicas() {
    auto asking = ask(shared_from_this(), "REPLICAS");
    Reply reply = co_await asking;
    co_return usable_from_reply(std::move(reply));
}

CYCLONE_INLINE Deferred<ConnectionOptions> SentinelCore::locate(std::shared_ptr<SentinelCore> self,
                                                                Role role,
                                                                ConnectionOptions options) {
    if (role == Role::replica) {
        auto finding = self->find_replicas();
        const std::vector<Endpoint> replicas = co_await finding;
        if (!replicas.empty()) {
            const Endpoint& chosen = replicas[self->turn_++ % replicas.size()];
            options.host = chosen.host;
            options.port = chosen.port;
            options.role = Role::any;
            co_return options;
        }
        self->seek_replicas();
    }
    auto finding = self->find_master();
    const Endpoint master = co_await finding;
    options.host = master.host;
    options.port = master.port;
    // A sentinel may name the old master for a while, which is a replica when it comes back.
    options.role = role == Role::master ? Role::master : Role::any;
    co_return options;
}

CYCLONE_INLINE Locator SentinelCore::locator(Role role) {
    return [self = shared_from_this(), role](ConnectionOptions options) {
        return locate(self, role, std::move(options));
    };
}

CYCLONE_INLINE void SentinelCore::follow(const std::shared_ptr<ConnectionCore>& core, Role role) {
    std::erase_if(followers_, [](const Follower& each) { return each.core.expired(); });
    followers_.push_back({core, role});
}

CYCLONE_INLINE void SentinelCore::start_watching() {
    while (subscribers_.size() < options_.sentinels.size()) {
        const std::size_t index = subscribers_.size();
        ConnectionOptions options = options_for(options_.sentinels[index]);
        // A sentinel that hangs is noticed by TCP, and its colleagues speak meanwhile.
        options.keepalive = std::chrono::seconds(5);
        subscribers_.emplace_back(std::move(options));
        watch(weak_from_this(), index).detach();
    }
}

CYCLONE_INLINE Deferred<> SentinelCore::watch(std::weak_ptr<SentinelCore> weak, std::size_t index) {
    try {
        {
            auto subscribing = weak.lock()->subscribers_[index].subscribe("+switch-master");
            co_await subscribing;
        }
        for (;;) {
            auto self = weak.lock();
            if (self == nullptr) {
                co_return;
            }
            auto next = self->subscribers_[index].next();
            self.reset();
            const Message message = co_await next;
            self = weak.lock();
            const auto change = parse_master_switch(message.payload);
            if (self != nullptr && change && change->name == self->options_.master_name) {
                self->switched(*change);
            }
        }
    } catch (const Error&) {
        // It has ended, or may not subscribe: lost connections tell the same, only later.
    } catch (const CancelledError&) {
    } catch (const BrokenPromise&) {
    }
}

/// A connection that should be to a replica is to the master, because there was no replica: right
/// after a fail-over the others are still on their way to the new master.
CYCLONE_INLINE void SentinelCore::seek_replicas() {
    if (!std::exchange(seeking_, true)) {
        seek(weak_from_this()).detach();
    }
}

CYCLONE_INLINE Deferred<> SentinelCore::seek(std::weak_ptr<SentinelCore> weak) {
    try {
        for (bool left = false; !left;) {
            auto pausing = task::defer_later(std::chrono::seconds(1));
            co_await pausing;
            const auto self = weak.lock();
            if (self == nullptr) {
                co_return;
            }
            auto finding = self->find_replicas();
            std::vector<Endpoint> replicas;
            try {
                replicas = co_await finding;
            } catch (const NoConnection&) {
            }
            left = self->leave_master(replicas);
            self->seeking_ = !left;
        }
    } catch (const CancelledError&) {
    } catch (const BrokenPromise&) {
    }
}

/// Lets followers of replicas that are elsewhere and have nothing to do connect anew. Whether there
/// is none left.
CYCLONE_INLINE bool SentinelCore::leave_master(const std::vector<Endpoint>& replicas) {
    bool none_left = true;
    const auto followers = followers_;
    for (const Follower& each : followers) {
        const auto core = each.core.lock();
        if (core == nullptr || each.role != Role::replica || core->closed()) {
            continue;
        }
        const Endpoint at{core->options().host, core->options().port};
        if (std::find(replicas.begin(), replicas.end(), at) != replicas.end()) {
            continue;
        }
        none_left = false;
        if (!replicas.empty() && core->pending() == 0) {
            core->drop("there is a replica to read from again");
        }
    }
    return none_left;
}

CYCLONE_INLINE void SentinelCore::switched(const MasterSwitch& change) {
    const auto followers = followers_;
    for (const Follower& each : followers) {
        const auto core = each.core.lock();
        if (core == nullptr) {
            continue;
        }
        const Endpoint at{core->options().host, core->options().port};
        // Several sentinels say the same: who has moved already stays.
        if (each.role == Role::master ? at != change.to : at == change.to) {
            core->leave("the sentinels say that the master is at " + change.to.text() + " now");
        }
    }
}

}  // namespace cyclone::redis::detail
