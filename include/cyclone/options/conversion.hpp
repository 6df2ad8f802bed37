#pragma once

#include <charconv>
#include <chrono>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace cyclone::options {

/// How a type is read from the command line and shown in --help. Specialise it for a type of your
/// own:
///
///     // nullopt: the text is refused
///     static std::optional<T> parse(std::string_view text);
///     // as it would be given; for --help
///     static std::string format(const T& value);
///     // "a whole number from 0 to 255"; for the refusal
///     static std::string rule();
///     // "NUMBER", for --help; empty for a switch
///     static std::string metavar();
template <class T>
struct Conversion {
    static_assert(!std::is_same_v<T, T>,
                  "this type cannot be an option: give cyclone::options::Conversion a "
                  "specialisation for it");
};

template <>
struct Conversion<std::string> {
    static std::optional<std::string> parse(std::string_view text) { return std::string(text); }
    static std::string format(const std::string& value) { return value; }
    static std::string rule() { return "a text"; }
    static std::string metavar() { return "TEXT"; }
};

/// true, yes, on, 1 and t; false, no, off, 0 and f; in any case. Anything else is refused, where
/// Tornado takes it as true.
template <>
struct Conversion<bool> {
    static std::optional<bool> parse(std::string_view text);
    static std::string format(bool value) { return value ? "true" : "false"; }
    static std::string rule() { return "true or false"; }
    static std::string metavar() { return {}; }
};

template <std::integral T>
struct Conversion<T> {
    static std::optional<T> parse(std::string_view text) {
        T value{};
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        const bool whole = error == std::errc() && end == text.data() + text.size();
        return whole ? std::optional<T>(value) : std::nullopt;
    }
    static std::string format(T value) { return std::to_string(value); }
    static std::string rule() {
        return "a whole number from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
               std::to_string(std::numeric_limits<T>::max());
    }
    static std::string metavar() { return "NUMBER"; }
};

template <std::floating_point T>
struct Conversion<T> {
    static std::optional<T> parse(std::string_view text) {
        T value{};
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        const bool whole = error == std::errc() && end == text.data() + text.size();
        return whole && std::isfinite(value) ? std::optional<T>(value) : std::nullopt;
    }
    static std::string format(T value) {
        char text[64];
        return std::string(text, std::to_chars(text, text + sizeof text, value).ptr);
    }
    static std::string rule() { return "a number"; }
    static std::string metavar() { return "NUMBER"; }
};

namespace detail {

/// Seconds of "5s", "250ms", "1h 30m", "2.5"; nullopt when it is none of these.
std::optional<long double> parse_seconds(std::string_view text);
/// In the largest unit that leaves no fraction: "90s", "2h".
std::string format_nanoseconds(std::chrono::nanoseconds value);
/// The elements between commas, spaces around them removed; none for an empty text.
std::vector<std::string_view> split_list(std::string_view text);

}  // namespace detail

/// A number with a unit (ns, us, ms, s, m or min, h, d, w), or several in a row, "1h30m"; a plain
/// number is seconds. Never negative. What the type cannot hold is refused, so is 250ms for
/// std::chrono::seconds.
template <class Rep, class Period>
struct Conversion<std::chrono::duration<Rep, Period>> {
    using Duration = std::chrono::duration<Rep, Period>;

    static std::optional<Duration> parse(std::string_view text) {
        const auto seconds = detail::parse_seconds(text);
        if (!seconds) {
            return std::nullopt;
        }
        const long double ticks = *seconds * static_cast<long double>(Period::den) /
                                  static_cast<long double>(Period::num);
        if constexpr (std::floating_point<Rep>) {
            return Duration(static_cast<Rep>(ticks));
        } else {
            const long double whole = std::round(ticks);
            if (std::abs(whole - ticks) > 1e-6L ||
                whole >= static_cast<long double>(std::numeric_limits<Rep>::max())) {
                return std::nullopt;
            }
            return Duration(static_cast<Rep>(whole));
        }
    }
    static std::string format(Duration value) {
        return detail::format_nanoseconds(
            std::chrono::duration_cast<std::chrono::nanoseconds>(value));
    }
    static std::string rule() {
        if constexpr (std::integral<Rep> && std::ratio_greater_equal_v<Period, std::ratio<1>>) {
            return "a time such as " + format(Duration(5)) + " or " + format(Duration(90)) +
                   ", in steps of " + format(Duration(1)) + " (a plain number is seconds)";
        } else {
            return "a time such as 5s, 250ms or 2h (a plain number is seconds)";
        }
    }
    static std::string metavar() { return "TIME"; }
};

/// Elements joined by commas; none for an empty text. Of whole numbers also a range, both ends
/// included: "8000:8003".
template <class T>
struct Conversion<std::vector<T>> {
    static std::optional<std::vector<T>> parse(std::string_view text) {
        std::vector<T> values;
        for (const std::string_view element : detail::split_list(text)) {
            if constexpr (std::integral<T> && !std::same_as<T, bool>) {
                if (const auto colon = element.find(':'); colon != element.npos) {
                    if (!append_range(values, element.substr(0, colon),
                                      element.substr(colon + 1))) {
                        return std::nullopt;
                    }
                    continue;
                }
            }
            auto value = Conversion<T>::parse(element);
            if (!value) {
                return std::nullopt;
            }
            values.push_back(std::move(*value));
        }
        return values;
    }
    static std::string format(const std::vector<T>& values) {
        std::string text;
        for (const auto& value : values) {
            text += text.empty() ? "" : ",";
            text += Conversion<T>::format(value);
        }
        return text;
    }
    static std::string rule() {
        return "a list, joined by commas, of which each is " + Conversion<T>::rule();
    }
    static std::string metavar() { return Conversion<T>::metavar() + ",..."; }

private:
    static constexpr std::size_t longest_range = 100'000;

    static bool append_range(std::vector<T>& values, std::string_view from, std::string_view to) {
        const auto first = Conversion<T>::parse(from);
        const auto last = Conversion<T>::parse(to);
        if (!first || !last || *first > *last ||
            static_cast<std::uint64_t>(*last) - static_cast<std::uint64_t>(*first) >=
                longest_range) {
            return false;
        }
        for (T value = *first; value < *last; ++value) {
            values.push_back(value);
        }
        values.push_back(*last);
        return true;
    }
};

/// nullopt until it is given.
template <class T>
struct Conversion<std::optional<T>> {
    static std::optional<std::optional<T>> parse(std::string_view text) {
        auto value = Conversion<T>::parse(text);
        return value ? std::optional<std::optional<T>>(std::in_place, std::move(value))
                     : std::nullopt;
    }
    static std::string format(const std::optional<T>& value) {
        return value ? Conversion<T>::format(*value) : std::string();
    }
    static std::string rule() { return Conversion<T>::rule(); }
    static std::string metavar() { return Conversion<T>::metavar(); }
};

}  // namespace cyclone::options

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/options_conversion.ipp>
#endif
