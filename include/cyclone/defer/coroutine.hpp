#pragma once

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <source_location>
#include <type_traits>
#include <utility>

#include <cyclone/defer/deferred.hpp>
#include <cyclone/defer/frame_allocator.hpp>

namespace cyclone::detail {

/// What co_await on a Deferred does in a coroutine that returns one.
template <class T>
class DeferredAwaiter {
public:
    explicit DeferredAwaiter(Core<T>* adopted) : core_(adopted) {}
    DeferredAwaiter(const DeferredAwaiter&) = delete;
    DeferredAwaiter& operator=(const DeferredAwaiter&) = delete;
    ~DeferredAwaiter() { core_->release_last(); }

    bool await_ready() const noexcept { return core_->fired(); }

    template <class U>
    void await_suspend(std::coroutine_handle<CoroutinePromise<U>> waiter) {
        CoroutinePromise<U>& promise = waiter.promise();
        if (promise.suspend_until(*core_, waiter)) {
            // May resume the coroutine and end this awaiter: nothing of it is touched afterwards.
            core_->cancel();
        }
    }

    T await_resume(std::source_location where = std::source_location::current()) {
        if constexpr (std::is_void_v<T>) {
            core_->take(where);
        } else if constexpr (std::is_reference_v<T>) {
            return *core_->take(where);
        } else {
            return core_->take(where);
        }
    }

private:
    Core<T>* core_;
};

/// The promise of a coroutine that returns a Deferred<T>: its core, which owns one reference to itself until the
/// coroutine has ended, so that the frame lives as long as either needs it.
template <class T>
class CoroutinePromiseBase : public Core<T>, public SuspendedCoroutine {
public:
    Deferred<T> get_return_object() {
        auto* self = static_cast<CoroutinePromise<T>*>(this);
        return DeferredAccess::make<T>(CorePtr<Core<T>>::share(self));
    }

    std::suspend_never initial_suspend() noexcept { return {}; }

    struct FinalAwaiter {
        bool await_ready() noexcept { return false; }
        void await_suspend(std::coroutine_handle<CoroutinePromise<T>> coroutine) noexcept {
            CoroutinePromise<T>& self = coroutine.promise();
            SuspendedCoroutine* next = self.waiter();
            self.release();
            if (next != nullptr) {
                next_to_resume() = next;
            }
        }
        void await_resume() noexcept {}
    };
    FinalAwaiter final_suspend() noexcept { return {}; }

    void unhandled_exception() noexcept { this->set_error(std::current_exception()); }

    /// Says whether a cancel came before, which is for `core` then.
    bool suspend_until(CoreBase& core, std::coroutine_handle<> self) noexcept {
        this->frame = self.address();
        core.await(*this);
        if ((this->flags_ & CoreBase::cancel_pending_flag) == 0) [[likely]] {
            return false;
        }
        this->flags_ &= static_cast<std::uint8_t>(~CoreBase::cancel_pending_flag);
        return true;
    }

    template <class U>
    DeferredAwaiter<U> await_transform(Deferred<U>&& deferred) {
        return DeferredAwaiter<U>(DeferredAccess::take(deferred).detach());
    }
    template <class U>
    DeferredAwaiter<U> await_transform(Deferred<U>& deferred) {
        return DeferredAwaiter<U>(DeferredAccess::take(deferred).detach());
    }
    template <class A>
        requires(!AnyDeferred<A>)
    auto await_transform(A&& other) {
        return await_transform(
            AwaitAdapter<std::remove_cvref_t<A>>::to_deferred(std::forward<A>(other)));
    }

    static void* operator new(std::size_t size) { return FrameAllocator::allocate(size); }
    static void operator delete(void* pointer, std::size_t size) noexcept {
        FrameAllocator::deallocate(pointer, size);
    }

protected:
    CoroutinePromiseBase() : Core<T>(CoreBase::coroutine_flag) {}

    void destroy() noexcept override {
        this->clear();
        destroy_frame<T>(*this);
    }
    void on_cancel() override {
        if (awaited != nullptr) {
            awaited->cancel();
        } else {
            this->flags_ |= CoreBase::cancel_pending_flag;
        }
    }
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

template <class T>
void destroy_frame(Core<T>& core) noexcept {
    std::coroutine_handle<CoroutinePromise<T>>::from_promise(
        static_cast<CoroutinePromise<T>&>(core))
        .destroy();
}

}  // namespace cyclone::detail
