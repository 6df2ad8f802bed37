#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace redislive {

/// What the clock of a watched server shows, as far as that can be told from what it sends. Has no
/// clock of its own; all times are microseconds of the Unix epoch.
///
/// What a server writes at some time arrives here later: never earlier, sometimes much later. So
/// the best of what was seen in the last half minute to minute counts, which follows a clock that
/// is set.
class ServerClock {
public:
    /// Something that the server wrote at `server`, by its clock, arrived at `now`, by ours.
    void observe(std::int64_t server, std::int64_t now) {
        if (now < begun_ || now - begun_ > window) {
            before_ = now < begun_ || now - begun_ > 2 * window ? unknown : newest_;
            newest_ = unknown;
            begun_ = now;
        }
        newest_ = std::max(newest_, server - now);
    }

    /// What the server's clock shows at `now`, or a little less; `now` itself before anything has
    /// arrived.
    std::int64_t at(std::int64_t now) const {
        const std::int64_t ahead = std::max(newest_, before_);
        return ahead == unknown ? now : now + ahead;
    }

private:
    static constexpr std::int64_t window = 30'000'000;
    static constexpr std::int64_t unknown = std::numeric_limits<std::int64_t>::min();

    std::int64_t begun_ = 0;
    /// How far the server's clock is ahead of ours; negative when it is behind.
    std::int64_t newest_ = unknown;
    std::int64_t before_ = unknown;
};

}  // namespace redislive
