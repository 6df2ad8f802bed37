#pragma once

/// Work on other threads. The module twisted.internet.threads.

#include <future>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cyclone/reactor/future.hpp>
#include <cyclone/reactor/thread_promise.hpp>

namespace cyclone::threads {

/// The threads of the process that defer_to_thread uses: 10, started when the first call comes.
boost::asio::thread_pool& default_pool();

/// Calls `f()` on a thread of `pool`, and fires on this thread's reactor with its result or its
/// exception.
///
/// What cannot be interrupted is not: cancel() fails the Deferred at once, `f` runs on and its
/// result is dropped. `f` must not touch a Deferred or anything else of a reactor but
/// call_from_thread.
template <class F>
auto defer_to_thread(boost::asio::thread_pool& pool, F f) -> Deferred<std::invoke_result_t<F&>> {
    using T = std::invoke_result_t<F&>;
    reactor::detail::ThreadPromise<T> promise;
    auto deferred = promise.get_deferred();
    boost::asio::post(pool, [f = std::move(f), promise]() mutable { promise.fire_with(f); });
    return deferred;
}

/// The same on default_pool(). As threads.deferToThread.
template <class F>
auto defer_to_thread(F f) {
    return defer_to_thread(default_pool(), std::move(f));
}

/// Calls `f()` on the thread of `reactor`, which runs, and waits here for its result, or for that
/// of the Deferred that it returns. Throws std::logic_error on the reactor's own thread, which
/// would wait for itself. As threads.blockingCallFromThread.
template <class F>
auto blocking_call_from_thread(reactor::Reactor& reactor, F f) {
    using T = cyclone::detail::flat_result_t<F>;
    if (&reactor == reactor::detail::current_slot()) {
        throw std::logic_error(
            "blocking_call_from_thread(): this is the reactor's own thread, which would wait for "
            "itself");
    }
    std::promise<std::future<T>> called;
    auto answer = called.get_future();
    reactor.call_from_thread([f = std::move(f), called = std::move(called)]() mutable {
        called.set_value(as_future(maybe_deferred(f)));
    });
    return answer.get().get();
}

}  // namespace cyclone::threads

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/threads.ipp>
#endif
