#include <redislive/collector/info_text.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <redislive/api/util/digit.hpp>
#include <redislive/api/util/human_format.hpp>

namespace redislive {

namespace json = boost::json;

namespace {

/// How many bytes at the front of `text` are one character of UTF-8; 0 when they are none, with
/// `bad` as the number of bytes that stand for one U+FFFD.
std::size_t character_size(std::string_view text, std::size_t& bad) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned char lead = byte(0);
    const std::size_t size = lead < 0x80                   ? 1
                             : lead >= 0xc2 && lead < 0xe0 ? 2
                             : lead >= 0xe0 && lead < 0xf0 ? 3
                             : lead >= 0xf0 && lead < 0xf5 ? 4
                                                           : 0;
    bad = 1;
    for (std::size_t at = 1; at < size; ++at) {
        if (at >= text.size()) {
            return 0;
        }
        // Overlong forms, surrogates and what is above U+10FFFF show in the second byte.
        const unsigned char low = at > 1 ? 0x80 : lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        const unsigned char high = at > 1 ? 0xbf : lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        if (byte(at) < low || byte(at) > high) {
            return 0;
        }
        ++bad;
    }
    return size;
}

std::string valid_utf8(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        std::size_t bad = 0;
        const std::size_t size = character_size(text, bad);
        result += size != 0 ? text.substr(0, size) : "\xef\xbf\xbd";
        text.remove_prefix(size != 0 ? size : bad);
    }
    return result;
}

/// The digits of a number as Python's int() and float() take them: blanks around, a +, a `_`
/// between two digits. Empty where it can be none.
std::string plain_number(std::string_view text) {
    constexpr std::string_view blanks = " \t\n\v\f\r";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) {
        return {};
    }
    text = text.substr(first, text.find_last_not_of(blanks) + 1 - first);
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) {
            return {};
        }
    }
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool within_digits =
            at > 0 && at + 1 < text.size() && is_digit(text[at - 1]) && is_digit(text[at + 1]);
        if (text[at] != '_' || !within_digits) {
            plain += text[at];
        }
    }
    return plain;
}

template <class T>
std::optional<T> whole_number(const std::string& text) {
    T number{};
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && stop == end ? std::optional<T>(number) : std::nullopt;
}

json::value number_or_text(std::string_view text) {
    const std::string plain = plain_number(text);
    if (text.find('.') != std::string_view::npos) {
        if (const auto number = whole_number<double>(plain)) {
            return *number;
        }
    } else if (const auto number = whole_number<std::int64_t>(plain)) {
        return *number;
    } else if (const auto larger = whole_number<std::uint64_t>(plain)) {
        return *larger;
    }
    return json::string(text);
}

json::value value_of(std::string_view text) {
    if (text.find(',') == std::string_view::npos || text.find('=') == std::string_view::npos) {
        return number_or_text(text);
    }
    json::object fields;
    for (std::string_view rest = text;;) {
        const std::size_t comma = rest.find(',');
        const std::string_view item = rest.substr(0, comma);
        const std::size_t equals = item.rfind('=');
        if (equals == std::string_view::npos) {
            return json::string(text);
        }
        fields[item.substr(0, equals)] = number_or_text(item.substr(equals + 1));
        if (comma == std::string_view::npos) {
            return fields;
        }
        rest.remove_prefix(comma + 1);
    }
}

void append(json::object& object, std::string_view name, json::value value) {
    json::value& list = object[name];
    if (!list.is_array()) {
        list.emplace_array();
    }
    list.get_array().push_back(std::move(value));
}

void parse_line(std::string_view line, json::object& info) {
    if (line.empty() || line.starts_with('#')) {
        return;
    }
    std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
        append(info, "__raw__", json::string(line));
        return;
    }
    // The statistics of the pseudo command `host:` are the one name with a colon.
    if (line.substr(0, colon) == "cmdstat_host") {
        colon = line.rfind(':');
    }
    const std::string_view name = line.substr(0, colon);
    json::value value = value_of(line.substr(colon + 1));
    if (name == "module") {
        append(info, "modules", std::move(value));
    } else {
        info[name] = std::move(value);
    }
}

bool is_database(std::string_view name) {
    return name.size() > 2 && name.starts_with("db") &&
           std::all_of(name.begin() + 2, name.end(), is_digit);
}

std::optional<std::int64_t> number_of(const json::object& object, std::string_view name) {
    const json::value* const value = object.if_contains(name);
    if (value == nullptr || !value->is_number()) {
        return std::nullopt;
    }
    json::error_code error;
    const auto number = value->to_number<std::int64_t>(error);
    return error ? std::nullopt : std::optional(number);
}

json::value human_value(std::int64_t number) {
    if (number < 1000) {
        return number;
    }
    return json::string(human_number(number));
}

}  // namespace

json::object parse_info_text(std::string_view text) {
    const std::string valid = valid_utf8(text);
    json::object info;
    for (std::string_view rest = valid; !rest.empty();) {
        const std::size_t end = std::min(rest.find_first_of("\r\n"), rest.size());
        parse_line(rest.substr(0, end), info);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return info;
}

json::object present_info(json::object info) {
    if (info.empty()) {
        return info;
    }
    std::vector<std::string> names;
    for (auto& [name, value] : info) {
        if (is_database(name) && value.is_object()) {
            names.emplace_back(name);
        }
    }
    std::sort(names.begin(), names.end());
    json::array databases;
    std::int64_t total_keys = 0;
    for (const std::string& name : names) {
        json::object& database = info[name].get_object();
        database["name"] = name;
        total_keys += number_of(database, "keys").value_or(0);
        databases.push_back(database);
    }
    if (total_keys == 0) {
        databases = {json::object{{"name", "db0"}, {"keys", "0"}, {"expires", "0"}}};
    }
    info["databases"] = std::move(databases);
    info["total_keys"] = human_value(total_keys);
    if (const auto uptime = number_of(info, "uptime_in_seconds")) {
        info["uptime"] = human_duration(std::chrono::seconds(*uptime));
    }
    if (const auto commands = number_of(info, "total_commands_processed")) {
        info["total_commands_processed_human"] = human_value(*commands);
    }
    return info;
}

}  // namespace redislive
