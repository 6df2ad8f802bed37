#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <redislive/dataprovider/buckets.hpp>
#include <redislive/dataprovider/redis/store_keys.hpp>

namespace redislive::redis_store {

/// Whether the hour that begins at `start` has its label for itself, and 3600 seconds: not so
/// around a change to or from daylight saving, where the labels of hours and minutes stand for two
/// of them.
inline bool has_own_label(std::int64_t start) {
    const auto label = [](std::int64_t epoch) { return field_label(epoch, Granularity::hour); };
    const std::string own = label(start);
    return label(start + 3599) == own && label(start + 3600) != own && label(start - 1) != own;
}

/// A range of time cut into the periods by which the store counts, as large as possible; the first
/// seconds of each.
struct LocalPeriods {
    std::vector<std::int64_t> days;
    std::vector<std::int64_t> hours;
    std::vector<std::int64_t> minutes;
    std::vector<std::int64_t> seconds;

    /// Cuts [from, end).
    static LocalPeriods of(std::int64_t from, std::int64_t end) {
        LocalPeriods periods;
        periods.add_days(from, end);
        return periods;
    }

    void add_days(std::int64_t from, std::int64_t end) {
        std::int64_t day = start_of_local_day(from);
        if (day < from) {
            day = next_local_day(day);
        }
        if (day >= end) {
            add_hours(from, end);
            return;
        }
        add_hours(from, day);
        for (std::int64_t next = next_local_day(day); next <= end; next = next_local_day(day)) {
            days.push_back(day);
            day = next;
        }
        add_hours(day, end);
    }

    void add_hours(std::int64_t from, std::int64_t end) {
        while (from < end) {
            const std::int64_t hour = start_of_local_hour(from);
            const std::int64_t next = std::min(hour + 3600, end);
            if (!has_own_label(hour)) {
                add_seconds(from, next);
            } else if (hour == from && hour + 3600 <= end) {
                hours.push_back(hour);
            } else {
                add_minutes(from, next);
            }
            from = next;
        }
    }

    /// Of an hour that has its own label.
    void add_minutes(std::int64_t from, std::int64_t end) {
        while (from < end) {
            const std::int64_t minute = start_of_minute(from);
            const std::int64_t next = std::min(minute + 60, end);
            if (minute == from && minute + 60 <= end) {
                minutes.push_back(minute);
            } else {
                add_seconds(from, next);
            }
            from = next;
        }
    }

    void add_seconds(std::int64_t from, std::int64_t end) {
        for (; from < end; ++from) {
            seconds.push_back(from);
        }
    }
};

}  // namespace redislive::redis_store
