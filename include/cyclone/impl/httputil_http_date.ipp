#pragma once

#include <array>
#include <cstddef>

#include <cyclone/httputil/http_date.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::httputil {

namespace detail {

inline constexpr std::array<std::string_view, 7> day_names{
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
inline constexpr std::array<std::string_view, 12> month_names{
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// Takes a date apart from left to right; what doesn't fit leaves it failed.
class DateReader {
public:
    explicit DateReader(std::string_view text) : rest_(text) {}

    bool take(std::string_view literal) {
        if (!rest_.starts_with(literal)) {
            return false;
        }
        rest_.remove_prefix(literal.size());
        return true;
    }
    bool take_day_name(std::size_t length) {
        for (const std::string_view name : day_names) {
            if (take(name.substr(0, length))) {
                return true;
            }
        }
        return false;
    }
    void number(std::size_t digits, int& value) {
        value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') {
                failed_ = true;
                return;
            }
            value = value * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
    }
    void month(int& value) {
        for (std::size_t i = 0; i < month_names.size(); ++i) {
            if (take(month_names[i])) {
                value = static_cast<int>(i) + 1;
                return;
            }
        }
        failed_ = true;
    }
    void literal(std::string_view text) { failed_ |= !take(text); }
    void time(int& hour, int& minute, int& second) {
        number(2, hour);
        literal(":");
        number(2, minute);
        literal(":");
        number(2, second);
    }
    bool succeeded() const { return !failed_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool failed_ = false;
};

CYCLONE_INLINE int year_of(std::chrono::system_clock::time_point time) {
    const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time));
    return static_cast<int>(date.year());
}

}  // namespace detail

CYCLONE_INLINE std::string format_timestamp(std::chrono::system_clock::time_point time) {
    using namespace std::chrono;
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(floor<seconds>(time - day));

    std::string text;
    text.reserve(29);
    const auto append_number = [&text](int value, int divisor) {
        for (; divisor > 0; divisor /= 10) {
            text += static_cast<char>('0' + value / divisor % 10);
        }
    };
    text += detail::day_names[weekday(day).c_encoding()].substr(0, 3);
    text += ", ";
    append_number(static_cast<int>(static_cast<unsigned>(date.day())), 10);
    text += ' ';
    text += detail::month_names[static_cast<unsigned>(date.month()) - 1];
    text += ' ';
    append_number(static_cast<int>(date.year()), 1000);
    text += ' ';
    append_number(static_cast<int>(clock.hours().count()), 10);
    text += ':';
    append_number(static_cast<int>(clock.minutes().count()), 10);
    text += ':';
    append_number(static_cast<int>(clock.seconds().count()), 10);
    text += " GMT";
    return text;
}

CYCLONE_INLINE std::optional<std::chrono::sys_seconds> parse_http_date(
    std::string_view text, std::chrono::system_clock::time_point now) {
    using namespace std::chrono;
    int year_number = 0, month_number = 0, day_number = 0, hour = 0, minute = 0, second = 0;
    detail::DateReader reader(text);
    if (reader.take_day_name(std::string_view::npos)) {
        // Sunday, 06-Nov-94 08:49:37 GMT
        reader.literal(", ");
        reader.number(2, day_number);
        reader.literal("-");
        reader.month(month_number);
        reader.literal("-");
        reader.number(2, year_number);
        reader.literal(" ");
        reader.time(hour, minute, second);
        reader.literal(" GMT");
        const int latest = detail::year_of(now) + 50;
        year_number += (latest - year_number) / 100 * 100;
    } else if (!reader.take_day_name(3)) {
        return std::nullopt;
    } else if (reader.take(", ")) {
        // Sun, 06 Nov 1994 08:49:37 GMT
        reader.number(2, day_number);
        reader.literal(" ");
        reader.month(month_number);
        reader.literal(" ");
        reader.number(4, year_number);
        reader.literal(" ");
        reader.time(hour, minute, second);
        reader.literal(" GMT");
    } else {
        // Sun Nov  6 08:49:37 1994
        reader.literal(" ");
        reader.month(month_number);
        reader.literal(" ");
        reader.number(reader.take(" ") ? 1 : 2, day_number);
        reader.literal(" ");
        reader.time(hour, minute, second);
        reader.literal(" ");
        reader.number(4, year_number);
    }
    const year_month_day date(year(year_number), month(static_cast<unsigned>(month_number)),
                              day(static_cast<unsigned>(day_number)));
    // 60 is a leap second.
    if (!reader.succeeded() || !date.ok() || hour > 23 || minute > 59 || second > 60) {
        return std::nullopt;
    }
    return sys_days(date) + hours(hour) + minutes(minute) + seconds(second);
}

}  // namespace cyclone::httputil
