#pragma once

#include <chrono>
#include <cstdint>

namespace redislive {

/// The time of day by our clock: microseconds of the Unix epoch.
inline std::int64_t wall_clock() {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace redislive
