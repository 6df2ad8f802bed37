#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace cyclone::redis {

/// How long to wait before each attempt to reconnect.
struct BackoffOptions {
    std::chrono::milliseconds initial{50};
    std::chrono::milliseconds longest{5000};
    /// Each delay is this many times the one before.
    double factor = 2.0;
    /// The part of a delay that is drawn by lot, from 0 to 1, so that many clients do not come back
    /// in step.
    double jitter = 0.5;
};

/// Decides on the delays: growing, jittered, and the same for the same seed. Neither waits nor
/// reads a clock.
class Backoff {
public:
    Backoff(const BackoffOptions& options, std::uint64_t seed)
        : options_(options),
          random_(static_cast<std::minstd_rand::result_type>(seed)),
          delay_(static_cast<double>(options.initial.count())) {}

    /// The delay before the next attempt.
    std::chrono::milliseconds next() {
        const double whole = std::min(delay_, static_cast<double>(options_.longest.count()));
        delay_ = std::min(delay_ * options_.factor, static_cast<double>(options_.longest.count()));
        const double share = std::uniform_real_distribution<double>(0.0, 1.0)(random_);
        return std::chrono::milliseconds(
            static_cast<std::int64_t>(whole * (1.0 - options_.jitter * share)));
    }

    /// Starts again with the shortest delay, once a connection works.
    void reset() { delay_ = static_cast<double>(options_.initial.count()); }

private:
    BackoffOptions options_;
    std::minstd_rand random_;
    double delay_;
};

}  // namespace cyclone::redis
