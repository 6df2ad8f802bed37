#pragma once

#include <chrono>
#include <typeinfo>

namespace cyclone::reactor::detail {

/// What this thread's reactors watch where calls are not to take long.
struct SlowCallbacks {
    /// 0: nothing is watched.
    std::chrono::nanoseconds limit{0};
    /// When the call that is running began, where that is known.
    std::chrono::steady_clock::time_point began{};
    /// Of the call of the reactor that is running: what was reported already.
    std::chrono::nanoseconds reported{0};
    /// The type of the handler that has worked last within it.
    const std::type_info* worker = nullptr;
};
SlowCallbacks& slow_callbacks();

/// A call of the reactor begins after it may have waited.
inline void note_call_begins() {
    SlowCallbacks& slow = slow_callbacks();
    if (slow.limit.count() != 0) {
        slow.began = std::chrono::steady_clock::now();
    }
}

}  // namespace cyclone::reactor::detail
