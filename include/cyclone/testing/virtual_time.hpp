#pragma once

#include <chrono>

#include <cyclone/reactor.hpp>
#include <cyclone/task.hpp>

namespace cyclone::testing {

/// While it lives, time stands still in this thread's reactor, and passes only as a test lets it:
/// in advance(), or in HTTPClient, which goes on to the next call that is due when nothing else is
/// left to do. So an hour's wait takes no time, and calls come in the same order each time.
///
///     testing::VirtualTime time;
///     testing::HTTPClient client(application);
///     client.fetch("GET", "/once-an-hour");
///
/// It holds for what waits by the reactor (task::defer_later(), reactor::call_later(),
/// add_timeout(), LoopingCall), not for Asio's own timers, other threads, or the server's timeouts.
class VirtualTime {
public:
    VirtualTime() : reactor_(reactor::current()), previous_(current()) {
        reactor_.use_time(&clock_);
        current() = this;
    }
    VirtualTime(const VirtualTime&) = delete;
    VirtualTime& operator=(const VirtualTime&) = delete;
    ~VirtualTime() {
        reactor_.use_time(previous_ == nullptr ? nullptr : &previous_->clock_);
        current() = previous_;
    }

    /// Since this was made.
    std::chrono::nanoseconds now() const { return clock_.seconds(); }
    /// Lets `amount` pass, and does what is to be done meanwhile.
    void advance(std::chrono::nanoseconds amount) {
        const auto end = now() + amount;
        for (run_ready();; run_ready()) {
            const auto next = clock_.until_next_call();
            if (!next || now() + *next > end) {
                break;
            }
            clock_.advance(*next);
        }
        clock_.advance(end - now());
    }
    /// Goes on to the next call that is due, and makes it; false when there is none.
    bool advance_to_next_call() {
        const auto next = clock_.until_next_call();
        if (next) {
            clock_.advance(*next);
        }
        return next.has_value();
    }

    /// The one of this thread, or null.
    static VirtualTime*& current() {
        static constinit thread_local VirtualTime* time = nullptr;
        return time;
    }

private:
    void run_ready() {
        auto& context = reactor_.context();
        context.restart();
        context.poll();
    }

    reactor::Reactor& reactor_;
    VirtualTime* previous_;
    task::Clock clock_;
};

}  // namespace cyclone::testing
