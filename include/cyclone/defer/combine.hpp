#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include <cyclone/defer/chain.hpp>

namespace cyclone {

/// Calls `f(arguments...)`: a value, a Deferred or an exception, it comes back as a Deferred.
/// As twisted.internet.defer.maybeDeferred.
template <class F, class... A>
auto maybe_deferred(F&& f, A&&... arguments) -> Deferred<detail::flat_result_t<F, A...>> {
    using T = detail::flat_result_t<F, A...>;
    try {
        return detail::call_flat(f, std::forward<A>(arguments)...);
    } catch (...) {
        return fail<T>(std::current_exception());
    }
}

/// What gather_results fails with: which one failed first, and with what. As twisted.internet.defer.FirstError.
struct FirstError : std::runtime_error {
    FirstError(std::size_t failed, Failure cause)
        : std::runtime_error("Deferred " + std::to_string(failed) +
                             " failed: " + cause.get_error_message()),
          index(failed),
          sub_failure(std::move(cause)) {}

    std::size_t index;
    Failure sub_failure;
};

namespace detail {

template <class T>
struct GatheredAs {
    using type = std::vector<T>;
};
template <>
struct GatheredAs<void> {
    using type = void;
};
template <class T>
using gathered_t = typename GatheredAs<T>::type;

/// The core of gather_results: fires when the last of the Deferreds has ended.
template <class T>
class GatherCore final : public Core<gathered_t<T>> {
public:
    static Deferred<gathered_t<T>> start(std::vector<Deferred<T>> sources) {
        auto self = CorePtr<GatherCore>(new GatherCore(sources.size()));
        for (std::size_t i = 0; i < sources.size(); ++i) {
            self->watchers_.push_back(
                watch(CorePtr<GatherCore>::share(self.get()), i, std::move(sources[i])));
        }
        if (self->first_error_) {
            self->cancel_watchers();
        }
        self->one_ended();
        return DeferredAccess::make<gathered_t<T>>(
            CorePtr<Core<gathered_t<T>>>::share(self.get()));
    }

private:
    // One more than there are: start() itself counts, so that nothing fires before all are watched.
    explicit GatherCore(std::size_t count) : values_(count), left_(count + 1) {}

    static Deferred<> watch(CorePtr<GatherCore> self, std::size_t index, Deferred<T> source) {
        auto watched = outcome_of(std::move(source));
        Outcome<T> outcome = co_await watched;
        if (outcome) {
            self->values_[index].emplace(std::move(outcome).value());
        } else if (!self->first_error_) {
            self->first_error_ =
                outcome.failure().template check<CancelledError>()
                    ? outcome.failure().exception()
                    : std::make_exception_ptr(FirstError(index, outcome.failure()));
            self->cancel_watchers();
        }
        self->one_ended();
    }

    void one_ended() {
        if (--left_ != 0) {
            return;
        }
        // The watchers hold this core: without them it lives as long as its consumer.
        auto watchers = std::move(watchers_);
        if (first_error_) {
            this->set_error(std::move(first_error_));
        } else if constexpr (std::is_void_v<T>) {
            this->set_value(Unit{});
        } else {
            std::vector<T> values;
            values.reserve(values_.size());
            for (auto& value : values_) {
                values.push_back(std::move(*value));
            }
            this->set_value(std::move(values));
        }
        this->resume_waiter();
    }

    void cancel_watchers() {
        // A watcher that ends may end this core's last one, which takes the vector away.
        for (std::size_t i = 0; i < watchers_.size(); ++i) {
            watchers_[i].cancel();
        }
    }

    void on_cancel() override { cancel_watchers(); }
    void destroy() noexcept override { delete this; }

    std::vector<std::optional<typename Outcome<T>::Value>> values_;
    std::vector<Deferred<>> watchers_;
    std::size_t left_;
    std::exception_ptr first_error_;
};

}  // namespace detail

/// Gives the values of all, in their order; fails with FirstError when one fails.
///
/// The others are then cancelled, and it fails when the last of them has ended, so that nothing which they refer to
/// is freed under them. (twisted.internet.defer.gatherResults lets them run on.) cancel() cancels all of them, and
/// they fail it with CancelledError.
template <class T>
Deferred<detail::gathered_t<T>> gather_results(std::vector<Deferred<T>> deferreds) {
    return detail::GatherCore<T>::start(std::move(deferreds));
}

}  // namespace cyclone
