#pragma once

#include <chrono>
#include <concepts>
#include <coroutine>
#include <exception>
#include <functional>
#include <type_traits>
#include <utility>

#include <boost/asio/async_result.hpp>

#include <cyclone/defer/core.hpp>
#include <cyclone/defer/failure.hpp>
#include <cyclone/defer/frame_allocator.hpp>

namespace cyclone {

template <class T>
class Deferred;
template <class T>
class Promise;

namespace detail {

template <class T>
class CoroutinePromise;

template <class T>
struct IsDeferred : std::false_type {};
template <class T>
struct IsDeferred<Deferred<T>> : std::true_type {};

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

/// True for each Deferred<T>.
template <class T>
concept AnyDeferred = detail::IsDeferred<std::remove_cvref_t<T>>::value;

/// A result that will be there later: the consumer's end. As twisted.internet.defer.Deferred, typed.
///
/// It is also what a coroutine returns, which then runs at once up to its first suspension. A Deferred belongs to the
/// thread of its reactor. One that is destroyed before it has fired is cancelled; detach() lets it run on instead. An
/// error that nobody ever observes is logged as "Unhandled error in Deferred".
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
    ~Deferred() { abandon(); }

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

    void abandon() noexcept {
        cancel();
        core_.reset();
    }

    detail::CorePtr<detail::Core<T>> core_;
};

namespace detail {

/// What co_await on a Deferred does in a coroutine that returns one.
template <class T>
class DeferredAwaiter {
public:
    DeferredAwaiter(CorePtr<Core<T>> core, CoreBase** awaiting, bool* cancel_pending)
        : core_(std::move(core)), awaiting_(awaiting), cancel_pending_(cancel_pending) {}

    bool await_ready() const noexcept { return core_->fired(); }

    void await_suspend(std::coroutine_handle<> waiter) {
        core_->await(waiter);
        *awaiting_ = core_.get();
        if (std::exchange(*cancel_pending_, false)) {
            // May resume the coroutine and end this awaiter: nothing of it is touched afterwards.
            core_->cancel();
        }
    }

    T await_resume() {
        *awaiting_ = nullptr;
        if constexpr (std::is_void_v<T>) {
            core_->take();
        } else if constexpr (std::is_reference_v<T>) {
            return *core_->take();
        } else {
            return core_->take();
        }
    }

private:
    CorePtr<Core<T>> core_;
    CoreBase** awaiting_;
    bool* cancel_pending_;
};

template <class T>
class CoroutinePromiseBase : public Core<T> {
public:
    Deferred<T> get_return_object() {
        auto* self = static_cast<CoroutinePromise<T>*>(this);
        return DeferredAccess::make<T>(CorePtr<Core<T>>::share(self));
    }

    std::suspend_never initial_suspend() noexcept { return {}; }

    struct FinalAwaiter {
        bool await_ready() noexcept { return false; }
        std::coroutine_handle<> await_suspend(
            std::coroutine_handle<CoroutinePromise<T>> coroutine) noexcept {
            CoroutinePromise<T>& self = coroutine.promise();
            std::coroutine_handle<> next = self.take_waiter();
            self.release();
            return next ? next : std::noop_coroutine();
        }
        void await_resume() noexcept {}
    };
    FinalAwaiter final_suspend() noexcept { return {}; }

    void unhandled_exception() noexcept { this->set_error(std::current_exception()); }

    template <class U>
    DeferredAwaiter<U> await_transform(Deferred<U>&& deferred) {
        return {DeferredAccess::take(deferred), &awaiting_, &cancel_pending_};
    }
    template <class U>
    DeferredAwaiter<U> await_transform(Deferred<U>& deferred) {
        return {DeferredAccess::take(deferred), &awaiting_, &cancel_pending_};
    }
    template <class A>
        requires(!AnyDeferred<A>)
    auto await_transform(A&& awaited) {
        return await_transform(
            AwaitAdapter<std::remove_cvref_t<A>>::to_deferred(std::forward<A>(awaited)));
    }

    static void* operator new(std::size_t size) { return FrameAllocator::allocate(size); }
    static void operator delete(void* pointer, std::size_t size) noexcept {
        FrameAllocator::deallocate(pointer, size);
    }

protected:
    void destroy() noexcept override {
        std::coroutine_handle<CoroutinePromise<T>>::from_promise(
            static_cast<CoroutinePromise<T>&>(*this))
            .destroy();
    }
    void on_cancel() override {
        if (awaiting_ != nullptr) {
            awaiting_->cancel();
        } else {
            cancel_pending_ = true;
        }
    }

