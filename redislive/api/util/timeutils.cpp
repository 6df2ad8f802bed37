#include <redislive/api/util/timeutils.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include <redislive/api/util/digit.hpp>

namespace redislive {

namespace {

constexpr std::int64_t day_seconds = 24 * 60 * 60;

/// The value as an error shows it: one line of ASCII, not too long.
std::string shown(std::string_view text) {
    constexpr std::size_t shown_at_most = 60;
    std::string result = "\"";
    for (const char c : text.substr(0, shown_at_most)) {
        if (c >= ' ' && c <= '~') {
            result += c;
        } else {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\x%02x", static_cast<unsigned char>(c));
            result += escaped;
        }
    }
    return result + (text.size() > shown_at_most ? "...\"" : "\"");
}

/// Takes one piece after the other from the front of a text.
struct Cursor {
    std::string_view rest;

    bool take(char c) {
        if (!rest.starts_with(c)) {
            return false;
        }
        rest.remove_prefix(1);
        return true;
    }

    bool take_number(std::size_t digits, int& number) {
        if (rest.size() < digits || !std::all_of(rest.begin(), rest.begin() + digits, is_digit)) {
            return false;
        }
        number = 0;
        for (const char c : rest.substr(0, digits)) {
            number = number * 10 + (c - '0');
        }
        rest.remove_prefix(digits);
        return true;
    }

    bool take_spaces() {
        const std::size_t count = std::min(rest.find_first_not_of(' '), rest.size());
        rest.remove_prefix(count);
        return count > 0;
    }
};

std::int64_t offset_at(std::int64_t epoch) { return local_tm(epoch).tm_gmtoff; }

/// The epoch of a local time that is given as if it were UTC.
std::int64_t epoch_of_local(std::int64_t local) {
    const std::int64_t before = local - offset_at(local - day_seconds);
    const std::int64_t after = local - offset_at(local + day_seconds);
    if (before == after || before + offset_at(before) == local) {
        return before;
    }
    return after + offset_at(after) == local ? after : before;
}

class TimeReader {
public:
    explicit TimeReader(std::string_view text) : text_(text) {
        const auto first = std::min(text.find_first_not_of(' '), text.size());
        cursor_.rest = text.substr(first, text.find_last_not_of(' ') + 1 - first);
    }

    Parsed<std::int64_t> read() {
        if (!read_date() || (!cursor_.rest.empty() && !(read_clock() && read_zone()))) {
            return Parsed<std::int64_t>::failure(shown(text_) + " is no time: " +
                                                 (wrong_.empty()
                                                      ? "write 2026-03-10, 2026-03-10T12:00:00 or "
                                                        "2026-03-10T12:00:00-03:00"
                                                      : wrong_));
        }
        return zone_ ? local_ - *zone_ : epoch_of_local(local_);
    }

private:
    bool refuse(std::string wrong) {
        wrong_ = std::move(wrong);
        return false;
    }

    bool read_date() {
        int year = 0;
        int month = 0;
        int day = 0;
        if (!cursor_.take_number(4, year) || !cursor_.take('-') || !cursor_.take_number(2, month) ||
            !cursor_.take('-') || !cursor_.take_number(2, day)) {
            return false;
        }
        if (year < 1970) {
            return refuse("years are 1970 to 9999");
        }
        if (month < 1 || month > 12) {
            return refuse("there is no month " + std::to_string(month));
        }
        const std::chrono::year_month_day date{std::chrono::year(year),
                                               std::chrono::month(static_cast<unsigned>(month)),
                                               std::chrono::day(static_cast<unsigned>(day))};
        if (!date.ok()) {
            return refuse("that month has no day " + std::to_string(day));
        }
        local_ = std::chrono::sys_days(date).time_since_epoch().count() * day_seconds;
        return true;
    }

    bool read_clock() {
        int hour = 0;
        int minute = 0;
        int second = 0;
        if ((!cursor_.take('T') && !cursor_.take('t') && !cursor_.take_spaces()) ||
            !cursor_.take_number(2, hour) || !cursor_.take(':') ||
            !cursor_.take_number(2, minute)) {
            return false;
        }
        if (cursor_.take(':')) {
            if (!cursor_.take_number(2, second)) {
                return false;
            }
            if (cursor_.take('.') || cursor_.take(',')) {
                int digit = 0;
                if (!cursor_.take_number(1, digit)) {
                    return false;
                }
                while (cursor_.take_number(1, digit)) {
                }
            }
        }
        if (hour > 23) {
            return refuse("hours are 00 to 23");
        }
        if (minute > 59 || second > 59) {
            return refuse("minutes and seconds are 00 to 59");
        }
        local_ += hour * 3600 + minute * 60 + second;
        return true;
    }

    bool read_zone() {
        const bool spaces = cursor_.take_spaces();
        if (cursor_.rest.empty()) {
            return true;
        }
        if (cursor_.take('Z') || cursor_.take('z')) {
            zone_ = 0;
            return cursor_.rest.empty();
        }
        const bool west = cursor_.take('-');
        if (!west && !cursor_.take('+') && !spaces) {
            return false;
        }
        int hours = 0;
        int minutes = 0;
        if (!cursor_.take_number(2, hours)) {
            return false;
        }
        if (!cursor_.rest.empty()) {
            cursor_.take(':');
            if (!cursor_.take_number(2, minutes) || !cursor_.rest.empty()) {
                return false;
            }
        }
        if (hours > 23 || minutes > 59) {
            return refuse("zones are -23:59 to +23:59");
        }
        zone_ = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
        return true;
    }

    std::string_view text_;
    Cursor cursor_;
    std::string wrong_;
    /// Seconds since 1970-01-01 00:00 of the same clock.
    std::int64_t local_ = 0;
    std::optional<int> zone_;
};

}  // namespace

std::tm local_tm(std::int64_t epoch) {
    const auto time = static_cast<std::time_t>(epoch);
    std::tm fields{};
    return ::localtime_r(&time, &fields) != nullptr ? fields : std::tm{};
}

Parsed<std::int64_t> parse_time(std::string_view text) { return TimeReader(text).read(); }

TimeFields local_fields(std::int64_t epoch) {
    const std::tm fields = local_tm(epoch);
    return {fields.tm_year + 1900, fields.tm_mon + 1, fields.tm_mday,          fields.tm_hour,
            fields.tm_min,         fields.tm_sec,     (fields.tm_wday + 6) % 7};
}

std::string isoformat(std::chrono::sys_time<std::chrono::microseconds> time) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(time);
    const TimeFields f = local_fields(whole.time_since_epoch().count());
    char text[96];
    int size = std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d", f[0], f[1], f[2],
                             f[3], f[4], f[5]);
    if (const auto fraction = (time - whole).count(); fraction != 0) {
        size += std::snprintf(text + size, sizeof text - static_cast<std::size_t>(size), ".%06d",
                              static_cast<int>(fraction));
    }
    return {text, static_cast<std::size_t>(size)};
}

std::string isoformat(double epoch) {
    // Whole seconds apart: the product with a million would lose digits.
    const double whole = std::floor(epoch);
    return isoformat(std::chrono::sys_time<std::chrono::microseconds>(
        std::chrono::seconds(static_cast<std::int64_t>(whole)) +
        std::chrono::microseconds(std::llrint((epoch - whole) * 1e6))));
}

LocalZone local_zone(std::int64_t epoch) {
    const std::tm fields = local_tm(epoch);
    return {static_cast<int>(fields.tm_gmtoff), fields.tm_zone != nullptr ? fields.tm_zone : "UTC"};
}

}  // namespace redislive
