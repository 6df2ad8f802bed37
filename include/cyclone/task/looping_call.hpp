#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include <cyclone/reactor/reactor_class.hpp>

namespace cyclone::task {

/// Calls a function again and again. As twisted.internet.task.LoopingCall.
///
/// A handle: copies stand for the same loop, which runs on when the last of them is gone, until
/// stop() or until the Deferred of start() is cancelled or dropped.
class LoopingCall {
public:
    /// `f()` may return a Deferred: the next call waits for it. `clock` must outlive the loop.
    template <class F>
    explicit LoopingCall(F f, reactor::ReactorTime& clock = reactor::current())
        : loop_(std::make_shared<Loop>(clock)) {
        loop_->call = [f = std::move(f)](std::int64_t) mutable -> Deferred<> {
            return start_call(f);
        };
    }

    /// A loop whose function gets the number of calls that are due with this one: 1, or more when
    /// some were missed.
    template <class F>
    static LoopingCall with_count(F f, reactor::ReactorTime& clock = reactor::current()) {
        LoopingCall loop([] {}, clock);
        loop.loop_->call = [f = std::move(f)](std::int64_t count) mutable -> Deferred<> {
            return start_call(f, count);
        };
        return loop;
    }

    /// Calls `f` every `interval`, the first time at once (after `interval` when not `now`), until
    /// stop() or until `f` fails.
    ///
    /// When a call takes longer than `interval`, the calls that were missed are skipped, never
    /// piled up, and count_missed() tells how many. Fires with this LoopingCall when stopped; fails
    /// with what `f` failed with. Throws std::logic_error when already running,
    /// std::invalid_argument for a negative interval.
    Deferred<LoopingCall> start(std::chrono::nanoseconds interval, bool now = true) {
        if (loop_->running) {
            throw std::logic_error("LoopingCall::start(): this loop is running already");
        }
        if (interval < std::chrono::nanoseconds(0)) {
            throw std::invalid_argument("LoopingCall::start(): the interval is negative");
        }
        Loop& loop = *loop_;
        loop.running = true;
        loop.interval = interval;
        loop.started = loop.clock->seconds();
        loop.last_count = now ? -1 : 0;
        loop.missed = 0;
        loop.done.emplace([weak = std::weak_ptr(loop_)] {
            if (auto alive = weak.lock()) {
                alive->halt();
                if (alive->current) {
                    alive->current->cancel();
                }
            }
        });
        auto deferred = loop.done->get_deferred();
        if (now) {
            loop.current = turn(loop_);
        } else {
            schedule(loop_);
        }
        return deferred;
    }

    /// Ends the loop. The Deferred of start() fires inside this call, or when the call that runs
    /// now has ended.
    void stop() {
        if (loop_->running) {
            loop_->halt();
            if (!loop_->calling) {
                finish(loop_);
            }
        }
    }

    /// Counts the interval anew from now. As LoopingCall.reset.
    void reset() {
        if (loop_->running && loop_->next.active()) {
            loop_->next.cancel();
            loop_->started = loop_->clock->seconds();
            loop_->last_count = 0;
            schedule(loop_);
        }
    }

    bool running() const { return loop_->running; }
    std::int64_t count_missed() const { return loop_->missed; }

private:
    struct Loop {
        explicit Loop(reactor::ReactorTime& time) : clock(&time) {}

        void halt() {
            running = false;
            next.cancel();
        }

        /// How many intervals have passed since the start.
        std::int64_t count() const {
            const auto passed = clock->seconds() - started;
            return interval.count() == 0 ? last_count + 1 : passed / interval;
        }

        reactor::ReactorTime* clock;
        cyclone::detail::UniqueFunction<Deferred<>(std::int64_t)> call;
        std::chrono::nanoseconds interval{0};
        std::chrono::nanoseconds started{0};
        std::int64_t last_count = 0;
        std::int64_t missed = 0;
        bool running = false;
        bool calling = false;
        reactor::DelayedCall next;
        std::optional<Promise<LoopingCall>> done;
        std::optional<Deferred<>> current;
    };

    explicit LoopingCall(std::shared_ptr<Loop> loop) : loop_(std::move(loop)) {}

    template <class F, class... A>
    static Deferred<> start_call(F& f, A... arguments) {
        auto calling = cyclone::detail::call_flat(f, arguments...);
        co_await calling;
    }

    // The promise leaves the loop before it is fired with a handle to it: they would keep each
    // other.
    static std::optional<Promise<LoopingCall>> take_promise(Loop& loop) {
        auto done = std::exchange(loop.done, std::nullopt);
        return done && !done->called() ? std::move(done) : std::nullopt;
    }

    static void finish(const std::shared_ptr<Loop>& loop) {
        if (auto done = take_promise(*loop)) {
            done->callback(LoopingCall(loop));
        }
    }

    static Deferred<> turn(std::shared_ptr<Loop> parameter) {
        // A local variable ends with the coroutine; a parameter lives as long as the Deferred,
        // which the loop holds.
        const auto loop = std::move(parameter);
        const std::int64_t count = loop->count();
        const std::int64_t due = loop->last_count < 0 ? 1 : count - loop->last_count;
        loop->missed += due > 1 ? due - 1 : 0;
        loop->last_count = count;
        loop->calling = true;
        std::exception_ptr error;
        try {
            auto calling = loop->call(due);
            co_await calling;
        } catch (...) {
            error = std::current_exception();
        }
        loop->calling = false;
        if (error) {
            loop->halt();
            if (auto done = take_promise(*loop)) {
                done->errback(std::move(error));
            }
        } else if (loop->running) {
            schedule(loop);
        } else {
            finish(loop);
        }
    }

    static void schedule(const std::shared_ptr<Loop>& loop) {
        const auto& l = *loop;
        const auto due = l.started + l.interval * (l.count() + 1);
        loop->next =
            l.clock->call_later(due - l.clock->seconds(), [loop] { loop->current = turn(loop); });
    }

    std::shared_ptr<Loop> loop_;
};

}  // namespace cyclone::task
