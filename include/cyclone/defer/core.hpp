#pragma once

#include <coroutine>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include <cyclone/defer/failure.hpp>

namespace cyclone::detail {

/// Logs an error that nobody observed, once.
void report_unhandled_error(const std::exception_ptr& error) noexcept;

struct Unit {};

template <class T>
struct StoredAs {
    using type = T;
};
template <>
struct StoredAs<void> {
    using type = Unit;
};
template <class T>
struct StoredAs<T&> {
    using type = T*;
};
template <class T>
using stored_t = typename StoredAs<T>::type;

/// What the two ends of a Deferred share, but for the value: reference count (not atomic: one thread), state, the
/// coroutine that waits for it and the way to cancel.
class CoreBase {
public:
    CoreBase() = default;
    CoreBase(const CoreBase&) = delete;
    CoreBase& operator=(const CoreBase&) = delete;

    bool fired() const noexcept { return state_ != State::pending; }
    bool failed() const noexcept { return state_ == State::error; }
    bool cancel_requested() const noexcept { return cancel_requested_; }

    void add_ref() noexcept { ++references_; }
    void release() noexcept {
        if (--references_ == 0) {
            destroy();
        }
    }
    std::uint32_t references() const noexcept { return references_; }

    /// Asks what will fire this to stop. No effect on one that has fired.
    void cancel() {
        if (fired()) {
            return;
        }
        cancel_requested_ = true;
        add_ref();
        on_cancel();
        release();
    }

    void await(std::coroutine_handle<> waiter) noexcept { waiter_ = waiter; }

    /// The waiting coroutine, which is the caller's to resume, or null.
    std::coroutine_handle<> take_waiter() noexcept { return std::exchange(waiter_, nullptr); }

    /// Resumes the waiting coroutine, if any. The caller holds a reference.
    void resume_waiter() {
        if (auto waiter = take_waiter()) {
            waiter.resume();
        }
    }

protected:
    enum class State : std::uint8_t { pending, value, error, taken };

    ~CoreBase() = default;

    virtual void destroy() noexcept = 0;
    virtual void on_cancel() = 0;

    std::coroutine_handle<> waiter_ = nullptr;
    std::uint32_t references_ = 1;
    State state_ = State::pending;
    bool cancel_requested_ = false;
};

/// CoreBase with room for the value or the exception.
template <class T>
class Core : public CoreBase {
public:
    template <class U>
    void set_value(U&& value) {
        ::new (static_cast<void*>(std::addressof(value_))) stored_t<T>(std::forward<U>(value));
        state_ = State::value;
    }
    void set_error(std::exception_ptr error) noexcept {
        ::new (static_cast<void*>(std::addressof(error_))) std::exception_ptr(std::move(error));
        state_ = State::error;
    }

    /// Moves the value out, or throws the exception; the error counts as observed. Once.
    stored_t<T> take() {
        if (state_ == State::error) {
            std::exception_ptr error = std::move(error_);
            error_.~exception_ptr();
            state_ = State::taken;
            std::rethrow_exception(std::move(error));
        }
        stored_t<T> value = std::move(value_);
        value_.~Stored();
        state_ = State::taken;
        return value;
    }

    void ignore_error() noexcept {
        if (state_ == State::error) {
            error_.~exception_ptr();
            state_ = State::taken;
        }
    }

protected:
    using Stored = stored_t<T>;

    Core() {}
    ~Core() {
        if (state_ == State::value) {
            value_.~Stored();
        } else if (state_ == State::error) {
            // Who cancels and looks away has been answered by the CancelledError that is dropped here.
            if (!(cancel_requested_ && Failure(error_).check<CancelledError>())) {
                report_unhandled_error(error_);
            }
            error_.~exception_ptr();
        }
    }

    union {
        Stored value_;
        std::exception_ptr error_;
    };
};

/// Owns one reference to a core.
template <class C>
class CorePtr {
public:
    CorePtr() = default;
    explicit CorePtr(C* adopted) noexcept : core_(adopted) {}
    CorePtr(CorePtr&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
    CorePtr& operator=(CorePtr&& other) noexcept {
        if (this != &other) {
            reset();
            core_ = std::exchange(other.core_, nullptr);
        }
        return *this;
    }
    ~CorePtr() { reset(); }

    static CorePtr share(C* core) noexcept {
        core->add_ref();
        return CorePtr(core);
    }
    void reset() noexcept {
        if (C* core = std::exchange(core_, nullptr)) {
            core->release();
        }
    }
    C* get() const noexcept { return core_; }
    C* operator->() const noexcept { return core_; }
    C& operator*() const noexcept { return *core_; }
    explicit operator bool() const noexcept { return core_ != nullptr; }

private:
    C* core_ = nullptr;
};

}  // namespace cyclone::detail
