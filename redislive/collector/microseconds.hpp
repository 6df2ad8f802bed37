#pragma once

#include <cstdint>

namespace redislive {

/// The collector's times are microseconds since the epoch.
inline constexpr std::int64_t microseconds_per_second = 1'000'000;

}  // namespace redislive