    CoreBase* awaiting_ = nullptr;
    // A cancel that came while the coroutine was running takes effect at its next suspension.
    bool cancel_pending_ = false;
};

template <class T>
class CoroutinePromise final : public CoroutinePromiseBase<T> {
public:
    template <class U = T>
        requires std::convertible_to<U&&, T>
    void return_value(U&& value) {
        if constexpr (std::is_reference_v<T>) {
            this->set_value(std::addressof(value));
        } else {
            this->set_value(std::forward<U>(value));
        }
    }
};

template <>
class CoroutinePromise<void> final : public CoroutinePromiseBase<void> {
public:
    void return_void() { set_value(Unit{}); }
};

/// The core that a Promise fires.
template <class T>
class PromiseCore final : public Core<T> {
public:
    explicit PromiseCore(std::function<void()> canceller) : canceller_(std::move(canceller)) {}

    template <class U>
    void fire_value(U&& value) {
        if (accepts_result()) {
            this->set_value(std::forward<U>(value));
            settle();
        }
    }
    void fire_error(std::exception_ptr error) {
        if (accepts_result()) {
            this->set_error(std::move(error));
            settle();
        }
    }

    static void* operator new(std::size_t size) { return FrameAllocator::allocate(size); }
    static void operator delete(void* pointer, std::size_t size) noexcept {
        FrameAllocator::deallocate(pointer, size);
    }

private:
    // The result of an operation that was cancelled in the meantime is dropped, once. As in Twisted.
    bool accepts_result() {
        if (!this->fired()) {
            return true;
        }
        if (std::exchange(drop_next_result_, false)) {
            return false;
        }
        throw AlreadyCalledError();
    }

    void settle() {
        // What the canceller holds must not live as long as an unread result does.
        canceller_ = nullptr;
        this->add_ref();
        this->resume_waiter();
        this->release();
    }

    void destroy() noexcept override { delete this; }

    void on_cancel() override {
        if (auto canceller = std::exchange(canceller_, nullptr)) {
            try {
                canceller();
            } catch (...) {
                if (!this->fired()) {
                    fire_error(std::current_exception());
                }
            }
        }
        if (!this->fired()) {
            drop_next_result_ = true;
            this->set_error(std::make_exception_ptr(CancelledError()));
            settle();
        }
    }

    std::function<void()> canceller_;
    bool drop_next_result_ = false;
};

}  // namespace detail

/// The producer's end of a Deferred: fires it once.
///
/// Whoever waits for the Deferred runs inside callback() and errback(). A Promise that is destroyed before it was
/// fired fails its Deferred with BrokenPromise.
template <class T = void>
class Promise {
public:
    Promise() : Promise(nullptr) {}

    /// `canceller` is called when the consumer cancels; when it has not fired the Promise by its end, the Deferred
    /// fails with CancelledError, and the result that is fired later is dropped.
    explicit Promise(std::function<void()> canceller)
        : core_(new detail::PromiseCore<T>(std::move(canceller))) {}

    Promise(Promise&&) noexcept = default;
    Promise& operator=(Promise&& other) noexcept {
        if (this != &other) {
            break_promise();
            core_ = std::move(other.core_);
            given_ = other.given_;
        }
        return *this;
    }
    ~Promise() { break_promise(); }

    /// The consumer's end. Once; throws std::logic_error the second time.
    Deferred<T> get_deferred() {
        if (std::exchange(given_, true)) {
            throw std::logic_error("Promise::get_deferred() was called a second time");
        }
        return detail::DeferredAccess::make<T>(detail::CorePtr<detail::Core<T>>::share(core_.get()));
    }

    /// Fires with a value. Throws AlreadyCalledError when fired before.
    template <class U = T>
        requires(!std::is_void_v<T>)
    void callback(U&& value) {
        auto core = detail::CorePtr<detail::PromiseCore<T>>::share(core_.get());
        if constexpr (std::is_reference_v<T>) {
            core->fire_value(std::addressof(value));
        } else {
            core->fire_value(std::forward<U>(value));
        }
    }
    void callback()
        requires std::is_void_v<T>
    {
        auto core = detail::CorePtr<detail::PromiseCore<T>>::share(core_.get());
        core->fire_value(detail::Unit{});
    }

    /// Fires with an error. Throws AlreadyCalledError when fired before.
    void errback(std::exception_ptr error) {
        auto core = detail::CorePtr<detail::PromiseCore<T>>::share(core_.get());
        core->fire_error(std::move(error));
    }
    template <class E>
        requires(!std::same_as<std::remove_cvref_t<E>, std::exception_ptr>)
    void errback(E&& exception) {
        errback(std::make_exception_ptr(std::forward<E>(exception)));
    }

    /// Whether it was fired, or cancelled by the consumer.
    bool called() const { return core_->fired(); }

private:
    void break_promise() noexcept {
        if (core_ && given_ && !core_->fired()) {
            // Without a consumer there is nobody to be told, and nothing to be logged.
            if (core_->references() > 1) {
                core_->fire_error(core_->cancel_requested()
                                      ? std::make_exception_ptr(CancelledError())
                                      : std::make_exception_ptr(BrokenPromise()));
            }
        }
        core_.reset();
    }

    detail::CorePtr<detail::PromiseCore<T>> core_;
    bool given_ = false;
};

}  // namespace cyclone
