#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <cyclone/defer/combine.hpp>

namespace cyclone {

/// The one that came first, of race() and of DeferredList(..., fire_on_one_callback).
template <class T>
struct FirstResult {
    std::size_t index;
    detail::outcome_value_t<T> value;
};

/// What race() fails with when all have failed. As twisted.internet.defer.FailureGroup.
struct FailureGroup : std::runtime_error {
    explicit FailureGroup(std::vector<Failure> all)
        : std::runtime_error(message_of(all)), failures(std::move(all)) {}

    /// In the order of the Deferreds.
    std::vector<Failure> failures;

private:
    static std::string message_of(const std::vector<Failure>& all) {
        std::string message = "all of them failed";
        const char* separator = ": ";
        for (const Failure& failure : all) {
            message += separator + failure.get_error_message();
            separator = "; ";
        }
        return message;
    }
};

namespace detail {

/// What both forms of race() do alike. R says who won, and with what.
template <class R>
class RaceCore : public CombinedCore<R> {
protected:
    explicit RaceCore(std::size_t count) : failures_(count) {}

    template <class T, class MakeResult>
    void enter(std::size_t index, Deferred<T> runner, MakeResult make_result) {
        this->watch(std::move(runner), [this, index, make_result](Outcome<T> outcome) {
            if (!outcome) {
                failures_[index].emplace(outcome.failure());
            } else if (!result_) {
                result_.emplace(make_result(std::move(outcome).value()));
                this->cancel_watchers();
            }
        });
    }

private:
    void all_ended() override {
        if (result_) {
            this->fire(std::move(*result_));
        } else if (this->cancel_requested()) {
            this->fire_error(std::make_exception_ptr(CancelledError()));
        } else {
            std::vector<Failure> all;
            for (auto& failure : failures_) {
                all.push_back(std::move(*failure));
            }
            this->fire_error(std::make_exception_ptr(FailureGroup(std::move(all))));
        }
    }

    std::vector<std::optional<Failure>> failures_;
    std::optional<R> result_;
};

template <class T>
class VectorRaceCore final : public RaceCore<FirstResult<T>> {
public:
    explicit VectorRaceCore(std::vector<Deferred<T>> runners)
        : RaceCore<FirstResult<T>>(runners.size()) {
        for (std::size_t i = 0; i < runners.size(); ++i) {
            this->enter(i, std::move(runners[i]), [i](outcome_value_t<T>&& value) {
                return FirstResult<T>{i, std::move(value)};
            });
        }
    }

private:
    void destroy() noexcept override {
        this->clear();
        delete this;
    }
};

template <class... T>
class VariantRaceCore final : public RaceCore<std::variant<outcome_value_t<T>...>> {
    using Result = std::variant<outcome_value_t<T>...>;

public:
    explicit VariantRaceCore(Deferred<T>... runners) : RaceCore<Result>(sizeof...(T)) {
        enter_each(std::index_sequence_for<T...>(), std::move(runners)...);
    }

private:
    template <std::size_t... I>
    void enter_each(std::index_sequence<I...>, Deferred<T>... runners) {
        (this->enter(I, std::move(runners),
                     [](outcome_value_t<T>&& value) {
                         return Result(std::in_place_index<I>, std::move(value));
                     }),
         ...);
    }
    void destroy() noexcept override {
        this->clear();
        delete this;
    }
};

}  // namespace detail

/// Gives the first value and whose it is, and cancels the others; fails with FailureGroup when all fail.
///
/// It fires when the last of the others has ended, so that nothing which they refer to is freed under them (Twisted's
/// does not wait); what they end with is dropped. cancel() cancels all. Throws std::invalid_argument when there is
/// none. As twisted.internet.defer.race.
template <class T>
Deferred<FirstResult<T>> race(std::vector<Deferred<T>> deferreds) {
    if (deferreds.empty()) {
        throw std::invalid_argument("race(): without a Deferred nobody ever wins");
    }
    return detail::start_combined<detail::VectorRaceCore<T>>(std::move(deferreds));
}

/// The same for Deferreds of different types: the index of the variant says whose the value is.
template <class... T>
    requires(sizeof...(T) > 0)
Deferred<std::variant<detail::outcome_value_t<T>...>> race(Deferred<T>... deferreds) {
    return detail::start_combined<detail::VariantRaceCore<T...>>(std::move(deferreds)...);
}

}  // namespace cyclone
