#pragma once

#include <chrono>
#include <memory>

#include <cyclone/reactor/unique_function.hpp>

namespace cyclone::reactor {

/// A call that will be made later. As twisted.internet.interfaces.IDelayedCall; to drop it does not
/// cancel the call.
class DelayedCall {
public:
    /// What a clock keeps of the call.
    struct Entry {
        virtual ~Entry() = default;
        virtual void cancel() = 0;
        bool active = true;
    };

    DelayedCall() = default;
    explicit DelayedCall(const std::shared_ptr<Entry>& entry) : entry_(entry) {}

    /// Whether the call is still to be made.
    bool active() const {
        auto entry = entry_.lock();
        return entry != nullptr && entry->active;
    }

    /// Makes sure that the call is not made. No effect when it was made or cancelled.
    void cancel() {
        auto entry = entry_.lock();
        if (entry != nullptr && entry->active) {
            entry->active = false;
            entry->cancel();
        }
        entry_.reset();
    }

private:
    std::weak_ptr<Entry> entry_;
};

/// A clock that makes calls: the reactor, or task::Clock in a test. As twisted's IReactorTime.
class ReactorTime {
public:
    using Call = cyclone::detail::UniqueFunction<void()>;

    /// The time since some fixed moment. Never goes back.
    virtual std::chrono::nanoseconds seconds() const = 0;

    /// Calls `call` once, after `delay`; at the next turn when that is zero or less.
    virtual DelayedCall call_later(std::chrono::nanoseconds delay, Call call) = 0;

protected:
    ~ReactorTime() = default;
};

}  // namespace cyclone::reactor
