#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <type_traits>
#include <utility>

#include <cyclone/reactor/thread_promise.hpp>

namespace cyclone {

/// A std::future as a Deferred of this thread's reactor.
///
/// A std::future cannot tell when it is ready: a thread of its own waits for each one that is not,
/// without polling (a producer that can be changed had better fire a Promise by
/// reactor::call_from_thread). cancel() fails the Deferred at once; the thread goes on waiting.
/// When the reactor ends first, the result is dropped.
template <class T>
Deferred<T> ensure_deferred(std::future<T> future) {
    if (future.wait_for(std::chrono::seconds(0)) == std::future_status::ready) {
        return maybe_deferred([&future]() -> T { return future.get(); });
    }
    reactor::detail::ThreadPromise<T> promise;
    auto deferred = promise.get_deferred();
    std::thread([future = std::move(future), promise]() mutable {
        promise.fire_with([&future] { return future.get(); });
    }).detach();
    return deferred;
}

/// A Deferred as a std::future, for which another thread may wait: on the reactor's own it would
/// never come. Call it on the reactor's thread. An error comes out of get().
template <class T>
std::future<T> as_future(Deferred<T> deferred) {
    auto promise = std::make_shared<std::promise<T>>();
    auto future = promise->get_future();
    auto hand_over = [promise](Outcome<T> outcome) {
        if (!outcome) {
            promise->set_exception(outcome.failure().exception());
        } else if constexpr (std::is_void_v<T>) {
            promise->set_value();
        } else {
            promise->set_value(std::move(outcome).value());
        }
    };
    std::move(deferred).add_both(std::move(hand_over)).detach();
    return future;
}

}  // namespace cyclone
