#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <cyclone/reactor/reactor_class.hpp>

namespace cyclone::reactor::detail {

/// A Promise of this thread's reactor that another thread fires, once. A handle, copies stand for
/// the same.
///
/// The reactor keeps the Promise, which is touched and destroyed on its thread alone. When the
/// reactor ends first, that breaks the Promise, and the result is dropped.
template <class T>
class ThreadPromise {
public:
    ThreadPromise() : reactor_(&current()), mailbox_(reactor_->mailbox()) {
        auto promise = std::make_shared<Promise<T>>();
        promise_ = promise.get();
        reactor_->keep(std::move(promise));
    }

    /// On the reactor's thread, once.
    Deferred<T> get_deferred() { return promise_->get_deferred(); }

    /// Calls `f()` here, and fires with its result or its exception there.
    template <class F>
    void fire_with(F&& f) {
        std::optional<Outcome<T>> outcome;
        try {
            if constexpr (std::is_void_v<T>) {
                f();
                outcome.emplace(std::monostate());
            } else {
                outcome.emplace(f());
            }
        } catch (...) {
            outcome.emplace(Failure(std::current_exception()));
        }
        mailbox_->post(
            [outcome = std::move(*outcome), reactor = reactor_, promise = promise_]() mutable {
                Promise<T> fired = std::move(*promise);
                reactor->release(promise);
                if (!outcome) {
                    fired.errback(outcome.failure().exception());
                } else if constexpr (std::is_void_v<T>) {
                    fired.callback();
                } else {
                    fired.callback(std::move(outcome).value());
                }
            });
    }

private:
    Reactor* reactor_;
    std::shared_ptr<Reactor::Mailbox> mailbox_;
    Promise<T>* promise_;
};

}  // namespace cyclone::reactor::detail
