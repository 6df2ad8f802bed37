#pragma once

#include <cstddef>
#include <exception>
#include <utility>
#include <vector>

#include <cyclone/defer/chain.hpp>

namespace cyclone::detail {

/// The core of a Deferred that stands for several others: it keeps them, cancels them, and sees the
/// last of them end.
template <class R>
class CombinedCore : public Core<R> {
public:
    /// Calls `on_outcome(Outcome<T>)` when `source` has ended. Before start().
    template <class T, class F>
    void watch(Deferred<T> source, F on_outcome) {
        ++left_;
        watchers_.push_back(watching<T, F>(CorePtr<CombinedCore>::share(this), std::move(source),
                                           std::move(on_outcome)));
    }

    Deferred<R> start() {
        auto deferred = DeferredAccess::make<R>(CorePtr<Core<R>>::share(this));
        if (cancelling_) {
            cancel_watchers();
        }
        one_ended();
        return deferred;
    }

protected:
    virtual void all_ended() = 0;

    void cancel_watchers() {
        cancelling_ = true;
        // A watcher that ends may be the last one, which takes the vector away.
        for (std::size_t i = 0; i < watchers_.size(); ++i) {
            watchers_[i].cancel();
        }
    }

    template <class V>
    void fire(V&& value) {
        this->set_value(std::forward<V>(value));
        this->resume_waiter();
    }
    void fire_error(std::exception_ptr error) {
        this->set_error(std::move(error));
        this->resume_waiter();
    }

private:
    template <class T, class F>
    static Deferred<> watching(CorePtr<CombinedCore> self, Deferred<T> source, F on_outcome) {
        auto watched = outcome_of(std::move(source));
        Outcome<T> outcome = co_await watched;
        on_outcome(std::move(outcome));
        self->one_ended();
    }

    void one_ended() {
        if (--left_ == 0) {
            // The watchers hold this core: without them it lives as long as its consumer.
            auto watchers = std::move(watchers_);
            all_ended();
        }
    }

    void on_cancel() override { cancel_watchers(); }

    std::vector<Deferred<>> watchers_;
    // One more than there are: start() itself counts, so that nothing fires before all are watched.
    std::size_t left_ = 1;
    bool cancelling_ = false;
};

}  // namespace cyclone::detail
