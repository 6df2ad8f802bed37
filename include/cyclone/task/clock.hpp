#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <cyclone/reactor/reactor_time.hpp>

namespace cyclone::task {

/// Time that stands still until a test advances it. As twisted.internet.task.Clock.
class Clock final : public reactor::ReactorTime {
public:
    std::chrono::nanoseconds seconds() const override { return now_; }

    reactor::DelayedCall call_later(std::chrono::nanoseconds delay, Call call) override {
        auto entry = std::make_shared<Entry>(std::move(call));
        calls_.emplace(std::pair(now_ + std::max(delay, std::chrono::nanoseconds(0)), next_++),
                       entry);
        return reactor::DelayedCall(std::move(entry));
    }

    /// Moves the time on by `amount` and makes the calls that are due by then, in their order, each
    /// at its own time; also those that they add.
    void advance(std::chrono::nanoseconds amount) {
        const auto target = now_ + amount;
        while (!calls_.empty() && calls_.begin()->first.first <= target) {
            now_ = std::max(now_, calls_.begin()->first.first);
            auto entry = std::move(calls_.begin()->second);
            calls_.erase(calls_.begin());
            if (std::exchange(entry->active, false)) {
                Call call = std::move(entry->call);
                call();
            }
        }
        // A call may have advanced it further.
        now_ = std::max(now_, target);
    }

    /// How long it is until the next call is due; nullopt when there is none.
    std::optional<std::chrono::nanoseconds> until_next_call() const {
        for (const auto& [due, entry] : calls_) {
            if (entry->active) {
                return due.first - now_;
            }
        }
        return std::nullopt;
    }

private:
    struct Entry final : reactor::DelayedCall::Entry {
        explicit Entry(Call function) : call(std::move(function)) {}
        void cancel() override { call = nullptr; }
        Call call;
    };

    std::chrono::nanoseconds now_{0};
    std::uint64_t next_ = 0;
    std::map<std::pair<std::chrono::nanoseconds, std::uint64_t>, std::shared_ptr<Entry>> calls_;
};

}  // namespace cyclone::task
