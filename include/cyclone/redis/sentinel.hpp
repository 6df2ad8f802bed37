#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <cyclone/defer.hpp>
#include <cyclone/redis/connection.hpp>
#include <cyclone/redis/pool.hpp>
#include <cyclone/redis/sentinel/options.hpp>
#include <cyclone/redis/sentinel/sentinel_core.hpp>

namespace cyclone::redis {

/// A master and its replicas that are watched by sentinels, which let a replica take over when the
/// master fails.
///
///     redis::Sentinel sentinel({.sentinels = {{"10.0.0.1", 26379}, {"10.0.0.2", 26379}}});
///     redis::Connection db = sentinel.master();
///     redis::Connection reader = sentinel.replica();
///
/// The connections behave as any other, and move to the new master by themselves: commands wait as
/// when the connection to a single Redis was lost. Each asks the sentinels anew whenever it
/// connects, makes sure that what it finds there is a master, and leaves a master that is replaced,
/// also one that hangs, as soon as a sentinel says so. They live on when this object ends.
class Sentinel {
public:
    explicit Sentinel(SentinelOptions options = {});

    /// A connection to the master, whichever that is.
    Connection master();
    ConnectionPool master_pool(std::size_t size = 10);
    /// A connection to one of the replicas, for what only reads and may be old; to the master when
    /// there is none.
    Connection replica();

    /// Where they are now. Fails with ConnectionLost when no sentinel can tell.
    Deferred<Endpoint> master_address();
    Deferred<std::vector<Endpoint>> replica_addresses();

private:
    std::shared_ptr<detail::SentinelCore> core_;
};

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_sentinel.ipp>
#endif
