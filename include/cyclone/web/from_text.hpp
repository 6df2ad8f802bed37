#pragma once

#include <charconv>
#include <cmath>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace cyclone::web {

/// How an argument or a group of a path becomes a T. Specialise it for a type of your own:
///
///     static std::optional<T> parse(std::string_view text);     // nullopt: the text is refused
///     static constexpr std::string_view rule = "a colour";      // what is expected, for the log
template <class T>
struct FromText;

/// Whether an argument, or a group of a path, can be a T.
template <class T>
concept ReadFromText = requires {
    sizeof(FromText<T>);
};

template <>
struct FromText<std::string> {
    static std::optional<std::string> parse(std::string_view text) { return std::string(text); }
    static constexpr std::string_view rule = "a text";
};

/// true and 1, false and 0.
template <>
struct FromText<bool> {
    static std::optional<bool> parse(std::string_view text) {
        if (text == "true" || text == "1") {
            return true;
        }
        return text == "false" || text == "0" ? std::optional(false) : std::nullopt;
    }
    static constexpr std::string_view rule = "true or false";
};

/// Decimal digits, with a minus where T has a sign; nothing around them.
template <std::integral T>
struct FromText<T> {
    static std::optional<T> parse(std::string_view text) {
        T value{};
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return error == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                        : std::nullopt;
    }
    static constexpr std::string_view rule =
        std::is_signed_v<T> ? "a whole number" : "a whole number, not negative";
};

template <std::floating_point T>
struct FromText<T> {
    static std::optional<T> parse(std::string_view text) {
        T value{};
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return error == std::errc() && end == text.data() + text.size() && std::isfinite(value)
                   ? std::optional(value)
                   : std::nullopt;
    }
    static constexpr std::string_view rule = "a number";
};

}  // namespace cyclone::web
