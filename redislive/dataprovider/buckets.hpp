#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include <redislive/api/util/granularity.hpp>
#include <redislive/dataprovider/local_time.hpp>

namespace redislive {

/// The first second of the bucket that holds `epoch`, in local time.
inline std::int64_t bucket_start(std::int64_t epoch, Granularity granularity) {
    switch (granularity) {
        case Granularity::day:
            return start_of_local_day(epoch);
        case Granularity::hour:
            return start_of_local_hour(epoch);
        case Granularity::minute:
            return start_of_minute(epoch);
        case Granularity::second:
            break;
    }
    return epoch;
}

/// The first second after the bucket that begins at `start`.
inline std::int64_t bucket_end(std::int64_t start, Granularity granularity) {
    switch (granularity) {
        case Granularity::day:
            return next_local_day(start);
        case Granularity::hour:
            return next_local_hour(start);
        case Granularity::minute:
            return start + 60;
        case Granularity::second:
            break;
    }
    return start + 1;
}

/// The buckets that [from, to] touches: their first seconds, oldest first, and the end of the last
/// one.
inline std::vector<std::int64_t> bucket_bounds(std::int64_t from, std::int64_t to,
                                               Granularity granularity) {
    std::vector<std::int64_t> bounds;
    std::int64_t start = bucket_start(from, granularity);
    while (start <= to) {
        bounds.push_back(start);
        start = bucket_end(start, granularity);
    }
    bounds.push_back(start);
    return bounds;
}

}  // namespace redislive
