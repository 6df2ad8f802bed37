#pragma once

#include <algorithm>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <source_location>
#include <type_traits>
#include <utility>

#include <cyclone/defer/debugging.hpp>
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

class CoreBase;
template <class T>
class Core;

/// A coroutine as the Deferred sees it that the coroutine waits for. Valid while it is suspended.
struct SuspendedCoroutine {
    void* frame;
    CoreBase* awaited = nullptr;
};

/// The coroutine that is to run when the one that runs now has ended. Of this thread.
///
/// A coroutine that ends hands over to the one that waited for it by leaving it here, for the loop
/// in resume_suspended(): a chain of any length ends on a stack of one depth, in debug builds too,
/// which symmetric transfer does not give; and a coroutine that ends with nobody waiting, as in its
/// first run, has no call to make.
[[gnu::visibility("default")]] inline SuspendedCoroutine*& next_to_resume() {
    static constinit thread_local SuspendedCoroutine* next = nullptr;
    return next;
}

/// Runs `waiter`, and those that its end lets run.
inline void resume_suspended(SuspendedCoroutine* waiter) {
    do {
        waiter->awaited = nullptr;
        std::coroutine_handle<>::from_address(waiter->frame).resume();
        waiter = std::exchange(next_to_resume(), nullptr);
    } while (waiter != nullptr);
}

/// What the two ends of a Deferred share, but for the value: reference count (not atomic: one
/// thread), state, the coroutine that waits for it and the way to cancel.
class CoreBase {
public:
    CoreBase(const CoreBase&) = delete;
    CoreBase& operator=(const CoreBase&) = delete;

    bool fired() const noexcept { return state_ != State::pending; }
    bool failed() const noexcept { return state_ == State::error; }
    bool cancel_requested() const noexcept { return (flags_ & cancel_requested_flag) != 0; }

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
        flags_ |= cancel_requested_flag;
        add_ref();
        on_cancel();
        release();
    }

    void await(SuspendedCoroutine& waiter) noexcept {
        waiter_ = &waiter;
        waiter.awaited = this;
    }

    /// The waiting coroutine, or null. Whoever fires this resumes it, once.
    SuspendedCoroutine* waiter() const noexcept { return waiter_; }

    /// Resumes the waiting coroutine, if any. The caller holds a reference.
    void resume_waiter() {
        if (waiter_ != nullptr) {
            resume_suspended(waiter_);
        }
    }

protected:
    enum class State : std::uint8_t { pending, value, error, taken };
    // In one byte, which is a store less for each coroutine than a bool for each.
    static constexpr std::uint8_t coroutine_flag = 1;
    static constexpr std::uint8_t cancel_requested_flag = 2;
    // Of a coroutine: a cancel that came while it was running takes effect at its next suspension.
    static constexpr std::uint8_t cancel_pending_flag = 4;

    explicit CoreBase(std::uint8_t flags) noexcept : flags_(flags) {}
    ~CoreBase() = default;

    /// Ends this object, after Core::clear().
    virtual void destroy() noexcept = 0;
    virtual void on_cancel() = 0;

    SuspendedCoroutine* waiter_ = nullptr;
    std::uint32_t references_ = 1;
    State state_ = State::pending;
    std::uint8_t flags_;
};

/// Ends the frame of a coroutine, in which its core lies.
template <class T>
void destroy_frame(Core<T>& core) noexcept;

/// CoreBase with room for the value or the exception.
template <class T>
class Core : public CoreBase {
public:
    void release() noexcept {
        if (--references_ == 0) [[unlikely]] {
            end_out_of_line();
        }
    }

    /// release() for where it is most likely the last one.
    [[gnu::always_inline]] void release_last() noexcept {
        if (--references_ == 0) [[likely]] {
            end();
        }
    }

    template <class U>
    void set_value(U&& value) {
        ::new (static_cast<void*>(storage_)) stored_t<T>(std::forward<U>(value));
        state_ = State::value;
    }
    void set_error(std::exception_ptr error) noexcept {
        ::new (static_cast<void*>(storage_)) std::exception_ptr(std::move(error));
        state_ = State::error;
    }

    /// Moves the value out, or throws the exception; the error counts as observed. Once.
    /// `where` waited for it, which a trace of the error tells while defer::set_debugging() is on.
    stored_t<T> take(std::source_location where) {
        if (state_ == State::error) [[unlikely]] {
            rethrow(where);
        }
        if constexpr (std::is_trivially_destructible_v<Stored>) {
            return std::move(this->value());
        } else {
            stored_t<T> value = std::move(this->value());
            this->value().~Stored();
            state_ = State::taken;
            return value;
        }
    }

    void ignore_error() noexcept {
        if (state_ == State::error) {
            this->error().~exception_ptr();
            state_ = State::taken;
        }
    }

protected:
    using Stored = stored_t<T>;

    explicit Core(std::uint8_t flags = 0) : CoreBase(flags) {}
    // Trivial, which spares each coroutine an end of its own: destroy() clears.
    ~Core() = default;

    /// Ends the value or the error, which is logged unless somebody has seen it.
    void clear() noexcept {
        if (state_ == State::error) [[unlikely]] {
            drop_error();
        } else if constexpr (!std::is_trivially_destructible_v<Stored>) {
            if (state_ == State::value) {
                value().~Stored();
            }
        }
    }

private:
    [[gnu::always_inline]] void end() noexcept {
        if ((flags_ & coroutine_flag) != 0 && state_ != State::error) [[likely]] {
            // What destroy() would do, where the compiler sees it.
            clear();
            destroy_frame(*this);
        } else {
            destroy();
        }
    }

    // Out of line: what is inlined into each coroutine is to need few registers.
    [[gnu::noinline]] void end_out_of_line() noexcept { end(); }
    [[noreturn, gnu::noinline, gnu::cold]] void rethrow(std::source_location where) {
        std::exception_ptr error = std::move(this->error());
        this->error().~exception_ptr();
        state_ = State::taken;
        if (debugging().load(std::memory_order_relaxed)) {
            note_awaiting(error, where);
        }
        std::rethrow_exception(std::move(error));
    }
    [[gnu::noinline, gnu::cold]] void drop_error() noexcept {
        // Who cancels and looks away has been answered by the CancelledError that is dropped here.
        if (!(cancel_requested() && Failure(error()).check<CancelledError>())) {
            report_unhandled_error(error());
        }
        this->error().~exception_ptr();
    }

protected:
    Stored& value() noexcept { return *std::launder(reinterpret_cast<Stored*>(storage_)); }
    std::exception_ptr& error() noexcept {
        return *std::launder(reinterpret_cast<std::exception_ptr*>(storage_));
    }

    alignas(Stored) alignas(std::exception_ptr)
        std::byte storage_[std::max(sizeof(Stored), sizeof(std::exception_ptr))];
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
    ~CorePtr() {
        if (core_ != nullptr) {
            core_->release();
        }
    }

    static CorePtr share(C* core) noexcept {
        core->add_ref();
        return CorePtr(core);
    }
    void reset() noexcept {
        if (C* core = std::exchange(core_, nullptr)) {
            core->release();
        }
    }
    /// Gives the reference away.
    C* detach() noexcept { return std::exchange(core_, nullptr); }
    C* get() const noexcept { return core_; }
    C* operator->() const noexcept { return core_; }
    C& operator*() const noexcept { return *core_; }
    explicit operator bool() const noexcept { return core_ != nullptr; }

private:
    C* core_ = nullptr;
};

}  // namespace cyclone::detail
