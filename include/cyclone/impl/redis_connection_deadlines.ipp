#pragma once

#include <algorithm>
#include <chrono>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/connection_core.hpp>

namespace cyclone::redis::detail {

/// How exactly timeouts are kept: there is one timer however many commands there are.
CYCLONE_INLINE std::chrono::nanoseconds ConnectionCore::granule() const {
    constexpr std::chrono::milliseconds coarsest(250);
    // Only those have a deadline then that wait on the server.
    if (options_.command_timeout.count() <= 0) {
        return coarsest;
    }
    return std::clamp<std::chrono::nanoseconds>(options_.command_timeout / 16,
                                                std::chrono::milliseconds(1), coarsest);
}

CYCLONE_INLINE void ConnectionCore::arm_timer(Pipeline::Clock::time_point deadline) {
    // It ticks also where nothing is due, so that it is seen when the reactor stands still.
    const auto tick = 4 * granule();
    const auto now = Pipeline::Clock::now();
    timer_.cancel();
    timer_due_ = deadline;
    const auto delay = std::clamp<std::chrono::nanoseconds>(deadline - now, granule(), tick);
    timer_expected_ = now + delay;
    timer_armed_ = true;
    timer_ = reactor_.call_later(delay, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->timer_armed_ = false;
            self->check_deadlines();
        }
    });
}

CYCLONE_INLINE void ConnectionCore::arm_timer_at_next_deadline() {
    if (const auto next = pipeline_.next_deadline(); next && !timer_armed_) {
        arm_timer(*next);
    }
}

CYCLONE_INLINE void ConnectionCore::check_deadlines() {
    const auto now = Pipeline::Clock::now();
    // While the program was busy with something else, or the whole machine was stopped, nothing
    // could be sent or read: that is no fault of the server.
    if (const auto late = now - timer_expected_; late > 2 * granule()) {
        pipeline_.postpone(late);
        arm_timer_at_next_deadline();
        return;
    }
    if (now < timer_due_) {
        arm_timer(timer_due_);
        return;
    }
    const std::size_t unanswered = pipeline_.expire(now, connected() ? "" : last_error_);
    if (closed_) {
        return;
    }
    if (unanswered > 0 && now - last_read_ >= options_.command_timeout) {
        drop("it has given no sign of life for " + in_words(options_.command_timeout));
    }
    arm_timer_at_next_deadline();
}

}  // namespace cyclone::redis::detail
