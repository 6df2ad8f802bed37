#pragma once

#include <exception>
#include <tuple>
#include <type_traits>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <cyclone/defer/deferred.hpp>

namespace cyclone {

/// The type of use_deferred.
struct UseDeferred {};

/// Completion token that makes an Asio operation return a Deferred.
///
///     std::size_t n = co_await socket.async_read_some(buffer, use_deferred);
///
/// The operation starts at once. An error_code comes out as boost::system::system_error, more than one result as a
/// std::tuple. cancel() cancels the operation, which is over, and its buffers free, when CancelledError comes out; that
/// comes, and the result is dropped, also where the operation was done before it could be cancelled.
inline constexpr UseDeferred use_deferred{};

namespace detail {

/// The core of one Asio operation.
template <class T>
class OperationCore final : public Core<T> {
public:
    boost::asio::cancellation_slot slot() { return signal_.slot(); }

    template <class... V>
    void complete_value(V&&... values) {
        if (this->cancel_requested()) {
            // It was done already, and only its handler had not run: for who has cancelled, too late.
            complete_error(std::make_exception_ptr(CancelledError()));
            return;
        }
        if constexpr (std::is_void_v<T>) {
            this->set_value(Unit{});
        } else {
            this->set_value(T(std::forward<V>(values)...));
        }
        this->resume_waiter();
    }
    void complete_error(const boost::system::error_code& error) {
        complete_error(std::make_exception_ptr(boost::system::system_error(error)));
    }
    void complete_error(std::exception_ptr error) {
        const bool cancelled = this->cancel_requested() && is_aborted(error);
        this->set_error(cancelled ? std::make_exception_ptr(CancelledError()) : std::move(error));
        this->resume_waiter();
    }

    static void* operator new(std::size_t size) { return FrameAllocator::allocate(size); }
    static void operator delete(void* pointer, std::size_t size) noexcept {
        FrameAllocator::deallocate(pointer, size);
    }

private:
    static bool is_aborted(const std::exception_ptr& error) {
        try {
            std::rethrow_exception(error);
        } catch (const boost::system::system_error& aborted) {
            return aborted.code() == boost::asio::error::operation_aborted;
        } catch (...) {
            return false;
        }
    }

    void destroy() noexcept override {
        this->clear();
        delete this;
    }
    void on_cancel() override { signal_.emit(boost::asio::cancellation_type::all); }

    boost::asio::cancellation_signal signal_;
};

template <class... V>
struct ResultOf {
    using type = std::tuple<std::decay_t<V>...>;
};
template <>
struct ResultOf<> {
    using type = void;
};
template <class V>
struct ResultOf<V> {
    using type = std::decay_t<V>;
};

/// Whether a completion's first argument says how it went.
template <class V>
inline constexpr bool is_disposition = std::is_same_v<std::decay_t<V>, boost::system::error_code> ||
                                       std::is_same_v<std::decay_t<V>, std::exception_ptr>;

template <class... V>
struct CompletionResult {
    using type = typename ResultOf<V...>::type;
};
template <class First, class... V>
    requires is_disposition<First>
struct CompletionResult<First, V...> {
    using type = typename ResultOf<V...>::type;
};

/// The handler that an operation is started with.
template <class T>
class DeferredHandler {
public:
    using cancellation_slot_type = boost::asio::cancellation_slot;
    using allocator_type = RecyclingAllocator<void>;

    explicit DeferredHandler(CorePtr<OperationCore<T>> core)
        : core_(std::move(core)), slot_(core_->slot()) {}
    DeferredHandler(DeferredHandler&&) noexcept = default;
    DeferredHandler& operator=(DeferredHandler&&) = delete;

    // The operation was destroyed, with its reactor, and will never complete.
    ~DeferredHandler() {
        if (core_) {
            core_->complete_error(std::make_exception_ptr(BrokenPromise()));
        }
    }

    cancellation_slot_type get_cancellation_slot() const noexcept { return slot_; }
    allocator_type get_allocator() const noexcept { return {}; }

    template <class... V>
    void operator()(V&&... results) {
        auto core = std::move(core_);
        complete(*core, std::forward<V>(results)...);
    }

private:
    static void complete(OperationCore<T>& core) { core.complete_value(); }
    template <class First, class... V>
    static void complete(OperationCore<T>& core, First&& first, V&&... rest) {
        if constexpr (is_disposition<First>) {
            if (first) {
                core.complete_error(std::forward<First>(first));
            } else {
                core.complete_value(std::forward<V>(rest)...);
            }
        } else {
            core.complete_value(std::forward<First>(first), std::forward<V>(rest)...);
        }
    }

    CorePtr<OperationCore<T>> core_;
    boost::asio::cancellation_slot slot_;
};

}  // namespace detail

}  // namespace cyclone

namespace boost::asio {

template <class R, class... V>
class async_result<cyclone::UseDeferred, R(V...)> {
    using T = typename cyclone::detail::CompletionResult<V...>::type;

public:
    using return_type = cyclone::Deferred<T>;

    template <class Initiation, class... A>
    static return_type initiate(Initiation&& initiation, cyclone::UseDeferred, A&&... arguments) {
        namespace detail = cyclone::detail;
        using Core = detail::OperationCore<T>;
        auto core = detail::CorePtr<Core>(new Core);
        auto answer =
            detail::DeferredAccess::make<T>(detail::CorePtr<detail::Core<T>>::share(core.get()));
        std::forward<Initiation>(initiation)(detail::DeferredHandler<T>(std::move(core)),
                                             std::forward<A>(arguments)...);
        return answer;
    }
};

}  // namespace boost::asio
