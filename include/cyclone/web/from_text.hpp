#pragma once

#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
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

namespace detail {

/// "a whole number from -128 to 127", made by the compiler.
template <std::integral T>
struct RangeText {
    constexpr RangeText() {
        add("a whole number from ");
        add_number(std::numeric_limits<T>::min());
        add(" to ");
        add_number(std::numeric_limits<T>::max());
    }
    constexpr std::string_view view() const { return {text, size}; }

    char text[72]{};
    std::size_t size = 0;

private:
    constexpr void add(std::string_view part) {
        for (const char c : part) {
            text[size++] = c;
        }
    }
    constexpr void add_number(T number) {
        char digits[24]{};
        std::size_t count = 0;
        bool negative = false;
        if constexpr (std::is_signed_v<T>) {
            negative = number < 0;
        }
        do {
            const int digit = static_cast<int>(number % 10);
            digits[count++] = static_cast<char>('0' + (digit < 0 ? -digit : digit));
            number = static_cast<T>(number / 10);
        } while (number != 0);
        if (negative) {
            text[size++] = '-';
        }
        while (count > 0) {
            text[size++] = digits[--count];
        }
    }
};
template <std::integral T>
inline constexpr RangeText<T> range_text;

}  // namespace detail

/// Decimal digits, with a minus where T has a sign; nothing around them.
template <std::integral T>
struct FromText<T> {
    static std::optional<T> parse(std::string_view text) {
        T value{};
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return error == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                        : std::nullopt;
    }
    static constexpr std::string_view rule = detail::range_text<T>.view();
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
