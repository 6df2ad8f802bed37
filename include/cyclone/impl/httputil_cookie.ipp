#pragma once

#include <algorithm>
#include <cstddef>

#include <cyclone/httputil/cookie.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::httputil {

namespace detail {

CYCLONE_INLINE std::string_view trimmed(std::string_view text) {
    constexpr std::string_view spaces = " \t\r\n\v\f";
    text.remove_prefix(std::min(text.find_first_not_of(spaces), text.size()));
    return text.substr(0, text.find_last_not_of(spaces) + 1);
}

CYCLONE_INLINE std::string unquoted_cookie(std::string_view value) {
    if (value.size() < 2 || value.front() != '"' || value.back() != '"') {
        return std::string(value);
    }
    value = value.substr(1, value.size() - 2);
    const auto octal = [value](std::size_t at, char highest) {
        return at < value.size() && value[at] >= '0' && value[at] <= highest;
    };
    std::string result;
    result.reserve(value.size());
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] != '\\' || i + 1 == value.size()) {
            result += value[i];
        } else if (octal(i + 1, '3') && octal(i + 2, '7') && octal(i + 3, '7')) {
            result += static_cast<char>((value[i + 1] - '0') * 64 + (value[i + 2] - '0') * 8 +
                                        (value[i + 3] - '0'));
            i += 3;
        } else {
            result += value[++i];
        }
    }
    return result;
}

}  // namespace detail

CYCLONE_INLINE Cookies parse_cookie(std::string_view header) {
    Cookies cookies;
    while (!header.empty()) {
        const std::string_view pair = header.substr(0, header.find(';'));
        header.remove_prefix(std::min(pair.size() + 1, header.size()));
        const auto equals = pair.find('=');
        const std::string_view name =
            detail::trimmed(equals == pair.npos ? std::string_view() : pair.substr(0, equals));
        const std::string_view value =
            detail::trimmed(equals == pair.npos ? pair : pair.substr(equals + 1));
        if (!name.empty() || !value.empty()) {
            cookies.insert_or_assign(std::string(name), detail::unquoted_cookie(value));
        }
    }
    return cookies;
}

}  // namespace cyclone::httputil
