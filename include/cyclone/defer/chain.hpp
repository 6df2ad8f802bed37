#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>

#include <cyclone/defer/deferred.hpp>

namespace cyclone {

/// A Deferred that has fired already. As twisted.internet.defer.succeed.
template <class T>
Deferred<std::decay_t<T>> succeed(T&& value) {
    Promise<std::decay_t<T>> promise;
    promise.callback(std::forward<T>(value));
    return promise.get_deferred();
}
inline Deferred<> succeed() {
    Promise<> promise;
    promise.callback();
    return promise.get_deferred();
}

/// A Deferred<T> that has failed already, with an exception or a std::exception_ptr. As
/// twisted.internet.defer.fail.
template <class T = void, class E>
Deferred<T> fail(E&& error) {
    Promise<T> promise;
    Deferred<T> deferred = promise.get_deferred();
    promise.errback(std::forward<E>(error));
    return deferred;
}

namespace detail {

template <class R>
struct Flattened {
    using type = R;
};
template <class T>
struct Flattened<Deferred<T>> {
    using type = T;
};
/// What is left of a result once the Deferred that it may be has been waited for.
template <class R>
using flattened_t = typename Flattened<R>::type;

template <class F, class... A>
using flat_result_t = flattened_t<std::invoke_result_t<F&, A...>>;

/// Calls `f`, whose result becomes a Deferred unless it is one. Throws what `f` throws.
template <class F, class... A>
Deferred<flat_result_t<F, A...>> call_flat(F& f, A&&... arguments) {
    using R = std::invoke_result_t<F&, A...>;
    if constexpr (AnyDeferred<R>) {
        return f(std::forward<A>(arguments)...);
    } else if constexpr (std::is_void_v<R>) {
        f(std::forward<A>(arguments)...);
        return succeed();
    } else {
        return succeed(f(std::forward<A>(arguments)...));
    }
}

template <class F, class T>
struct CallbackResult {
    using type = flat_result_t<F, T>;
};
template <class F>
struct CallbackResult<F, void> {
    using type = flat_result_t<F>;
};
/// What a chain goes on with after the callback F of a Deferred<T>.
template <class F, class T>
using callback_result_t = typename CallbackResult<F, T>::type;

/// Waits for `source` and hands on how it ended.
template <class T>
Deferred<Outcome<T>> outcome_of(Deferred<T> source) {
    std::exception_ptr error;
    try {
        if constexpr (std::is_void_v<T>) {
            co_await source;
            co_return Outcome<T>(std::monostate());
        } else {
            T value = co_await source;
            co_return Outcome<T>(std::move(value));
        }
    } catch (...) {
        error = std::current_exception();
    }
    co_return Outcome<T>(Failure(std::move(error)));
}

template <class T, class F>
Deferred<callback_result_t<F, T>> chain_callback(Deferred<T> source, F f) {
    if constexpr (std::is_void_v<T>) {
        co_await source;
        auto next = call_flat(f);
        co_return co_await next;
    } else {
        T value = co_await source;
        auto next = call_flat(f, std::forward<T>(value));
        co_return co_await next;
    }
}

template <class T, class F>
Deferred<flat_result_t<F, Outcome<T>>> chain_both(Deferred<T> source, F f) {
    auto watched = outcome_of(std::move(source));
    Outcome<T> outcome = co_await watched;
    auto next = call_flat(f, std::move(outcome));
    co_return co_await next;
}

template <class T, class F, class G>
Deferred<callback_result_t<F, T>> chain_callbacks(Deferred<T> source, F callback, G errback) {
    auto watched = outcome_of(std::move(source));
    Outcome<T> outcome = co_await watched;
    if (!outcome) {
        auto next = call_flat(errback, outcome.failure());
        co_return co_await next;
    }
    if constexpr (std::is_void_v<T>) {
        auto next = call_flat(callback);
        co_return co_await next;
    } else {
        auto next = call_flat(callback, std::move(outcome).value());
        co_return co_await next;
    }
}

/// Completes an Asio handler with the signature void(std::exception_ptr[, T]).
template <class T, class Handler>
Deferred<> complete_handler(Deferred<T> source, Handler handler) {
    auto watched = outcome_of(std::move(source));
    Outcome<T> outcome = co_await watched;
    if constexpr (std::is_void_v<T>) {
        std::move(handler)(outcome ? std::exception_ptr() : outcome.failure().exception());
    } else if (outcome) {
        std::move(handler)(std::exception_ptr(), std::move(outcome).value());
    } else {
        std::move(handler)(outcome.failure().exception(), T());
    }
}

}  // namespace detail

template <class T>
template <class F>
auto Deferred<T>::add_callback(F f) && {
    return detail::chain_callback<T>(std::move(*this), std::move(f));
}

template <class T>
template <class F>
Deferred<T> Deferred<T>::add_errback(F f) && {
    if constexpr (std::is_void_v<T>) {
        return detail::chain_callbacks<T>(
            std::move(*this), [] {}, std::move(f));
    } else {
        return detail::chain_callbacks<T>(
            std::move(*this), [](T value) -> T { return std::forward<T>(value); }, std::move(f));
    }
}

template <class T>
template <class F, class G>
auto Deferred<T>::add_callbacks(F callback, G errback) && {
    return detail::chain_callbacks<T>(std::move(*this), std::move(callback), std::move(errback));
}

template <class T>
template <class F>
auto Deferred<T>::add_both(F f) && {
    return detail::chain_both<T>(std::move(*this), std::move(f));
}

template <class T>
template <boost::asio::completion_token_for<typename detail::CompletionSignature<T>::type> Token>
auto Deferred<T>::operator()(Token&& token) && {
    using Signature = typename detail::CompletionSignature<T>::type;
    return boost::asio::async_initiate<Token, Signature>(
        [](auto handler, Deferred<T> deferred) {
            auto slot = boost::asio::get_associated_cancellation_slot(handler);
            auto running = detail::complete_handler<T>(std::move(deferred), std::move(handler));
            if (slot.is_connected() && !running.called()) {
                auto shared = std::make_shared<Deferred<>>(std::move(running));
                slot.assign([shared](boost::asio::cancellation_type) { shared->cancel(); });
            } else {
                std::move(running).detach();
            }
        },
        token, std::move(*this));
}

}  // namespace cyclone
