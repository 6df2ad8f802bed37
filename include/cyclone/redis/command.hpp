#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <boost/describe/class.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>

namespace cyclone::redis {
namespace detail {

// redisFormatCommandArgv allocates a block for each command, and wants arrays of pointers and
// lengths first. This writes the same bytes, which a test compares, straight into the connection's
// output buffer.

template <class A>
concept TextArgument = std::convertible_to<const A&, std::string_view>;
template <class A>
concept ByteRange = !TextArgument<A> && std::ranges::contiguous_range<A> &&
                    (std::same_as<std::ranges::range_value_t<A>, std::byte> ||
                     std::same_as<std::ranges::range_value_t<A>, unsigned char> ||
                     std::same_as<std::ranges::range_value_t<A>, char>);
template <class A>
concept NumberArgument = (std::integral<A> || std::floating_point<A>)&&!std::same_as<A, char>;
template <class A>
concept ListArgument = !TextArgument<A> && !ByteRange<A> && std::ranges::forward_range<A>;
template <class A>
struct IsOptionalArgument : std::false_type {};
template <class A>
struct IsOptionalArgument<std::optional<A>> : std::true_type {};
template <class A>
concept TupleArgument = !std::ranges::range<A> && requires {
    std::tuple_size<A>::value;
};

/// A struct with BOOST_DESCRIBE_STRUCT.
template <class A>
concept DescribedArgument =
    std::is_class_v<A> && boost::describe::has_describe_members<A>::value && !TextArgument<A>;

/// Calls `f(name, value)` for each member; not for one that is an empty optional.
template <DescribedArgument A, class F>
void for_each_member(const A& object, F f) {
    using Members = boost::describe::describe_members<A, boost::describe::mod_public>;
    boost::mp11::mp_for_each<Members>([&](auto member) {
        const auto& value = object.*member.pointer;
        if constexpr (IsOptionalArgument<std::remove_cvref_t<decltype(value)>>::value) {
            if (value) {
                f(std::string_view(member.name), *value);
            }
        } else {
            f(std::string_view(member.name), value);
        }
    });
}

/// How many arguments of the command `argument` makes.
template <class A>
std::size_t count_arguments(const A& argument) {
    if constexpr (TextArgument<A> || ByteRange<A> || std::integral<A> || std::floating_point<A>) {
        return 1;
    } else if constexpr (IsOptionalArgument<A>::value) {
        return argument ? count_arguments(*argument) : 0;
    } else if constexpr (DescribedArgument<A>) {
        std::size_t count = 0;
        for_each_member(argument, [&](std::string_view, const auto&) { count += 2; });
        return count;
    } else if constexpr (TupleArgument<A>) {
        return std::apply([](const auto&... part) { return (0 + ... + count_arguments(part)); },
                          argument);
    } else if constexpr (ListArgument<A>) {
        std::size_t count = 0;
        for (const auto& element : argument) {
            count += count_arguments(element);
        }
        return count;
    } else {
        static_assert(!sizeof(A*),
                      "cyclone: an argument of a Redis command is text, bytes, a number, an "
                      "optional, a pair or tuple, or a range of such");
    }
}

/// At least as many bytes as append_argument() writes.
template <class A>
std::size_t room_for(const A& argument) {
    constexpr std::size_t frame = 28;
    if constexpr (TextArgument<A>) {
        return frame + std::string_view(argument).size();
    } else if constexpr (ByteRange<A>) {
        return frame + std::ranges::size(argument);
    } else if constexpr (std::integral<A> || std::floating_point<A>) {
        return frame + 64;
    } else if constexpr (IsOptionalArgument<A>::value) {
        return argument ? room_for(*argument) : 0;
    } else {
        // What has many parts is not worth counting twice.
        return 1 << 20;
    }
}

/// Where to write next, in place of a std::string, where there is known to be room.
struct Cursor {
    char* at;
};

/// `kind`, the digits of `value` and a line end. Returns the end; 23 bytes at most.
inline char* write_header(char* at, char kind, std::size_t value) {
    *at++ = kind;
    if (value < 10) {
        *at++ = static_cast<char>('0' + value);
    } else if (value < 100) {
        *at++ = static_cast<char>('0' + value / 10);
        *at++ = static_cast<char>('0' + value % 10);
    } else {
        at = std::to_chars(at, at + 20, value).ptr;
    }
    *at++ = '\r';
    *at++ = '\n';
    return at;
}

inline void append_header(std::string& out, char kind, std::size_t value) {
    char digits[24];
    out.append(digits, write_header(digits, kind, value));
}
inline void append_header(Cursor& out, char kind, std::size_t value) {
    out.at = write_header(out.at, kind, value);
}

inline void append_bulk(std::string& out, std::string_view bytes) {
    append_header(out, '$', bytes.size());
    out.append(bytes);
    out.append("\r\n", 2);
}
inline void append_bulk(Cursor& out, std::string_view bytes) {
    append_header(out, '$', bytes.size());
    std::memcpy(out.at, bytes.data(), bytes.size());
    out.at += bytes.size();
    *out.at++ = '\r';
    *out.at++ = '\n';
}

template <class Out, class A>
void append_argument(Out& out, const A& argument) {
    if constexpr (TextArgument<A>) {
        append_bulk(out, argument);
    } else if constexpr (ByteRange<A>) {
        append_bulk(out, {reinterpret_cast<const char*>(std::ranges::data(argument)),
                          std::ranges::size(argument)});
    } else if constexpr (std::same_as<A, bool>) {
        append_bulk(out, argument ? "1" : "0");
    } else if constexpr (std::same_as<A, char>) {
        append_bulk(out, {&argument, 1});
    } else if constexpr (NumberArgument<A>) {
        char digits[64];
        const auto end = std::to_chars(digits, digits + sizeof digits, argument).ptr;
        append_bulk(out, {digits, static_cast<std::size_t>(end - digits)});
    } else if constexpr (IsOptionalArgument<A>::value) {
        if (argument) {
            append_argument(out, *argument);
        }
    } else if constexpr (DescribedArgument<A>) {
        for_each_member(argument, [&](std::string_view name, const auto& value) {
            append_bulk(out, name);
            append_argument(out, value);
        });
    } else if constexpr (TupleArgument<A>) {
        std::apply([&](const auto&... part) { (append_argument(out, part), ...); }, argument);
    } else {
        for (const auto& element : argument) {
            append_argument(out, element);
        }
    }
}

}  // namespace detail

/// Appends a command as Redis reads it to `out`; binary safe.
///
/// An argument is text, bytes, a number (a double in its shortest exact form), a bool (1 or 0), an
/// optional (nothing when empty), a pair or tuple (its parts in turn), a struct with
/// BOOST_DESCRIBE_STRUCT (names and values in turn) or a range of such, so that a map gives keys
/// and values.
template <class... Args>
void append_command(std::string& out, const Args&... args) {
    const std::size_t count = (std::size_t{0} + ... + detail::count_arguments(args));
    char small[512];
    if ((std::size_t{28} + ... + detail::room_for(args)) <= sizeof small) {
        // One look at the room in `out`, not three for each argument.
        detail::Cursor cursor{small};
        detail::append_header(cursor, '*', count);
        (detail::append_argument(cursor, args), ...);
        out.append(small, static_cast<std::size_t>(cursor.at - small));
        return;
    }
    detail::append_header(out, '*', count);
    (detail::append_argument(out, args), ...);
}

/// Why `name` cannot be sent with command(), as a sentence; empty for nearly every command.
///
/// Those that would put the connection into another mode, so that replies no longer answer commands
/// one to one, have their own way: Subscriber, Monitor, multi(), watch().
std::string_view reason_to_refuse(std::string_view name);

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_command.ipp>
#endif
