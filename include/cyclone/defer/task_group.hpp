#pragma once

#include <cstddef>
#include <exception>
#include <iterator>
#include <list>
#include <optional>
#include <type_traits>
#include <utility>

#include <cyclone/defer/combine.hpp>

namespace cyclone {

/// Children of which none outlives the scope: see in_task_group().
class TaskGroup {
public:
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    /// Lets `child` run in the group; its value is dropped. When it fails the group is cancelled, and fails with its
    /// error. A child that comes when the group is being cancelled is cancelled at once.
    template <class T>
    void spawn(Deferred<T> child) {
        adopt([this, &child](Place place) { return watch(std::move(child), place); });
    }

    /// Calls `f()`, which is kept until its Deferred has ended: a lambda that is a coroutine may have captures.
    template <class F>
        requires AnyDeferred<std::invoke_result_t<F&>>
    void spawn(F f) {
        adopt([this, &f](Place place) { return call(std::move(f), place); });
    }

    /// Asks the body and each child to stop.
    void cancel() {
        ++entered_;
        cancelled_ = true;
        if (body_ != nullptr) {
            body_->cancel();
        }
        for (Child& child : children_) {
            if (child.running && !child.ended) {
                child.running->cancel();
            }
        }
        leave();
    }

    /// How many children run.
    std::size_t size() const { return left_; }

private:
    template <class F>
    friend auto in_task_group(F body) -> Deferred<detail::flat_result_t<F, TaskGroup&>>;

    struct Child {
        std::optional<Deferred<>> running;
        bool ended = false;
    };
    using Place = std::list<Child>::iterator;

    /// Fires when the last child has ended: to cancel it cancels them, and it still waits.
    class JoinCore final : public detail::Core<void> {
    public:
        explicit JoinCore(TaskGroup& group) : group_(group) {}
        void fire() {
            this->set_value(detail::Unit{});
            this->resume_waiter();
        }

    private:
        void on_cancel() override {
            group_.interrupted_ = true;
            group_.cancel();
        }
        void destroy() noexcept override {
            this->clear();
            delete this;
        }
        TaskGroup& group_;
    };

    TaskGroup() = default;

    template <class Start>
    void adopt(Start start) {
        ++entered_;
        ++left_;
        const Place place = children_.emplace(children_.end());
        place->running.emplace(start(place));
        if (cancelled_ && !place->ended) {
            place->running->cancel();
        }
        leave();
    }

    template <class F>
    Deferred<> call(F f, Place place) {
        auto watched = detail::outcome_of(maybe_deferred(f));
        const auto outcome = co_await watched;
        ended(place, outcome ? nullptr : outcome.failure().exception());
    }
    template <class T>
    Deferred<> watch(Deferred<T> child, Place place) {
        auto watched = detail::outcome_of(std::move(child));
        const auto outcome = co_await watched;
        ended(place, outcome ? nullptr : outcome.failure().exception());
    }

    void ended(Place place, const std::exception_ptr& error) {
        ++entered_;
        --left_;
        place->ended = true;
        failed(error);
        leave();
    }

    /// The first error cancels the group. A child that somebody else has cancelled has none to tell.
    void failed(const std::exception_ptr& error) {
        if (!error || Failure(error).check<CancelledError>()) {
            return;
        }
        if (error_) {
            detail::report_unhandled_error(error);
        } else {
            error_ = error;
            cancel();
        }
    }

    /// Ends each function that others may be called in: the outermost clears up, and lets the group end, its last act.
    void leave() {
        if (--entered_ > 0) {
            return;
        }
        std::list<Child> gone;
        for (auto child = children_.begin(); child != children_.end();) {
            auto next = std::next(child);
            if (child->ended) {
                gone.splice(gone.end(), children_, child);
            }
            child = next;
        }
        JoinCore* join = left_ == 0 ? std::exchange(join_, nullptr) : nullptr;
        if (join != nullptr) {
            auto kept = detail::CorePtr<JoinCore>::share(join);
            kept->fire();
        }
    }

    Deferred<> join() {
        auto core = detail::CorePtr<JoinCore>(new JoinCore(*this));
        if (left_ == 0 && entered_ == 0) {
            core->fire();
        } else {
            join_ = core.get();
        }
        return detail::DeferredAccess::make<void>(
            detail::CorePtr<detail::Core<void>>::share(core.get()));
    }

    std::list<Child> children_;
    std::size_t left_ = 0;
    int entered_ = 0;
    detail::CoreBase* body_ = nullptr;
    JoinCore* join_ = nullptr;
    std::exception_ptr error_;
    bool cancelled_ = false;
    bool interrupted_ = false;
};

/// Calls `body(group)`, and fires with what it gives when it has ended and all that it spawned in `group` has.
///
///     auto checked = in_task_group([&](TaskGroup& group) -> Deferred<> {
///         for (const auto& host : hosts) {
///             group.spawn(check(host));
///         }
///         co_return;
///     });
///     co_await checked;
///
/// When the body or a child fails, and on cancel(), the others are cancelled; it fails with the first error when the
/// last of them has ended (further errors are logged). No child outlives it. As a nursery of Trio, or Python's
/// asyncio.TaskGroup.
template <class F>
auto in_task_group(F body) -> Deferred<detail::flat_result_t<F, TaskGroup&>> {
    using T = detail::flat_result_t<F, TaskGroup&>;
    TaskGroup group;
    auto running = maybe_deferred(body, group);
    auto core = detail::DeferredAccess::take(running);
    group.body_ = core.get();
    if (group.cancelled_) {
        core->cancel();
    }
    auto shared = detail::CorePtr<detail::Core<T>>::share(core.get());
    auto watched = detail::outcome_of(detail::DeferredAccess::make<T>(std::move(shared)));
    Outcome<T> outcome = co_await watched;
    group.body_ = nullptr;
    if (!outcome) {
        const std::exception_ptr error = outcome.failure().exception();
        if (outcome.failure().template check<CancelledError>()) {
            group.interrupted_ = true;
        }
        group.failed(error);
        group.cancel();
    }
    auto joined = group.join();
    co_await joined;
    if (group.error_) {
        std::rethrow_exception(group.error_);
    }
    if (group.interrupted_) {
        throw CancelledError();
    }
    if constexpr (std::is_void_v<T>) {
        outcome.value();
    } else {
        co_return std::move(outcome).value();
    }
}

}  // namespace cyclone
