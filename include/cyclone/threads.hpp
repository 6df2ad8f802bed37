#pragma once

/// Work on other threads. The module twisted.internet.threads.

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cyclone/reactor/reactor_class.hpp>

namespace cyclone::threads {

/// The threads of the process that defer_to_thread uses: 10, started when the first call comes.
boost::asio::thread_pool& default_pool();

/// Calls `f()` on a thread of `pool`, and fires on this thread's reactor with its result or its exception.
///
/// What cannot be interrupted is not: cancel() fails the Deferred at once, `f` runs on and its result is dropped.
/// `f` must not touch a Deferred or anything else of a reactor but call_from_thread.
template <class F>
auto defer_to_thread(boost::asio::thread_pool& pool, F f) -> Deferred<std::invoke_result_t<F&>> {
    using T = std::invoke_result_t<F&>;
    // The reactor keeps the promise, which is touched and destroyed on its thread alone, also when it ends first.
    auto promise = std::make_shared<Promise<T>>();
    auto deferred = promise->get_deferred();
    reactor::Reactor& reactor = reactor::current();
    reactor.keep(promise);
    auto job = [f = std::move(f), &reactor, promise = promise.get(),
                mailbox = reactor.mailbox()]() mutable {
        std::optional<Outcome<T>> outcome;
        try {
            if constexpr (std::is_void_v<T>) {
                f();
                outcome.emplace(std::monostate());
            } else {
                outcome.emplace(f());
            }
        } catch (...) {
            outcome.emplace(Failure(std::current_exception()));
        }
        mailbox->post([outcome = std::move(*outcome), &reactor, promise]() mutable {
            Promise<T> fired = std::move(*promise);
            reactor.release(promise);
            if (!outcome) {
                fired.errback(outcome.failure().exception());
            } else if constexpr (std::is_void_v<T>) {
                fired.callback();
            } else {
                fired.callback(std::move(outcome).value());
            }
        });
    };
    boost::asio::post(pool, std::move(job));
    return deferred;
}

/// The same on default_pool(). As threads.deferToThread.
template <class F>
auto defer_to_thread(F f) {
    return defer_to_thread(default_pool(), std::move(f));
}

}  // namespace cyclone::threads

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/threads.ipp>
#endif
