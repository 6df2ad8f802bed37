#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <cyclone/defer/combined_core.hpp>

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

template <class T>
using outcome_value_t = typename Outcome<T>::Value;

/// What the cores of both forms of gather_results do alike: the first error cancels the others.
template <class R>
class GatherCore : public CombinedCore<R> {
protected:
    void failed(std::size_t index, const Failure& failure) {
        if (!first_error_) {
            first_error_ = failure.template check<CancelledError>()
                               ? failure.exception()
                               : std::make_exception_ptr(FirstError(index, failure));
            this->cancel_watchers();
        }
    }
    void all_ended() final {
        if (first_error_) {
            this->fire_error(std::move(first_error_));
        } else {
            fire_values();
        }
    }

private:
    virtual void fire_values() = 0;

    std::exception_ptr first_error_;
};

template <class T>
class VectorGatherCore final : public GatherCore<gathered_t<T>> {
public:
    explicit VectorGatherCore(std::vector<Deferred<T>> sources) : values_(sources.size()) {
        for (std::size_t i = 0; i < sources.size(); ++i) {
            this->watch(std::move(sources[i]), [this, i](Outcome<T> outcome) {
                if (outcome) {
                    values_[i].emplace(std::move(outcome).value());
                } else {
                    this->failed(i, outcome.failure());
                }
            });
        }
    }

private:
    void fire_values() override {
        if constexpr (std::is_void_v<T>) {
            this->fire(Unit{});
        } else {
            std::vector<T> values;
            values.reserve(values_.size());
            for (auto& value : values_) {
                values.push_back(std::move(*value));
            }
            this->fire(std::move(values));
        }
    }
    void destroy() noexcept override {
        this->clear();
        delete this;
    }

    std::vector<std::optional<outcome_value_t<T>>> values_;
};

template <class... T>
class TupleGatherCore final : public GatherCore<std::tuple<outcome_value_t<T>...>> {
public:
    explicit TupleGatherCore(Deferred<T>... sources) {
        watch_each(std::index_sequence_for<T...>(), std::move(sources)...);
    }

private:
    template <std::size_t... I>
    void watch_each(std::index_sequence<I...>, Deferred<T>... sources) {
        (this->watch(std::move(sources),
                     [this](Outcome<T> outcome) {
                         if (outcome) {
                             std::get<I>(values_).emplace(std::move(outcome).value());
                         } else {
                             this->failed(I, outcome.failure());
                         }
                     }),
         ...);
    }
    void fire_values() override {
        std::apply(
            [this](auto&... values) {
                this->fire(std::tuple<outcome_value_t<T>...>(std::move(*values)...));
            },
            values_);
    }
    void destroy() noexcept override {
        this->clear();
        delete this;
    }

    std::tuple<std::optional<outcome_value_t<T>>...> values_;
};

template <class C, class... A>
auto start_combined(A&&... arguments) {
    auto core = CorePtr<C>(new C(std::forward<A>(arguments)...));
    return core->start();
}

}  // namespace detail

/// Gives the values of all, in their order; fails with FirstError when one fails.
///
/// The others are then cancelled, and it fails when the last of them has ended, so that nothing which they refer to
/// is freed under them. (twisted.internet.defer.gatherResults lets them run on.) cancel() cancels all of them, and
/// they fail it with CancelledError.
template <class T>
Deferred<detail::gathered_t<T>> gather_results(std::vector<Deferred<T>> deferreds) {
    return detail::start_combined<detail::VectorGatherCore<T>>(std::move(deferreds));
}

/// The same for Deferreds of different types, as a tuple (std::monostate for a Deferred<>):
///
///     auto both = gather_results(user(id), orders(id));
///     auto [user, orders] = co_await both;
template <class... T>
    requires(sizeof...(T) > 0)
Deferred<std::tuple<detail::outcome_value_t<T>...>> gather_results(Deferred<T>... deferreds) {
    return detail::start_combined<detail::TupleGatherCore<T...>>(std::move(deferreds)...);
}

}  // namespace cyclone
