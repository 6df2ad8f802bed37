#pragma once

#include <algorithm>
#include <array>

#include <cyclone/impl/config.hpp>
#include <cyclone/options/conversion.hpp>

namespace cyclone::options {

namespace detail {

struct TimeUnit {
    std::string_view name;
    long double seconds;
};

inline constexpr std::array<TimeUnit, 19> time_units{{{"", 1},
                                                      {"s", 1},
                                                      {"sec", 1},
                                                      {"seconds", 1},
                                                      {"m", 60},
                                                      {"min", 60},
                                                      {"minutes", 60},
                                                      {"h", 3600},
                                                      {"hours", 3600},
                                                      {"d", 86400},
                                                      {"days", 86400},
                                                      {"w", 604800},
                                                      {"weeks", 604800},
                                                      {"ms", 1e-3L},
                                                      {"milliseconds", 1e-3L},
                                                      {"us", 1e-6L},
                                                      {"microseconds", 1e-6L},
                                                      {"ns", 1e-9L},
                                                      {"nanoseconds", 1e-9L}}};

CYCLONE_INLINE std::string_view take_while(std::string_view& text, bool (*accepted)(char)) {
    const auto end = std::find_if_not(text.begin(), text.end(), accepted);
    const auto length = static_cast<std::size_t>(end - text.begin());
    const std::string_view taken = text.substr(0, length);
    text.remove_prefix(length);
    return taken;
}

CYCLONE_INLINE std::optional<long double> parse_seconds(std::string_view text) {
    constexpr auto is_space = [](char c) { return c == ' ' || c == '\t'; };
    constexpr auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    constexpr auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };

    long double sum = 0;
    take_while(text, is_space);
    if (text.empty()) {
        return std::nullopt;
    }
    while (!text.empty()) {
        const std::string_view whole = take_while(text, is_digit);
        std::string_view fraction;
        if (text.starts_with('.')) {
            text.remove_prefix(1);
            fraction = take_while(text, is_digit);
        }
        if (whole.empty() && fraction.empty()) {
            return std::nullopt;
        }
        long double number = 0;
        for (const char c : whole) {
            number = number * 10 + (c - '0');
        }
        long double place = 1;
        for (const char c : fraction) {
            place *= 10;
            number += (c - '0') / place;
        }
        take_while(text, is_space);
        const std::string_view name = take_while(text, is_letter);
        const auto unit = std::ranges::find(time_units, name, &TimeUnit::name);
        if (unit == time_units.end()) {
            return std::nullopt;
        }
        sum += number * unit->seconds;
        take_while(text, is_space);
    }
    return sum;
}

CYCLONE_INLINE std::string format_nanoseconds(std::chrono::nanoseconds value) {
    struct Unit {
        std::int64_t nanoseconds;
        const char* name;
    };
    static constexpr Unit units[] = {{604'800'000'000'000, "w"},
                                     {86'400'000'000'000, "d"},
                                     {3'600'000'000'000, "h"},
                                     {60'000'000'000, "m"},
                                     {1'000'000'000, "s"},
                                     {1'000'000, "ms"},
                                     {1'000, "us"},
                                     {1, "ns"}};
    if (value.count() == 0) {
        return "0s";
    }
    const auto* const unit = std::ranges::find_if(units, [value](const Unit& candidate) {
        return value.count() % candidate.nanoseconds == 0;
    });
    return std::to_string(value.count() / unit->nanoseconds) + unit->name;
}

CYCLONE_INLINE std::vector<std::string_view> split_list(std::string_view text) {
    std::vector<std::string_view> elements;
    if (text.find_first_not_of(" \t") == text.npos) {
        return elements;
    }
    for (;;) {
        const auto comma = text.find(',');
        std::string_view element = text.substr(0, comma);
        element.remove_prefix(std::min(element.find_first_not_of(" \t"), element.size()));
        element = element.substr(0, element.find_last_not_of(" \t") + 1);
        elements.push_back(element);
        if (comma == text.npos) {
            return elements;
        }
        text.remove_prefix(comma + 1);
    }
}

}  // namespace detail

CYCLONE_INLINE std::optional<bool> Conversion<bool>::parse(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    }
    for (const std::string_view yes : {"true", "yes", "on", "1", "t"}) {
        if (lower == yes) {
            return true;
        }
    }
    for (const std::string_view no : {"false", "no", "off", "0", "f"}) {
        if (lower == no) {
            return false;
        }
    }
    return std::nullopt;
}

}  // namespace cyclone::options
