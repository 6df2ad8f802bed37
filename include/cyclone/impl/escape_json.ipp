#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <stdexcept>

#include <boost/json/stream_parser.hpp>
#include <cyclone/escape/json.hpp>
#include <cyclone/escape/utf8.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::escape {

namespace detail {

/// Whether a byte stands in a JSON string as it is, whatever comes before it: not " \ / or a
/// control character, and ASCII.
constexpr bool is_plain_in_json(unsigned char byte) {
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\' && byte != '/';
}

CYCLONE_INLINE void append_json_escape(std::string& text, unsigned char byte) {
    switch (byte) {
        case '"':
            text += "\\\"";
            return;
        case '\\':
            text += "\\\\";
            return;
        case '\b':
            text += "\\b";
            return;
        case '\f':
            text += "\\f";
            return;
        case '\n':
            text += "\\n";
            return;
        case '\r':
            text += "\\r";
            return;
        case '\t':
            text += "\\t";
            return;
        default:
            break;
    }
    static constexpr char digits[] = "0123456789abcdef";
    text += "\\u00";
    text += digits[byte >> 4];
    text += digits[byte & 15];
}

CYCLONE_INLINE void append_json_number(std::string& text, double number) {
    if (!std::isfinite(number)) {
        text += "null";
        return;
    }
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    const std::string_view shortest(digits, static_cast<std::size_t>(end - digits));
    text += shortest;
    // So that it is read as a floating point number again.
    if (shortest.find_first_of(".e") == shortest.npos) {
        text += ".0";
    }
}

template <class Integer>
void append_json_integer(std::string& text, Integer number) {
    char digits[24];
    text.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

}  // namespace detail

CYCLONE_INLINE void append_json_string(std::string& text, std::string_view string) {
    text += '"';
    while (!string.empty()) {
        const auto special = std::ranges::find_if_not(
            string, [](char c) { return detail::is_plain_in_json(static_cast<unsigned char>(c)); });
        const auto plain = static_cast<std::size_t>(special - string.begin());
        text += string.substr(0, plain);
        string.remove_prefix(plain);
        if (string.empty()) {
            break;
        }
        const auto byte = static_cast<unsigned char>(string.front());
        std::size_t taken = 1;
        if (byte == '/') {
            text += plain > 0 && text.back() == '<' ? "\\/" : "/";
        } else if (byte < 0x80) {
            detail::append_json_escape(text, byte);
        } else {
            const auto decoded = detail::decode_utf8(string);
            text += decoded.valid ? string.substr(0, decoded.size) : "\xef\xbf\xbd";
            taken = decoded.size;
        }
        string.remove_prefix(taken);
    }
    text += '"';
}

CYCLONE_INLINE void append_json(std::string& text, const boost::json::object& object) {
    text += '{';
    bool first = true;
    for (const auto& member : object) {
        if (!first) {
            text += ',';
        }
        first = false;
        append_json_string(text, std::string_view(member.key().data(), member.key().size()));
        text += ':';
        append_json(text, member.value());
    }
    text += '}';
}

CYCLONE_INLINE void append_json(std::string& text, const boost::json::array& array) {
    text += '[';
    bool first = true;
    for (const auto& element : array) {
        if (!first) {
            text += ',';
        }
        first = false;
        append_json(text, element);
    }
    text += ']';
}

CYCLONE_INLINE void append_json(std::string& text, const boost::json::value& value) {
    switch (value.kind()) {
        case boost::json::kind::null:
            text += "null";
            return;
        case boost::json::kind::bool_:
            text += value.get_bool() ? "true" : "false";
            return;
        case boost::json::kind::int64:
            detail::append_json_integer(text, value.get_int64());
            return;
        case boost::json::kind::uint64:
            detail::append_json_integer(text, value.get_uint64());
            return;
        case boost::json::kind::double_:
            detail::append_json_number(text, value.get_double());
            return;
        case boost::json::kind::string: {
            const auto& string = value.get_string();
            append_json_string(text, std::string_view(string.data(), string.size()));
            return;
        }
        case boost::json::kind::array:
            append_json(text, value.get_array());
            return;
        case boost::json::kind::object:
            append_json(text, value.get_object());
            return;
    }
}

CYCLONE_INLINE std::string json_encode(const boost::json::value& value) {
    std::string text;
    append_json(text, value);
    return text;
}

CYCLONE_INLINE boost::json::value json_decode(std::string_view text, std::string& error) {
    error.clear();
    boost::json::stream_parser parser;
    boost::json::error_code code;
    std::size_t read = parser.write(text.data(), text.size(), code);
    if (!code) {
        parser.finish(code);
    }
    if (!code) {
        return parser.release();
    }
    read = std::min(read, text.size());
    const std::string_view before = text.substr(0, read);
    const auto line = std::ranges::count(before, '\n') + 1;
    const auto column = read - (before.rfind('\n') + 1) + 1;
    error = "line " + std::to_string(line) + ", column " + std::to_string(column) +
            ": this is no JSON: " + code.message();
    return nullptr;
}

CYCLONE_INLINE boost::json::value json_decode(std::string_view text) {
    std::string error;
    auto value = json_decode(text, error);
    if (!error.empty()) {
        throw std::invalid_argument(error);
    }
    return value;
}

}  // namespace cyclone::escape
