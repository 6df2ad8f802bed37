#include <redislive/api/util/granularity.hpp>

#include <algorithm>
#include <cstdio>
#include <optional>

#include <redislive/api/util/timeutils.hpp>

namespace redislive {

namespace {

/// A moment and what the local clock shows then.
struct Moment {
    std::int64_t epoch;
    std::tm clock;

    explicit Moment(std::int64_t at) : epoch(at), clock(local_tm(at)) {}

    long offset() const { return clock.tm_gmtoff; }
    /// Grows with the date.
    int date() const { return clock.tm_year * 366 + clock.tm_yday; }
    int seconds_into(Granularity granularity) const {
        const int minute = clock.tm_sec;
        const int hour = clock.tm_min * 60 + minute;
        return granularity == Granularity::minute ? minute
               : granularity == Granularity::hour ? hour
                                                  : clock.tm_hour * 3600 + hour;
    }
};

int length_of(Granularity granularity) {
    return granularity == Granularity::minute ? 60
           : granularity == Granularity::hour ? 3600
                                              : 24 * 3600;
}

/// The first moment after `from`, up to `to`, at which the clock's offset from UTC is another. No
/// zone changes it twice within a day.
std::optional<Moment> offset_change(const Moment& from, const Moment& to) {
    if (from.offset() == to.offset()) {
        return std::nullopt;
    }
    std::int64_t before = from.epoch;
    Moment changed = to;
    while (changed.epoch - before > 1) {
        const Moment middle(before + (changed.epoch - before) / 2);
        if (middle.offset() == to.offset()) {
            changed = middle;
        } else {
            before = middle.epoch;
        }
    }
    return changed;
}

/// Whether a minute or an hour begins with a change of the clocks.
bool begins_at_change(const Moment& change, Granularity granularity) {
    if (change.seconds_into(granularity) == 0) {
        return true;
    }
    const Moment before(change.epoch - 1);
    return before.date() != change.date() || before.clock.tm_hour != change.clock.tm_hour;
}

std::int64_t start_within_day(std::int64_t epoch, Granularity granularity) {
    const Moment moment(epoch);
    const Moment start(epoch - moment.seconds_into(granularity));
    const auto change = offset_change(start, moment);
    if (!change) {
        return start.epoch;
    }
    return begins_at_change(*change, granularity)
               ? change->epoch
               : start_within_day(change->epoch - 1, granularity);
}

/// The first moment of a later date than that of `moment`.
std::int64_t next_day(Moment moment) {
    const int date = moment.date();
    for (;;) {
        const Moment end(moment.epoch + length_of(Granularity::day) -
                         moment.seconds_into(Granularity::day));
        if (const auto change = offset_change(moment, end)) {
            moment = *change;
        } else {
            moment = end;
        }
        if (moment.date() > date) {
            return moment.epoch;
        }
    }
}

std::int64_t start_of_day(std::int64_t epoch) {
    const Moment moment(epoch);
    const Moment midnight(epoch - moment.seconds_into(Granularity::day));
    // A change in the hours before midnight may have brought the date back.
    constexpr std::int64_t margin = 3 * 3600;
    if (Moment(midnight.epoch - margin).offset() == moment.offset()) {
        return midnight.epoch;
    }
    std::int64_t start = epoch - 3 * length_of(Granularity::day);
    for (std::int64_t next = next_day(Moment(start)); next <= epoch;
         next = next_day(Moment(start))) {
        start = next;
    }
    return start;
}

std::int64_t next_within_day(std::int64_t start, Granularity granularity) {
    Moment moment(start);
    for (;;) {
        const Moment end(start + length_of(granularity) - moment.seconds_into(granularity));
        const auto change = offset_change(moment, end);
        if (!change) {
            return end.epoch;
        }
        if (begins_at_change(*change, granularity)) {
            return change->epoch;
        }
        moment = *change;
        start = change->epoch;
    }
}

}  // namespace

std::int64_t bucket_of(std::int64_t epoch, Granularity granularity) {
    switch (granularity) {
        case Granularity::day:
            return start_of_day(epoch);
        case Granularity::hour:
        case Granularity::minute:
            return start_within_day(epoch, granularity);
        case Granularity::second:
            break;
    }
    return epoch;
}

std::int64_t next_bucket(std::int64_t start, Granularity granularity) {
    switch (granularity) {
        case Granularity::day:
            return next_day(Moment(start));
        case Granularity::hour:
        case Granularity::minute:
            return next_within_day(start, granularity);
        case Granularity::second:
            break;
    }
    return start + 1;
}

std::vector<std::int64_t> buckets(std::int64_t from, std::int64_t to, Granularity granularity) {
    std::vector<std::int64_t> starts;
    if (from > to) {
        return starts;
    }
    for (std::int64_t start = bucket_of(from, granularity); start <= to;
         start = next_bucket(start, granularity)) {
        starts.push_back(start);
    }
    std::reverse(starts.begin(), starts.end());
    return starts;
}

std::string field_name(std::int64_t epoch, Granularity granularity) {
    if (granularity == Granularity::second) {
        return std::to_string(epoch);
    }
    const std::tm clock = local_tm(epoch);
    char text[80];
    const int size = std::snprintf(text, sizeof text, "%02d%02d%02d", clock.tm_year % 100,
                                   clock.tm_mon + 1, clock.tm_mday);
    std::string name(text, static_cast<std::size_t>(size));
    if (granularity != Granularity::day) {
        name += ':' + std::to_string(clock.tm_hour);
    }
    if (granularity == Granularity::minute) {
        name += ':' + std::to_string(clock.tm_min);
    }
    return name;
}

}  // namespace redislive
