#pragma once

#include <charconv>
#include <concepts>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <boost/describe/class.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>

#include <cyclone/redis/reply.hpp>

namespace cyclone::redis {

/// Converts a reply, which is not an error, into a T. Specialise it for types of your own:
/// `static T convert(Reply&& reply, std::string_view command)`, which throws what no_conversion()
/// throws.
///
/// | T | from |
/// |---|---|
/// | Reply | anything |
/// | std::string | string, status, verbatim string; integer, number, big number (its digits);
/// boolean (1 or 0) |
/// | an integer, a floating-point number | integer, number, boolean, or text that is such a number;
/// it has to fit |
/// | bool | boolean, integer 0 or 1 (as text too), status (true), nil (false: SET ... NX that did
/// not set) |
/// | std::optional<U> | nil, or U |
/// | a struct with BOOST_DESCRIBE_STRUCT | an array of names and values in turn, or a map
/// (HGETALL): members that are not named keep what they have, names that are no member are passed
/// over | | std::pair, std::tuple | an array of just as many elements | | a map, a sequence of
/// std::pair | an array of keys and values in turn, or an array of pairs | | any other container
/// with insert(end, value) | array |
template <class T>
struct FromReply;

/// Throws the TypeError that says: `command` answered `reply`, which is not `wanted`.
[[noreturn]] void no_conversion(std::string_view command, const Reply& reply,
                                std::string_view wanted);

namespace detail {

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class T>
struct IsPair : std::false_type {};
template <class A, class B>
struct IsPair<std::pair<A, B>> : std::true_type {};

template <class T>
concept PairsLike = IsPair<typename T::value_type>::value;

template <class T>
concept ContainerLike = requires(T container, typename T::value_type value) {
    container.insert(container.end(), std::move(value));
};

template <class T>
concept TupleLike = requires {
    std::tuple_size<T>::value;
};

/// A struct with BOOST_DESCRIBE_STRUCT.
template <class T>
concept Described = std::is_class_v<T> && boost::describe::has_describe_members<T>::value;

template <class T>
concept Number = (std::integral<T> || std::floating_point<T>)&&!std::same_as<T, bool>;

template <Number T>
T number_from(const Reply& reply, std::string_view command) {
    constexpr std::string_view wanted =
        std::integral<T> ? "an integer that fits the type asked for" : "a number";
    if (reply.is_integer()) {
        if constexpr (std::integral<T>) {
            if (std::in_range<T>(reply.integer())) {
                return static_cast<T>(reply.integer());
            }
        } else {
            return static_cast<T>(reply.integer());
        }
    } else if (reply.is_number()) {
        // 2^63 and more fit no 64-bit integer, though they can be compared with one.
        if constexpr (std::floating_point<T>) {
            return static_cast<T>(reply.number());
        } else if (reply.number() >= -9.2e18 && reply.number() <= 9.2e18) {
            const auto whole = static_cast<std::int64_t>(reply.number());
            if (static_cast<double>(whole) == reply.number() && std::in_range<T>(whole)) {
                return static_cast<T>(whole);
            }
        }
    } else if (reply.is_boolean()) {
        return static_cast<T>(reply.boolean());
    } else if (reply.is_text()) {
        const std::string& text = reply.text();
        T value{};
        const char* last = text.data() + text.size();
        const auto [end, error] = std::from_chars(text.data(), last, value);
        if (error == std::errc() && end == last) {
            return value;
        }
    }
    no_conversion(command, reply, wanted);
}

bool bool_from(const Reply& reply, std::string_view command);
std::string string_from(Reply&& reply, std::string_view command);
std::vector<Reply>& elements_of(Reply& reply, std::string_view command, std::string_view wanted);

template <class T>
T convert(Reply&& reply, std::string_view command) {
    if (reply.is_error()) {
        throw ResponseError(command, reply.text());
    }
    return FromReply<T>::convert(std::move(reply), command);
}

/// Fills a map, or a sequence of pairs, from keys and values in turn (RESP2's way) or from pairs
/// (RESP3's).
template <class Container>
Container pairs_from(Reply&& reply, std::string_view command) {
    using Key = std::remove_const_t<typename Container::value_type::first_type>;
    using Mapped = typename Container::value_type::second_type;
    constexpr std::string_view wanted = "an array of keys and values";
    std::vector<Reply>& elements = elements_of(reply, command, wanted);
    Container container;
    const auto add = [&](Reply& key, Reply& value) {
        Key converted_key = convert<Key>(std::move(key), command);
        container.insert(container.end(),
                         typename Container::value_type(
                             std::move(converted_key), convert<Mapped>(std::move(value), command)));
    };
    const bool pairs = !reply.is_map() && !elements.empty() && elements.front().is_aggregate();
    if (pairs) {
        for (Reply& element : elements) {
            std::vector<Reply>& pair = elements_of(element, command, wanted);
            if (pair.size() != 2) {
                no_conversion(command, element, "a pair of a key and a value");
            }
            add(pair[0], pair[1]);
        }
        return container;
    }
    if (elements.size() % 2 != 0) {
        no_conversion(command, reply, wanted);
    }
    for (std::size_t i = 0; i < elements.size(); i += 2) {
        add(elements[i], elements[i + 1]);
    }
    return container;
}

template <Described T>
T described_from(Reply&& reply, std::string_view command) {
    std::vector<Reply>& elements =
        elements_of(reply, command, "an array of names and values for a struct");
    if (elements.size() % 2 != 0) {
        no_conversion(command, reply, "an array of names and values for a struct");
    }
    T object{};
    using Members = boost::describe::describe_members<T, boost::describe::mod_public>;
    for (std::size_t i = 0; i < elements.size(); i += 2) {
        if (!elements[i].is_text()) {
            no_conversion(command, elements[i], "the name of a member");
        }
        boost::mp11::mp_for_each<Members>([&](auto member) {
            if (elements[i].text() == member.name) {
                using Value = std::remove_cvref_t<decltype(object.*member.pointer)>;
                object.*member.pointer = convert<Value>(std::move(elements[i + 1]),
                                                        std::string(command) + ", " + member.name);
            }
        });
    }
    return object;
}

template <class Tuple, std::size_t... Index>
Tuple tuple_from(Reply&& reply, std::string_view command, std::index_sequence<Index...>) {
    std::vector<Reply>& elements = elements_of(reply, command, "an array of fixed length");
    if (elements.size() != sizeof...(Index)) {
        no_conversion(command, reply, "an array of " + std::to_string(sizeof...(Index)));
    }
    return Tuple(
        convert<std::tuple_element_t<Index, Tuple>>(std::move(elements[Index]), command)...);
}

}  // namespace detail

template <class T>
struct FromReply {
    static T convert(Reply&& reply, std::string_view command) {
        if constexpr (std::same_as<T, Reply>) {
            return std::move(reply);
        } else if constexpr (std::same_as<T, std::string>) {
            return detail::string_from(std::move(reply), command);
        } else if constexpr (std::same_as<T, bool>) {
            return detail::bool_from(reply, command);
        } else if constexpr (detail::Number<T>) {
            return detail::number_from<T>(reply, command);
        } else if constexpr (detail::IsOptional<T>::value) {
            if (reply.is_nil()) {
                return std::nullopt;
            }
            return detail::convert<typename T::value_type>(std::move(reply), command);
        } else if constexpr (detail::Described<T>) {
            return detail::described_from<T>(std::move(reply), command);
        } else if constexpr (detail::PairsLike<T>) {
            return detail::pairs_from<T>(std::move(reply), command);
        } else if constexpr (detail::ContainerLike<T>) {
            T container;
            for (Reply& element : detail::elements_of(reply, command, "an array")) {
                container.insert(container.end(), detail::convert<typename T::value_type>(
                                                      std::move(element), command));
            }
            return container;
        } else if constexpr (detail::TupleLike<T>) {
            return detail::tuple_from<T>(std::move(reply), command,
                                         std::make_index_sequence<std::tuple_size_v<T>>());
        } else {
            static_assert(!sizeof(T*),
                          "cyclone: a Redis reply cannot be converted into this type; ask for a "
                          "string, a number, a bool, an optional, a container, a map, a tuple or "
                          "redis::Reply, or specialise redis::FromReply for it");
        }
    }
};

template <class T>
T Reply::as(std::string_view command) && {
    return detail::convert<T>(std::move(*this), command);
}

template <class T>
T Reply::as(std::string_view command) const& {
    return Reply(*this).as<T>(command);
}

}  // namespace cyclone::redis
