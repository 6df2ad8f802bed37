#pragma once

#include <algorithm>
#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/blocking.hpp>

namespace cyclone::redis::detail {

CYCLONE_INLINE BlockingConnections::BlockingConnections(ConnectionCore& core)
    : followed_(core.weak_from_this()),
      options_(core.options()),
      locate_(core.locator()),
      places_(std::max<std::size_t>(options_.max_blocking, 1)) {
    // Each command brings its own deadline.
    options_.command_timeout = std::chrono::milliseconds(0);
    options_.in_flight = InFlight::fail;
    // What they take out is not cached.
    options_.tracking.clear();
}

CYCLONE_INLINE Pipeline::Clock::time_point BlockingConnections::deadline(
    std::chrono::duration<double> time) const {
    if (time.count() <= 0) {
        return Pipeline::no_deadline;
    }
    // The server's nil comes a little late, and the way is not for nothing either.
    return Pipeline::Clock::now() + std::chrono::duration_cast<Pipeline::Clock::duration>(time) +
           std::max(options_.connect_timeout, std::chrono::milliseconds(1000));
}

CYCLONE_INLINE void BlockingConnections::close(std::string_view reason) {
    closed_ = reason;
    for (const auto& core : std::exchange(idle_, {})) {
        core->close(reason);
    }
    for (const auto& weak : std::exchange(busy_, {})) {
        if (const auto core = weak.lock()) {
            core->close(reason);
        }
    }
}

/// Whether both lead to the same database as the same user.
inline bool alike(const ConnectionOptions& one, const ConnectionOptions& other) {
    return one.db == other.db && one.username == other.username && one.password == other.password;
}

/// select() and auth() of the other connection hold here too.
CYCLONE_INLINE void BlockingConnections::follow() {
    const auto followed = followed_.lock();
    if (followed == nullptr || alike(options_, followed->options())) {
        return;
    }
    options_.db = followed->options().db;
    options_.username = followed->options().username;
    options_.password = followed->options().password;
    for (const auto& core : std::exchange(idle_, {})) {
        core->close("select() or auth() was called");
    }
}

CYCLONE_INLINE BlockingConnections::Lease::Lease(BlockingConnections& all)
    : all_(all.shared_from_this()) {
    if (!all.closed_.empty()) {
        throw ConnectionLost("redis: " + all.options_.address() + ": " + all.closed_, false);
    }
    all.follow();
    // One that was lost meanwhile comes back by itself, but not as fast as a new one.
    while (!all.idle_.empty() && core_ == nullptr) {
        core_ = std::move(all.idle_.back());
        all.idle_.pop_back();
        if (!core_->connected()) {
            core_->close("it was lost while nobody needed it");
            core_ = nullptr;
        }
    }
    if (core_ == nullptr) {
        core_ = ConnectionCore::make(all.options_, all.locate_);
        if (const auto followed = all.followed_.lock()) {
            followed->go_along(core_);
        }
    }
    std::erase_if(all.busy_, [](const auto& weak) { return weak.expired(); });
    all.busy_.push_back(core_);
}

CYCLONE_INLINE BlockingConnections::Lease::~Lease() {
    if (core_) {
        core_->close("nobody waits for the command any more");
    }
}

CYCLONE_INLINE void BlockingConnections::Lease::give_back() {
    if (all_->closed_.empty() && alike(core_->options(), all_->options_)) {
        all_->idle_.push_back(std::exchange(core_, nullptr));
    }
}

}  // namespace cyclone::redis::detail
