#pragma once

#include <cstddef>
#include <cstdint>

#include <cyclone/escape/base64.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::escape {

namespace detail {

inline constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// 0 to 63, or 64 for a character that is no digit.
constexpr std::uint32_t base64_digit(char c) {
    return c >= 'A' && c <= 'Z'   ? static_cast<std::uint32_t>(c - 'A')
           : c >= 'a' && c <= 'z' ? static_cast<std::uint32_t>(c - 'a') + 26
           : c >= '0' && c <= '9' ? static_cast<std::uint32_t>(c - '0') + 52
           : c == '+'             ? 62u
           : c == '/'             ? 63u
                                  : 64u;
}

}  // namespace detail

CYCLONE_INLINE std::string base64_encode(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t present = bytes.size() - i < 3 ? bytes.size() - i : 3;
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            group = group << 8 | (k < present ? static_cast<unsigned char>(bytes[i + k]) : 0u);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            text += k <= present ? detail::base64_alphabet[group >> (18 - 6 * k) & 63] : '=';
        }
    }
    return text;
}

CYCLONE_INLINE std::optional<std::string> base64_decode(std::string_view text) {
    if (text.size() % 4 != 0) {
        return std::nullopt;
    }
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    for (std::size_t i = 0; i < text.size(); i += 4) {
        const std::size_t digits = i + 4 == text.size() ? 4 - padding : 4;
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 4; ++k) {
            const std::uint32_t digit = k < digits ? detail::base64_digit(text[i + k]) : 0;
            if (digit == 64) {
                return std::nullopt;
            }
            group = group << 6 | digit;
        }
        for (std::size_t k = 0; k + 1 < digits; ++k) {
            bytes += static_cast<char>(group >> (16 - 8 * k) & 0xff);
        }
        const std::uint32_t unused = digits == 2 ? 0xffff : digits == 3 ? 0xff : 0;
        if ((group & unused) != 0) {
            return std::nullopt;
        }
    }
    return bytes;
}

}  // namespace cyclone::escape
