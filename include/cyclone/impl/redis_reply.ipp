#pragma once

#include <charconv>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/reply.hpp>

namespace cyclone::redis {
namespace detail {

/// As Redis writes it where it answers with a string: the shortest that gives the same number.
inline std::string text_of(double value) {
    char digits[64];
    return std::string(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

}  // namespace detail

CYCLONE_INLINE std::string Reply::describe() const {
    constexpr std::size_t longest = 60;
    const auto quoted = [this](std::string_view what) {
        std::string result(what);
        const std::string& bytes = text();
        result += '"';
        for (const char c : std::string_view(bytes).substr(0, longest)) {
            const auto code = static_cast<unsigned char>(c);
            if (code < 0x20 || code >= 0x7f) {
                constexpr std::string_view digits = "0123456789abcdef";
                result += {'\\', 'x', digits[code >> 4], digits[code & 15]};
            } else {
                if (c == '"' || c == '\\') {
                    result += '\\';
                }
                result += c;
            }
        }
        result += bytes.size() > longest ? "..." : "";
        result += '"';
        return result;
    };
    switch (type_) {
        case Type::nil:
            break;
        case Type::status:
            return quoted("the status ");
        case Type::error:
            return quoted("the error ");
        case Type::string:
            return quoted("the string ");
        case Type::integer:
            return "the integer " + std::to_string(integer());
        case Type::boolean:
            return boolean() ? "the boolean true" : "the boolean false";
        case Type::number:
            return "the number " + detail::text_of(number());
        case Type::big_number:
            return "the big number " + text().substr(0, longest);
        case Type::verbatim:
            return quoted("the text ");
        case Type::array:
            return "an array of " + std::to_string(elements().size());
        case Type::map:
            return "a map of " + std::to_string(elements().size() / 2);
        case Type::set:
            return "a set of " + std::to_string(elements().size());
        case Type::push:
            return "a push of " + std::to_string(elements().size());
    }
    return "nil";
}

CYCLONE_INLINE void no_conversion(std::string_view command, const Reply& reply,
                                  std::string_view wanted) {
    throw TypeError("redis: " + std::string(command) + " answered " + reply.describe() +
                    ", which is not " + std::string(wanted));
}

namespace detail {

CYCLONE_INLINE bool bool_from(const Reply& reply, std::string_view command) {
    if (reply.is_nil()) {
        return false;
    }
    if (reply.type() == Reply::Type::status) {
        return true;
    }
    if (reply.is_boolean()) {
        return reply.boolean();
    }
    if (reply.is_integer() && (reply.integer() == 0 || reply.integer() == 1)) {
        return reply.integer() == 1;
    }
    if (reply.is_text() && (reply.text() == "0" || reply.text() == "1")) {
        return reply.text() == "1";
    }
    no_conversion(command, reply, "a yes or a no");
}

CYCLONE_INLINE std::string string_from(Reply&& reply, std::string_view command) {
    if (reply.is_text()) {
        return std::move(reply).text();
    }
    if (reply.is_integer()) {
        return std::to_string(reply.integer());
    }
    if (reply.is_number()) {
        return text_of(reply.number());
    }
    if (reply.is_boolean()) {
        return reply.boolean() ? "1" : "0";
    }
    no_conversion(command, reply,
                  reply.is_nil() ? "a string (ask for std::optional<std::string> where nil can be)"
                                 : "a string");
}

CYCLONE_INLINE std::vector<Reply>& elements_of(Reply& reply, std::string_view command,
                                               std::string_view wanted) {
    if (!reply.is_aggregate()) {
        no_conversion(command, reply, wanted);
    }
    return reply.elements();
}

}  // namespace detail
}  // namespace cyclone::redis
