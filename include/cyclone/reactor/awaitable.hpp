#pragma once

#include <memory>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>

#include <cyclone/reactor/reactor_class.hpp>

namespace cyclone {

namespace detail {

/// co_await of an asio::awaitable in a coroutine that returns a Deferred: it runs on this thread's
/// reactor.
template <class T, class Executor>
struct AwaitAdapter<boost::asio::awaitable<T, Executor>> {
    static Deferred<T> to_deferred(boost::asio::awaitable<T, Executor> awaitable) {
        return boost::asio::co_spawn(Executor(reactor::current().context().get_executor()),
                                     std::move(awaitable), use_deferred);
    }
};

template <class T>
Deferred<T> with_timeout(Deferred<T> source, std::chrono::nanoseconds duration,
                         reactor::ReactorTime& time) {
    // The timer needs the core as long as the awaiting below does.
    auto core = DeferredAccess::take(source);
    auto shared = DeferredAccess::make<T>(CorePtr<Core<T>>::share(core.get()));
    bool timed_out = false;
    auto timer = time.call_later(duration, [&timed_out, &core] {
        timed_out = true;
        core->cancel();
    });
    auto watched = outcome_of(std::move(shared));
    Outcome<T> outcome = co_await watched;
    timer.cancel();
    if (timed_out && !outcome && outcome.failure().template check<CancelledError>()) {
        throw TimeoutError(
            "timed out after " +
            std::to_string(
                std::chrono::duration_cast<std::chrono::milliseconds>(duration).count()) +
            " ms");
    }
    if constexpr (std::is_void_v<T>) {
        outcome.value();
    } else {
        co_return std::move(outcome).value();
    }
}

}  // namespace detail

template <class T>
Deferred<T> Deferred<T>::add_timeout(std::chrono::nanoseconds duration) && {
    return detail::with_timeout<T>(std::move(*this), duration, reactor::current());
}

/// An asio::awaitable as a Deferred: it starts at once, on this thread's reactor.
template <class T, class Executor>
Deferred<T> ensure_deferred(boost::asio::awaitable<T, Executor> awaitable) {
    return detail::AwaitAdapter<boost::asio::awaitable<T, Executor>>::to_deferred(
        std::move(awaitable));
}

}  // namespace cyclone
