#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <redislive/api/util/parsed.hpp>

namespace redislive {

/// Seconds of the Unix epoch; both ends are in it.
struct TimeRange {
    std::int64_t from = 0;
    std::int64_t to = 0;
    bool operator==(const TimeRange&) const = default;
};

/// Reads `from` and `to` of a query: dates as parse_time() takes them, or, digits alone and at
/// least nine of them, seconds of the Unix epoch. Neither is there: the last `usual` before `now`.
///
/// Refused are one without the other, `from` after `to`, and more than a hundred years.
Parsed<TimeRange> parse_time_range(const std::optional<std::string>& from,
                                   const std::optional<std::string>& to, std::int64_t now,
                                   std::chrono::seconds usual);

}  // namespace redislive
