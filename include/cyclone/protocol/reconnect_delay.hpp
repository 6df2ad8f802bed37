#pragma once

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>

namespace cyclone::protocol {

/// How long to wait before the next attempt to connect; does no I/O.
/// As twisted.internet.protocol.ReconnectingClientFactory, whose numbers it has.
class ReconnectDelay {
public:
    struct Settings {
        std::chrono::nanoseconds initial = std::chrono::seconds(1);
        std::chrono::nanoseconds most = std::chrono::hours(1);
        double factor = 2.7182818284590451;
        /// By how much of it each delay varies, so that many clients do not come back at the same
        /// moment.
        double jitter = 0.11962656472;
        int max_retries = std::numeric_limits<int>::max();
    };

    ReconnectDelay() : ReconnectDelay(Settings()) {}
    explicit ReconnectDelay(const Settings& settings)
        : settings_(settings), delay_(settings.initial) {}

    /// The next delay; nothing after `max_retries`. `random` has the standard normal distribution.
    std::optional<std::chrono::nanoseconds> next(double random) {
        if (retries_ >= settings_.max_retries) {
            return std::nullopt;
        }
        ++retries_;
        using Nanoseconds = std::chrono::duration<double, std::nano>;
        const Nanoseconds grown = Nanoseconds(delay_) * settings_.factor;
        const Nanoseconds capped = std::min(grown, Nanoseconds(settings_.most));
        delay_ = std::chrono::duration_cast<std::chrono::nanoseconds>(capped);
        const double spread = std::clamp(1 + settings_.jitter * random, 0.0, 2.0);
        return std::chrono::duration_cast<std::chrono::nanoseconds>(capped * spread);
    }

    /// A connection has proved to work: begin anew.
    void reset() {
        delay_ = settings_.initial;
        retries_ = 0;
    }
    int retries() const { return retries_; }

private:
    Settings settings_;
    std::chrono::nanoseconds delay_;
    int retries_ = 0;
};

}  // namespace cyclone::protocol
