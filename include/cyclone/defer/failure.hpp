#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace cyclone {

/// What a cancelled Deferred fails with. As twisted.internet.defer.CancelledError.
struct CancelledError : std::runtime_error {
    CancelledError() : std::runtime_error("cancelled") {}
};

/// What a Deferred fails with when its time is over. As twisted.internet.error.TimeoutError.
struct TimeoutError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Thrown at the producer that fires a Promise a second time.
struct AlreadyCalledError : std::logic_error {
    AlreadyCalledError() : std::logic_error("this Promise has been fired already") {}
};

/// What a Deferred fails with when its Promise was destroyed before it was fired.
struct BrokenPromise : std::runtime_error {
    BrokenPromise() : std::runtime_error("the Promise was destroyed before it was fired") {}
};

/// An exception on its way through a chain of callbacks. As twisted.python.failure.Failure.
class Failure {
public:
    /// `exception` must not be null.
    explicit Failure(std::exception_ptr exception) : exception_(std::move(exception)) {}

    /// Whether the exception is an E (or derived from it).
    template <class E>
    bool check() const {
        try {
            std::rethrow_exception(exception_);
        } catch (const E&) {
            return true;
        } catch (...) {
            return false;
        }
    }

    /// Returns when the exception is an E; rethrows every other. As Failure.trap.
    template <class E>
    void trap() const {
        if (!check<E>()) {
            raise_exception();
        }
    }

    /// what() of the exception; a sentence that says so where it has none.
    std::string get_error_message() const {
        try {
            std::rethrow_exception(exception_);
        } catch (const std::exception& error) {
            return error.what();
        } catch (...) {
            return "an exception that is no std::exception";
        }
    }

    /// The exception's type and message; while defer::set_debugging() is on, with a line for each
    /// coroutine of this thread that was waiting for what failed, the innermost first. As
    /// Failure.getTraceback.
    std::string get_traceback() const;

    [[noreturn]] void raise_exception() const { std::rethrow_exception(exception_); }
    const std::exception_ptr& exception() const { return exception_; }

private:
    std::exception_ptr exception_;
};

/// How a Deferred ended: a value or a Failure.
template <class T>
class Outcome {
public:
    using Value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

    Outcome(Value value) : state_(std::in_place_index<0>, std::move(value)) {}
    Outcome(Failure failure) : state_(std::in_place_index<1>, std::move(failure)) {}

    bool has_value() const { return state_.index() == 0; }
    explicit operator bool() const { return has_value(); }

    /// Throws what the Deferred failed with when there is no value.
    Value& value() & {
        require_value();
        return std::get<0>(state_);
    }
    Value&& value() && {
        require_value();
        return std::get<0>(std::move(state_));
    }
    /// Throws std::bad_variant_access when there is a value.
    const Failure& failure() const { return std::get<1>(state_); }

private:
    void require_value() const {
        if (!has_value()) {
            failure().raise_exception();
        }
    }
    std::variant<Value, Failure> state_;
};

}  // namespace cyclone
