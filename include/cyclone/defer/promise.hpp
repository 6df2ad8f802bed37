#pragma once

#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <cyclone/defer/deferred.hpp>
#include <cyclone/defer/frame_allocator.hpp>

namespace cyclone {

namespace detail {

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

    void destroy() noexcept override {
        this->clear();
        delete this;
    }

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
