#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <cyclone/reactor/reactor_class.hpp>

namespace cyclone::task {

/// Runs long work in slices, so that the reactor serves others in between. As
/// twisted.internet.task.Cooperator.
class Cooperator {
    struct Work;
    struct Schedule;

public:
    /// A piece of work that is under way. As twisted.internet.task.CooperativeTask; a handle,
    /// copies stand for the same.
    class Task {
    public:
        /// Fires when the work has ended; fails with what a step threw, or with CancelledError
        /// after stop().
        Deferred<> when_done();
        /// No more steps until resume(). Pauses are counted. Work whose Cooperator has gone by then
        /// ends.
        void pause();
        void resume();
        /// Ends the work: those who wait for it get CancelledError.
        void stop();

    private:
        friend class Cooperator;
        explicit Task(std::shared_ptr<Work> work) : work_(std::move(work)) {}
        std::shared_ptr<Work> work_;
    };

    /// In each turn of the reactor all the work together gets at most `slice`, but at least one
    /// step: what others of the reactor wait for it, at most. (Twisted's slice is 10 ms.)
    explicit Cooperator(reactor::ReactorTime& clock = reactor::current(),
                        std::chrono::nanoseconds slice = std::chrono::milliseconds(1));

    /// Calls `step()` until it returns false (it gives bool or Deferred<bool>), in turns with the
    /// other work.
    template <class F>
    Task cooperate(F step);

    /// The same as a Deferred. Cancelled or dropped, the work stops.
    template <class F>
    Deferred<> coiterate(F step) {
        Task task = cooperate(std::move(step));
        return task.when_done();
    }

    /// Ends all the work that waits for its turn, with CancelledError, and what comes later at
    /// once. As Cooperator.stop.
    void stop();

private:
    struct Work {
        cyclone::detail::UniqueFunction<Deferred<bool>()> step;
        std::vector<Promise<>> waiting;
        // Not shared: what is in a schedule's queue must not keep the schedule.
        std::weak_ptr<Schedule> schedule;
        std::exception_ptr error;
        int pauses = 0;
        bool queued = false;
        bool stepping = false;
        bool ended = false;

        void end(std::exception_ptr with);
    };

    struct Schedule : std::enable_shared_from_this<Schedule> {
        Schedule(reactor::ReactorTime& time, std::chrono::nanoseconds share)
            : clock(time), slice(share) {}

        void add(std::shared_ptr<Work> work);
        void turn();
        static Deferred<> finish_step(std::shared_ptr<Schedule> schedule,
                                      std::shared_ptr<Work> work, Deferred<bool> more);

        reactor::ReactorTime& clock;
        std::chrono::nanoseconds slice;
        std::deque<std::shared_ptr<Work>> queue;
        bool scheduled = false;
        bool stopped = false;
    };

    std::shared_ptr<Schedule> schedule_;
};

inline Cooperator::Cooperator(reactor::ReactorTime& clock, std::chrono::nanoseconds slice)
    : schedule_(std::make_shared<Schedule>(clock, slice)) {}

template <class F>
Cooperator::Task Cooperator::cooperate(F step) {
    auto work = std::make_shared<Work>();
    work->schedule = schedule_;
    work->step = [step = std::move(step)]() mutable -> Deferred<bool> {
        return maybe_deferred(step);
    };
    schedule_->add(work);
    return Task(std::move(work));
}

inline void Cooperator::stop() {
    schedule_->stopped = true;
    for (auto& work : std::exchange(schedule_->queue, {})) {
        work->queued = false;
        Task(work).stop();
    }
}

inline Deferred<> Cooperator::Task::when_done() {
    if (work_->ended) {
        return work_->error ? fail<>(work_->error) : succeed();
    }
    // Nobody else waits: who loses interest ends the work.
    work_->waiting.emplace_back([weak = std::weak_ptr(work_)] {
        auto work = weak.lock();
        if (work && !work->ended) {
            Task(work).stop();
        }
    });
    return work_->waiting.back().get_deferred();
}

inline void Cooperator::Task::pause() { ++work_->pauses; }

inline void Cooperator::Task::resume() {
    if (work_->pauses > 0 && --work_->pauses == 0 && !work_->ended) {
        if (auto schedule = work_->schedule.lock()) {
            schedule->add(work_);
        } else {
            stop();
        }
    }
}

inline void Cooperator::Task::stop() {
    if (!work_->ended) {
        work_->end(std::make_exception_ptr(CancelledError()));
    }
}

inline void Cooperator::Work::end(std::exception_ptr with) {
    ended = true;
    error = std::move(with);
    if (!stepping) {
        step = nullptr;
    }
    for (auto& promise : std::exchange(waiting, {})) {
        if (promise.called()) {
            continue;
        }
        if (error) {
            promise.errback(error);
        } else {
            promise.callback();
        }
    }
}

inline void Cooperator::Schedule::add(std::shared_ptr<Work> work) {
    if (work->queued || work->stepping) {
        return;
    }
    if (stopped) {
        Task(std::move(work)).stop();
        return;
    }
    work->queued = true;
    queue.push_back(std::move(work));
    if (!std::exchange(scheduled, true)) {
        clock.call_later(std::chrono::nanoseconds(0),
                         [self = shared_from_this()] { self->turn(); });
    }
}

inline void Cooperator::Schedule::turn() {
    scheduled = false;
    const auto end = clock.seconds() + slice;
    do {
        if (queue.empty()) {
            return;
        }
        auto work = std::move(queue.front());
        queue.pop_front();
        work->queued = false;
        if (work->ended || work->pauses > 0) {
            continue;
        }
        work->stepping = true;
        finish_step(shared_from_this(), work, work->step()).detach();
    } while (clock.seconds() < end);
    if (!queue.empty() && !std::exchange(scheduled, true)) {
        clock.call_later(std::chrono::nanoseconds(0),
                         [self = shared_from_this()] { self->turn(); });
    }
}

inline Deferred<> Cooperator::Schedule::finish_step(std::shared_ptr<Schedule> schedule,
                                                    std::shared_ptr<Work> work,
                                                    Deferred<bool> step) {
    auto watched = cyclone::detail::outcome_of(std::move(step));
    Outcome<bool> more = co_await watched;
    work->stepping = false;
    if (work->ended) {
        work->step = nullptr;
    } else if (!more) {
        work->end(more.failure().exception());
    } else if (!more.value()) {
        work->end(nullptr);
    } else if (work->pauses == 0) {
        schedule->add(work);
    }
}

/// Runs `step()` in slices on this thread's reactor until it returns false. As
/// twisted.internet.task.cooperate.
template <class F>
Cooperator::Task cooperate(F step) {
    return reactor::current().component<Cooperator>().cooperate(std::move(step));
}

/// The same as a Deferred. As twisted.internet.task.coiterate.
template <class F>
Deferred<> coiterate(F step) {
    return reactor::current().component<Cooperator>().coiterate(std::move(step));
}

}  // namespace cyclone::task
