#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <cyclone/defer.hpp>
#include <cyclone/redis/connection_core.hpp>
#include <cyclone/redis/sentinel/answers.hpp>
#include <cyclone/redis/sentinel/options.hpp>
#include <cyclone/redis/subscriber.hpp>

namespace cyclone::redis::detail {

/// Asks the sentinels where a master and its replicas are, and makes the connections that were led
/// there move when that changes.
class SentinelCore : public std::enable_shared_from_this<SentinelCore> {
public:
    static std::shared_ptr<SentinelCore> make(SentinelOptions options);

    /// What the sentinels say, in the order in which they are tried. Fails with NoConnection, a
    /// clause, when none of them can tell.
    Deferred<Endpoint> find_master();
    Deferred<std::vector<Endpoint>> find_replicas();

    /// For a connection to the master, or to one of its replicas.
    Locator locator(Role role);
    void follow(const std::shared_ptr<ConnectionCore>& core, Role role);

    const SentinelOptions& options() const { return options_; }

private:
    struct Follower {
        std::weak_ptr<ConnectionCore> core;
        Role role;
    };

    explicit SentinelCore(SentinelOptions options);

    static Deferred<Reply> ask(std::shared_ptr<SentinelCore> self, std::string_view what);
    static Deferred<Reply> ask_one(std::shared_ptr<SentinelCore> self,
                                   std::shared_ptr<ConnectionCore> sentinel, std::string_view what);
    static Deferred<ConnectionOptions> locate(std::shared_ptr<SentinelCore> self, Role role,
                                              ConnectionOptions options);
    static Deferred<> watch(std::weak_ptr<SentinelCore> weak, std::size_t index);
    ConnectionOptions options_for(const Endpoint& sentinel) const;
    void start_watching();
    void switched(const MasterSwitch& change);
    void learn(std::vector<Endpoint> sentinels);
    void seek_replicas();
    static Deferred<> seek(std::weak_ptr<SentinelCore> weak);
    bool leave_master(const std::vector<Endpoint>& replicas);

    SentinelOptions options_;
    std::vector<Subscriber> subscribers_;
    std::vector<Follower> followers_;
    std::size_t turn_;
    bool seeking_ = false;
};

}  // namespace cyclone::redis::detail

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_sentinel_core.ipp>
#endif
