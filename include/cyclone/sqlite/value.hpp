#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace cyclone::sqlite {

/// Bytes that are stored as a BLOB. std::string is stored as TEXT, which SQLite takes to be UTF-8.
struct Blob {
    std::string bytes;
    bool operator==(const Blob&) const = default;
};

/// The same without ownership: for Statement, which needs it until step() has returned.
struct BlobView {
    std::string_view bytes;
    bool operator==(const BlobView&) const = default;
};

/// What a column holds, or a `?` of a statement is bound to: NULL, INTEGER, REAL, TEXT or BLOB.
using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string, Blob>;

/// Value without ownership.
using ValueView = std::variant<std::nullptr_t, std::int64_t, double, std::string_view, BlobView>;

namespace detail {

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

inline ValueView view_of(const Value& value) {
    return std::visit(
        [](const auto& held) -> ValueView {
            using Held = std::remove_cvref_t<decltype(held)>;
            if constexpr (std::same_as<Held, Blob>) {
                return BlobView{held.bytes};
            } else if constexpr (std::same_as<Held, std::string>) {
                return std::string_view(held);
            } else {
                return held;
            }
        },
        value);
}

inline Value value_of(const ValueView& view) {
    return std::visit(
        [](const auto& held) -> Value {
            using Held = std::remove_cvref_t<decltype(held)>;
            if constexpr (std::same_as<Held, BlobView>) {
                return Blob{std::string(held.bytes)};
            } else if constexpr (std::same_as<Held, std::string_view>) {
                return std::string(held);
            } else {
                return held;
            }
        },
        view);
}

[[noreturn]] void integer_too_large(std::uint64_t value);

/// What an argument of a statement is bound as.
template <class A>
ValueView argument_view(const A& argument) {
    if constexpr (std::same_as<A, Value>) {
        return view_of(argument);
    } else if constexpr (std::same_as<A, ValueView> || std::same_as<A, BlobView>) {
        return argument;
    } else if constexpr (std::same_as<A, Blob>) {
        return BlobView{argument.bytes};
    } else if constexpr (std::same_as<A, std::nullptr_t> || std::same_as<A, std::nullopt_t>) {
        return nullptr;
    } else if constexpr (IsOptional<A>::value) {
        return argument ? argument_view(*argument) : ValueView(nullptr);
    } else if constexpr (std::integral<A>) {
        if constexpr (std::unsigned_integral<A> && sizeof(A) == sizeof(std::int64_t)) {
            if (!std::in_range<std::int64_t>(argument)) {
                integer_too_large(argument);
            }
        }
        return static_cast<std::int64_t>(argument);
    } else if constexpr (std::floating_point<A>) {
        return static_cast<double>(argument);
    } else {
        static_assert(
            std::convertible_to<const A&, std::string_view>,
            "cyclone: an argument of an SQL statement is a number, a bool, text, a sqlite::Blob, "
            "nullptr or an optional of one of these");
        return std::string_view(argument);
    }
}

/// Says that a column does not hold what was asked for; `where` describes the column.
[[noreturn]] void wrong_type(const ValueView& value, std::string_view wanted,
                             std::string_view where);

/// Converts without surprises: a number that does not fit, or a text where a number is wanted, is
/// an Error.
template <class T, class Where>
T convert(const ValueView& value, const Where& where) {
    if constexpr (std::same_as<T, Value>) {
        return value_of(value);
    } else if constexpr (IsOptional<T>::value) {
        if (std::holds_alternative<std::nullptr_t>(value)) {
            return std::nullopt;
        }
        return convert<typename T::value_type>(value, where);
    } else if constexpr (std::same_as<T, bool>) {
        if (const auto* number = std::get_if<std::int64_t>(&value)) {
            return *number != 0;
        }
        wrong_type(value, "a bool", where());
    } else if constexpr (std::integral<T>) {
        if (const auto* number = std::get_if<std::int64_t>(&value);
            number && std::in_range<T>(*number)) {
            return static_cast<T>(*number);
        }
        wrong_type(value, "an integer that fits the type asked for", where());
    } else if constexpr (std::floating_point<T>) {
        if (const auto* number = std::get_if<double>(&value)) {
            return static_cast<T>(*number);
        }
        if (const auto* number = std::get_if<std::int64_t>(&value)) {
            return static_cast<T>(*number);
        }
        wrong_type(value, "a number", where());
    } else {
        static_assert(
            std::same_as<T, std::string> || std::same_as<T, std::string_view> ||
                std::same_as<T, Blob> || std::same_as<T, BlobView>,
            "cyclone: a column is read as a number, a bool, std::string, std::string_view, "
            "sqlite::Blob, sqlite::Value or an optional of one of these");
        std::string_view bytes;
        if (const auto* text = std::get_if<std::string_view>(&value)) {
            bytes = *text;
        } else if (const auto* blob = std::get_if<BlobView>(&value)) {
            bytes = blob->bytes;
        } else {
            wrong_type(value, "text or a blob", where());
        }
        if constexpr (std::same_as<T, Blob>) {
            return Blob{std::string(bytes)};
        } else if constexpr (std::same_as<T, BlobView>) {
            return BlobView{bytes};
        } else {
            return T(bytes);
        }
    }
}

}  // namespace detail
}  // namespace cyclone::sqlite
