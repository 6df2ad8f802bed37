#pragma once

#include <chrono>
#include <concepts>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <cyclone/log.hpp>
#include <cyclone/reactor/reactor_class.hpp>

namespace cyclone::task {

namespace detail {

template <class F>
Deferred<> run_main(F& main, reactor::Reactor& reactor, int& status) {
    std::exception_ptr error;
    try {
        auto running = maybe_deferred(main, reactor);
        if constexpr (std::same_as<decltype(running), Deferred<int>>) {
            status = co_await running;
        } else {
            co_await running;
        }
    } catch (...) {
        error = std::current_exception();
    }
    // To be stopped by a signal, and cancelled therefore, is no error.
    if (error && !(reactor.stopping() && Failure(error).check<CancelledError>())) {
        log::error("main() failed: " + Failure(error).get_traceback());
        status = 1;
    }
}

}  // namespace detail

/// Runs this thread's reactor until the Deferred of `main(reactor)` has fired, and gives the status
/// for main() to return: what a Deferred<int> fires with, 0 for any other value, 1 for an error,
/// which is logged.
///
///     int main() { return task::react([](reactor::Reactor&) { return work(); }); }
///
/// SIGINT, SIGTERM and reactor::stop() cancel it, and wait until it has ended. As
/// twisted.internet.task.react.
template <std::invocable<reactor::Reactor&> F>
int react(F main) {
    reactor::Reactor& reactor = reactor::current();
    int status = 0;
    std::optional<Deferred<>> running;
    Promise<> ended;
    reactor.before_shutdown([&running, &ended] {
        if (!running || running->called()) {
            return succeed();
        }
        auto waiting = ended.get_deferred();
        running->cancel();
        return waiting;
    });
    reactor.call_later(std::chrono::nanoseconds(0), [&] {
        running = detail::run_main(main, reactor, status).add_callback([&] {
            ended.callback();
            if (!reactor.stopping()) {
                reactor.stop();
            }
        });
    });
    reactor.run();
    return status;
}

}  // namespace cyclone::task
