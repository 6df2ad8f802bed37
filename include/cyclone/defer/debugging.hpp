#pragma once

#include <atomic>
#include <exception>
#include <source_location>
#include <string>

namespace cyclone {

namespace detail {

[[gnu::visibility("default")]] inline std::atomic<bool>& debugging() {
    static constinit std::atomic<bool> on = false;
    return on;
}

/// Adds a line to the trace of `error`: it came out of the co_await at `where`.
void note_awaiting(const std::exception_ptr& error, const std::source_location& where);

/// Which co_awaits `error` came out of on this thread, the innermost first, each on a line of its
/// own after a line end; empty when nothing is known.
std::string awaiting_trace(const std::exception_ptr& error);

}  // namespace detail

namespace defer {

/// From now on errors remember which coroutines were waiting for what failed, for
/// Failure::get_traceback() and for "Unhandled error in Deferred". As
/// twisted.internet.defer.setDebugging.
///
///     std::runtime_error: no such key
///       awaited in Deferred<int> count_of(std::string) (provider.cpp:40)
///       awaited in Deferred<void> TopKeysController::get() (top_keys_controller.cpp:12)
///
/// Successes cost nothing for it, on or off; while it is on, each thread keeps the last errors for
/// their traces.
inline void set_debugging(bool on) { detail::debugging().store(on, std::memory_order_relaxed); }
/// Whether it is on. As twisted.internet.defer.getDebugging.
inline bool get_debugging() { return detail::debugging().load(std::memory_order_relaxed); }

}  // namespace defer

}  // namespace cyclone
