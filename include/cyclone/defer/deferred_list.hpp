#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include <cyclone/defer/race.hpp>

namespace cyclone {

struct FireOnOneCallback {};
struct FireOnOneErrback {};
struct ConsumeErrors {};

/// A DeferredList with this fires with the first value, as FirstResult<T>; with FailureGroup when
/// none comes.
inline constexpr FireOnOneCallback fire_on_one_callback{};
/// A DeferredList with this fails with FirstError as soon as one fails.
inline constexpr FireOnOneErrback fire_on_one_errback{};
/// A DeferredList with this drops the errors that come after it has fired, which would be logged
/// otherwise.
inline constexpr ConsumeErrors consume_errors{};

namespace detail {

template <class Flag, class... Flags>
inline constexpr bool has_flag = (std::same_as<Flag, Flags> || ...);

template <class T, class... Flags>
using list_result_t = std::conditional_t<has_flag<FireOnOneCallback, Flags...>, FirstResult<T>,
                                         std::vector<Outcome<T>>>;

template <class T, class... Flags>
class ListCore final : public CombinedCore<list_result_t<T, Flags...>> {
    static constexpr bool first_value_fires = has_flag<FireOnOneCallback, Flags...>;
    static constexpr bool first_error_fires = has_flag<FireOnOneErrback, Flags...>;
    static constexpr bool late_errors_are_dropped = has_flag<ConsumeErrors, Flags...>;

public:
    explicit ListCore(std::vector<Deferred<T>> deferreds) : outcomes_(deferreds.size()) {
        for (std::size_t i = 0; i < deferreds.size(); ++i) {
            this->watch(std::move(deferreds[i]),
                        [this, i](Outcome<T> outcome) { ended(i, std::move(outcome)); });
        }
    }

private:
    void ended(std::size_t index, Outcome<T> outcome) {
        if (this->fired()) {
            if (!outcome && !late_errors_are_dropped) {
                report_unhandled_error(outcome.failure().exception());
            }
            return;
        }
        if constexpr (first_value_fires) {
            if (outcome) {
                this->fire(FirstResult<T>{index, std::move(outcome).value()});
                return;
            }
        }
        if (first_error_fires && !outcome) {
            this->fire_error(std::make_exception_ptr(FirstError(index, outcome.failure())));
        } else {
            outcomes_[index].emplace(std::move(outcome));
        }
    }

    void all_ended() override {
        if (this->fired()) {
            return;
        }
        if constexpr (first_value_fires) {
            std::vector<Failure> failures;
            for (auto& outcome : outcomes_) {
                failures.push_back(outcome->failure());
            }
            this->fire_error(std::make_exception_ptr(FailureGroup(std::move(failures))));
        } else {
            std::vector<Outcome<T>> outcomes;
            outcomes.reserve(outcomes_.size());
            for (auto& outcome : outcomes_) {
                outcomes.push_back(std::move(*outcome));
            }
            this->fire(std::move(outcomes));
        }
    }
    void destroy() noexcept override {
        this->clear();
        delete this;
    }

    std::vector<std::optional<Outcome<T>>> outcomes_;
};

}  // namespace detail

/// Waits for all, whatever they end with: a Deferred of their Outcomes, in their order.
///
///     auto outcomes = co_await DeferredList(std::move(asked));
///     auto [index, value] = co_await DeferredList(std::move(asked), fire_on_one_callback);
///
/// When a flag lets it fire before the last has ended, the others run on. cancel() cancels each:
/// their CancelledErrors are outcomes then. Without any it fires at once with none, but for
/// fire_on_one_callback, where that throws std::invalid_argument. As
/// twisted.internet.defer.DeferredList, where errors count as unhandled, though they are handed
/// over, unless consumeErrors is given.
template <class T, class... Flags>
class [[nodiscard]] DeferredList : public Deferred<detail::list_result_t<T, Flags...>> {
    static_assert(
        (detail::has_flag<Flags, FireOnOneCallback, FireOnOneErrback, ConsumeErrors> && ...),
        "a flag of DeferredList is fire_on_one_callback, fire_on_one_errback or consume_errors");

public:
    explicit DeferredList(std::vector<Deferred<T>> deferreds, Flags...)
        : Deferred<detail::list_result_t<T, Flags...>>(start(std::move(deferreds))) {}

private:
    static auto start(std::vector<Deferred<T>> deferreds) {
        if (detail::has_flag<FireOnOneCallback, Flags...> && deferreds.empty()) {
            throw std::invalid_argument(
                "DeferredList: with fire_on_one_callback and no Deferred it would never fire");
        }
        return detail::start_combined<detail::ListCore<T, Flags...>>(std::move(deferreds));
    }
};

}  // namespace cyclone
