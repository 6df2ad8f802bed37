#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace cyclone::websocket {

/// When to ping a peer, and when to give it up. Has no clock: the times are those since any fixed
/// moment.
class Heartbeat {
public:
    using Time = std::chrono::nanoseconds;
    enum class Action : std::uint8_t { none, ping, give_up };

    /// Pings every `interval`; gives up when nothing has come for `timeout` after a ping.
    Heartbeat(Time interval, Time timeout, Time now)
        : interval_(interval), timeout_(timeout), next_ping_(now + interval) {}

    /// Something came of the peer, whatever it is.
    void heard() { unanswered_since_.reset(); }

    /// What is to be done at `now`; the next thing is due at due().
    Action act(Time now) {
        if (unanswered_since_ && now - *unanswered_since_ >= timeout_) {
            return Action::give_up;
        }
        if (now < next_ping_) {
            return Action::none;
        }
        next_ping_ = now + interval_;
        if (!unanswered_since_) {
            unanswered_since_ = now;
        }
        return Action::ping;
    }
    Time due() const {
        return unanswered_since_ ? std::min(next_ping_, *unanswered_since_ + timeout_) : next_ping_;
    }

private:
    Time interval_;
    Time timeout_;
    Time next_ping_;
    std::optional<Time> unanswered_since_;
};

}  // namespace cyclone::websocket
