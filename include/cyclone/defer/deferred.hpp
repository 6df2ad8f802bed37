#pragma once

#include <chrono>
#include <concepts>
#include <exception>
#include <type_traits>
#include <utility>

#include <boost/asio/async_result.hpp>

#include <cyclone/defer/core.hpp>
#include <cyclone/defer/failure.hpp>

namespace cyclone {

template <class T>
class Deferred;
template <class T>
class Promise;

namespace detail {

template <class T>
class CoroutinePromise;

template <class T>
void takes_deferred(const Deferred<T>&);

/// Says how a coroutine that returns a Deferred awaits something that is none: a static `to_deferred(A&&)`.
template <class A>
struct AwaitAdapter;

template <class T>
struct CompletionSignature {
    using type = void(std::exception_ptr, T);
};
template <>
struct CompletionSignature<void> {
    using type = void(std::exception_ptr);
};

struct DeferredAccess {
    template <class T>
    static Deferred<T> make(CorePtr<Core<T>> core) {
        return Deferred<T>(std::move(core));
    }
    template <class T>
    static CorePtr<Core<T>> take(Deferred<T>& deferred) {
        if (!deferred.core_) {
            throw std::logic_error("this Deferred was awaited or moved from before");
        }
        return std::move(deferred.core_);
    }
};

}  // namespace detail

/// True for each Deferred<T> and what is derived from one.
template <class T>
concept AnyDeferred = requires(const std::remove_cvref_t<T>& deferred) {
    detail::takes_deferred(deferred);
};

/// A result that will be there later: the consumer's end. As twisted.internet.defer.Deferred, typed.
///
/// It is also what a coroutine returns, which then runs at once up to its first suspension. A Deferred belongs to the
/// thread of its reactor. One that is destroyed before it has fired is cancelled; detach() lets it run on instead. An
/// error that nobody ever observes is logged as "Unhandled error in Deferred".
///
/// There is no pause() and unpause(): a chain that is to wait awaits another Deferred, which is what Twisted uses them
/// for inside, and one whose callbacks are not to run yet does not have them added yet.
template <class T = void>
class [[nodiscard]] Deferred {
public:
    using value_type = T;
    using promise_type = detail::CoroutinePromise<T>;

    Deferred(Deferred&&) noexcept = default;
    Deferred& operator=(Deferred&& other) noexcept {
        if (this != &other) {
            abandon();
            core_ = std::move(other.core_);
        }
        return *this;
    }
    ~Deferred() {
        // Most have been awaited, and hold nothing any more.
        if (core_) [[unlikely]] {
            abandon();
        }
    }

    /// Whether the value or the error is there. False for one that was moved from.
    bool called() const { return core_ && core_->fired(); }

    /// Asks what this waits for to stop: it fails with CancelledError there, at once or when the operation has ended.
    /// A coroutine may catch that and finish with a value. No effect once fired. As Deferred.cancel.
    void cancel() {
        if (core_) {
            core_->cancel();
        }
    }

    /// Lets it run on without a consumer. An error is logged then.
    void detach() && { core_.reset(); }

    /// Gives a Deferred of what `f(value)` returns; a Deferred that it returns is waited for. An error passes by.
    template <class F>
    auto add_callback(F f) &&;

    /// Gives a Deferred of the value, or of what `f(Failure)` makes of the error: a T or a Deferred<T>.
    template <class F>
    Deferred<T> add_errback(F f) &&;

    /// `callback` for a value, `errback` for an error of this Deferred (not for one thrown by `callback`).
    template <class F, class G>
    auto add_callbacks(F callback, G errback) &&;

    /// Gives a Deferred of what `f(Outcome<T>)` returns.
    template <class F>
    auto add_both(F f) &&;

    /// Cancels it after `duration` and fails with TimeoutError then, unless it ends with a value all the same.
    /// Defined in <cyclone/reactor.hpp>, whose clock it uses. As Deferred.addTimeout.
    Deferred<T> add_timeout(std::chrono::nanoseconds duration) &&;

    /// Makes it an Asio operation with the signature void(std::exception_ptr[, T]), for every completion token:
    /// `co_await std::move(d)(asio::use_awaitable)` waits for it inside an asio::awaitable. T is default constructible
    /// there. Cancellation reaches the Deferred.
    template <boost::asio::completion_token_for<typename detail::CompletionSignature<T>::type> Token>
    auto operator()(Token&& token) &&;

private:
    friend struct detail::DeferredAccess;

    explicit Deferred(detail::CorePtr<detail::Core<T>> core) : core_(std::move(core)) {}

    [[gnu::noinline]] void abandon() noexcept {
        cancel();
        core_.reset();
    }

    detail::CorePtr<detail::Core<T>> core_;
};

}  // namespace cyclone

#include <cyclone/defer/coroutine.hpp>
#include <cyclone/defer/promise.hpp>
