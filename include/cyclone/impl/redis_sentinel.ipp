#pragma once

#include <algorithm>
#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/sentinel.hpp>

namespace cyclone::redis {

namespace detail {

inline ConnectionOptions watched_options(const SentinelCore& core) {
    ConnectionOptions options = core.options().connection;
    options.unix_path.clear();
    // A fail-over takes seconds, and its end should not be slept through.
    options.backoff.longest = std::min(options.backoff.longest, std::chrono::milliseconds(500));
    return options;
}

template <class T>
Deferred<T> as_connection_lost(Deferred<T> finding) {
    std::string trouble;
    try {
        co_return co_await finding;
    } catch (const NoConnection& error) {
        trouble = error.what();
    }
    throw ConnectionLost("redis: " + trouble, false);
}

}  // namespace detail

CYCLONE_INLINE Sentinel::Sentinel(SentinelOptions options)
    : core_(detail::SentinelCore::make(std::move(options))) {}

CYCLONE_INLINE Connection Sentinel::master() {
    Connection made(detail::watched_options(*core_), core_->locator(Role::master));
    core_->follow(made.handle_->core, Role::master);
    return made;
}

CYCLONE_INLINE Connection Sentinel::replica() {
    Connection made(detail::watched_options(*core_), core_->locator(Role::replica));
    core_->follow(made.handle_->core, Role::replica);
    return made;
}

CYCLONE_INLINE ConnectionPool Sentinel::master_pool(std::size_t size) {
    ConnectionPool made(detail::watched_options(*core_), size, core_->locator(Role::master));
    for (const auto& core : made.cores()) {
        core_->follow(core, Role::master);
    }
    return made;
}

CYCLONE_INLINE Deferred<Endpoint> Sentinel::master_address() {
    return detail::as_connection_lost(core_->find_master());
}
CYCLONE_INLINE Deferred<std::vector<Endpoint>> Sentinel::replica_addresses() {
    return detail::as_connection_lost(core_->find_replicas());
}

}  // namespace cyclone::redis
