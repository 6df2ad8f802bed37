#pragma once

#include <cstddef>

#include <cyclone/escape/hex.hpp>
#include <cyclone/escape/url.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::escape {

CYCLONE_INLINE std::string url_escape(std::string_view text, bool plus) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string result;
    result.reserve(text.size());
    for (const char c : text) {
        const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
                                c == '~';
        if (unreserved || (c == '/' && !plus)) {
            result += c;
        } else if (c == ' ' && plus) {
            result += '+';
        } else {
            const auto byte = static_cast<unsigned char>(c);
            result += '%';
            result += digits[byte >> 4];
            result += digits[byte & 15];
        }
    }
    return result;
}

CYCLONE_INLINE std::string url_unescape(std::string_view text, bool plus) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            const int high = hex_digit(text[i + 1]);
            const int low = hex_digit(text[i + 2]);
            if (high >= 0 && low >= 0) {
                result += static_cast<char>(high * 16 + low);
                i += 2;
                continue;
            }
        }
        result += text[i] == '+' && plus ? ' ' : text[i];
    }
    return result;
}

}  // namespace cyclone::escape
