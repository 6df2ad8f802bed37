#pragma once

#include <cstdint>
#include <ctime>
#include <string>

namespace redislive {

/// The local time of the process (TZ) at `epoch`, seconds of the Unix epoch.
inline std::tm local_time(std::int64_t epoch) {
    const auto time = static_cast<std::time_t>(epoch);
    std::tm fields{};
    localtime_r(&time, &fields);
    return fields;
}

namespace detail {

/// A number that grows with the date.
inline int date_number(std::int64_t epoch) {
    const std::tm fields = local_time(epoch);
    return (fields.tm_year * 12 + fields.tm_mon) * 31 + fields.tm_mday;
}

}  // namespace detail

/// The first second of the local day of `epoch`; not 00:00 where the clocks are changed at
/// midnight.
inline std::int64_t start_of_local_day(std::int64_t epoch) {
    const std::tm fields = local_time(epoch);
    const int date = detail::date_number(epoch);
    const std::int64_t midnight =
        epoch - fields.tm_hour * 3600 - fields.tm_min * 60 - fields.tm_sec;
    if (detail::date_number(midnight) == date && detail::date_number(midnight - 1) != date) {
        return midnight;
    }
    std::int64_t before = epoch - 27 * 3600;
    std::int64_t within = epoch;
    while (within - before > 1) {
        const std::int64_t middle = before + (within - before) / 2;
        (detail::date_number(middle) == date ? within : before) = middle;
    }
    return within;
}

inline std::int64_t start_of_local_hour(std::int64_t epoch) {
    const std::tm fields = local_time(epoch);
    return epoch - fields.tm_min * 60 - fields.tm_sec;
}

inline std::int64_t start_of_minute(std::int64_t epoch) { return epoch - local_time(epoch).tm_sec; }

/// The first second of the next local day. No day has more than 26 hours, or fewer than 22.
inline std::int64_t next_local_day(std::int64_t start) {
    const std::int64_t usual = start + 24 * 3600;
    const std::tm fields = local_time(usual);
    const bool midnight = fields.tm_hour == 0 && fields.tm_min == 0 && fields.tm_sec == 0;
    return start_of_local_day(midnight ? usual : start + 26 * 3600);
}

inline std::int64_t next_local_hour(std::int64_t start) {
    return start_of_local_hour(start + 3600);
}

}  // namespace redislive
