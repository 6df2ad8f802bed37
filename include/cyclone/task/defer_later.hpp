#pragma once

#include <chrono>
#include <concepts>
#include <memory>
#include <utility>

#include <cyclone/reactor/reactor_class.hpp>

namespace cyclone::task {

/// Fires `delay` from now. Cancelled, it takes its timer away. As twisted.internet.task.deferLater
/// without a callable.
inline Deferred<> defer_later(std::chrono::nanoseconds delay,
                              reactor::ReactorTime& clock = reactor::current()) {
    auto call = std::make_shared<reactor::DelayedCall>();
    Promise<> promise([call] { call->cancel(); });
    auto deferred = promise.get_deferred();
    *call =
        clock.call_later(delay, [promise = std::move(promise)]() mutable { promise.callback(); });
    return deferred;
}

/// Calls `f()` `delay` from now and fires with its result. As twisted.internet.task.deferLater.
template <std::invocable F>
auto defer_later(std::chrono::nanoseconds delay, F f,
                 reactor::ReactorTime& clock = reactor::current()) {
    return defer_later(delay, clock).add_callback(std::move(f));
}

}  // namespace cyclone::task
