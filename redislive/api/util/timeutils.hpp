#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include <redislive/api/util/parsed.hpp>

namespace redislive {

// Local time is that of the process: the TZ of the environment as it was when the time zone was
// first needed or tzset() last called. All of this may be called on any thread.

/// Reads a date as people send it; gives seconds of the Unix epoch.
///
/// ISO 8601 with T or a space: `2026-03-10`, `2026-03-10T12:00`, `2026-03-10 12:00:00.250`, with or
/// without a zone behind the time: `Z`, `+03:00`, `+0300`, `+03`. The `+` may have become a space,
/// as it does in a query string. Fractions are cut off; a date alone is 00:00. Years are 1970 to
/// 9999.
///
/// Where no zone is given the time is local. One that occurs twice, when the clocks are set back,
/// is the first of the two; one that is skipped, when they are set forward, is read by the clock
/// from before the change (02:30 becomes 03:30). Both as Python's datetime with fold=0.
Parsed<std::int64_t> parse_time(std::string_view text);

/// Year, month, day, hour, minute, second, weekday with Monday = 0: a time in the answers.
using TimeFields = std::array<int, 7>;

TimeFields local_fields(std::int64_t epoch);

/// `2026-03-10T12:00:00`, with `.250000` where there is a fraction; local, without a zone. As
/// Python's datetime.fromtimestamp(t).isoformat().
std::string isoformat(std::chrono::sys_time<std::chrono::microseconds> time);
/// The same for seconds of the Unix epoch.
std::string isoformat(double epoch);

/// What the local clock differs by from UTC.
struct LocalZone {
    /// Seconds; east of Greenwich is positive.
    int utc_offset = 0;
    /// `CET`, or digits where the zone has no abbreviation: `-03`.
    std::string name;
};

LocalZone local_zone(std::int64_t epoch);

/// localtime_r(). All fields are zero for a year that does not fit into an int.
std::tm local_tm(std::int64_t epoch);

}  // namespace redislive
