#pragma once

#include <cstddef>
#include <cstring>

#include <cyclone/escape/utf8.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::escape {

namespace detail {

/// What must follow a first byte. RFC 3629 4: only the second byte is ever restricted further than
/// 80 to BF.
struct Utf8Lead {
    /// 0xff: no character begins with this byte.
    std::uint8_t missing;
    std::uint8_t lowest;
    std::uint8_t highest;
};

constexpr Utf8Lead utf8_lead(unsigned char byte) {
    return byte < 0x80    ? Utf8Lead{0, 0x80, 0xbf}
           : byte < 0xc2  ? Utf8Lead{0xff, 0, 0}
           : byte < 0xe0  ? Utf8Lead{1, 0x80, 0xbf}
           : byte == 0xe0 ? Utf8Lead{2, 0xa0, 0xbf}
           : byte == 0xed ? Utf8Lead{2, 0x80, 0x9f}
           : byte < 0xf0  ? Utf8Lead{2, 0x80, 0xbf}
           : byte == 0xf0 ? Utf8Lead{3, 0x90, 0xbf}
           : byte < 0xf4  ? Utf8Lead{3, 0x80, 0xbf}
           : byte == 0xf4 ? Utf8Lead{3, 0x80, 0x8f}
                          : Utf8Lead{0xff, 0, 0};
}

/// How many bytes at the beginning are ASCII, counted in steps of eight.
CYCLONE_INLINE std::size_t ascii_prefix(std::string_view bytes) {
    std::size_t i = 0;
    for (; bytes.size() - i >= 8; i += 8) {
        std::uint64_t word;
        std::memcpy(&word, bytes.data() + i, 8);
        if ((word & 0x8080808080808080u) != 0) {
            break;
        }
    }
    return i;
}

CYCLONE_INLINE DecodedCharacter decode_utf8(std::string_view bytes) {
    const auto first = static_cast<unsigned char>(bytes[0]);
    const Utf8Lead lead = utf8_lead(first);
    if (lead.missing == 0) {
        return {first, 1, true};
    }
    if (lead.missing == 0xff) {
        return {U'\ufffd', 1, false};
    }
    char32_t character = first & (0x3fu >> lead.missing);
    for (std::uint8_t i = 1; i <= lead.missing; ++i) {
        const auto byte = i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u;
        if (byte < (i == 1 ? lead.lowest : 0x80u) || byte > (i == 1 ? lead.highest : 0xbfu)) {
            return {U'\ufffd', i, false};
        }
        character = character << 6 | (byte & 0x3f);
    }
    return {character, static_cast<std::uint8_t>(lead.missing + 1), true};
}

}  // namespace detail

CYCLONE_INLINE bool Utf8Validator::feed(std::string_view bytes) {
    for (std::size_t i = 0; valid_ && i < bytes.size(); ++i) {
        if (missing_ == 0) {
            i += detail::ascii_prefix(bytes.substr(i));
            if (i == bytes.size()) {
                break;
            }
        }
        const auto byte = static_cast<unsigned char>(bytes[i]);
        if (missing_ == 0) {
            const detail::Utf8Lead lead = detail::utf8_lead(byte);
            valid_ = lead.missing != 0xff;
            missing_ = lead.missing;
            lowest_ = lead.lowest;
            highest_ = lead.highest;
        } else {
            valid_ = byte >= lowest_ && byte <= highest_;
            --missing_;
            lowest_ = 0x80;
            highest_ = 0xbf;
        }
    }
    return valid_;
}

CYCLONE_INLINE bool is_valid_utf8(std::string_view bytes) {
    Utf8Validator validator;
    return validator.feed(bytes) && validator.complete();
}

CYCLONE_INLINE std::string utf8(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        if (const std::size_t ascii = detail::ascii_prefix(bytes); ascii > 0) {
            text += bytes.substr(0, ascii);
            bytes.remove_prefix(ascii);
            continue;
        }
        const auto decoded = detail::decode_utf8(bytes);
        text += decoded.valid ? bytes.substr(0, decoded.size) : "\xef\xbf\xbd";
        bytes.remove_prefix(decoded.size);
    }
    return text;
}

CYCLONE_INLINE std::string utf8(char32_t character) {
    if (character > 0x10ffff || (character >= 0xd800 && character <= 0xdfff)) {
        character = U'\ufffd';
    }
    const auto continuation = [character](int shift) {
        return static_cast<char>(0x80 | (character >> shift & 0x3f));
    };
    if (character < 0x80) {
        return {static_cast<char>(character)};
    }
    if (character < 0x800) {
        return {static_cast<char>(0xc0 | character >> 6), continuation(0)};
    }
    if (character < 0x10000) {
        return {static_cast<char>(0xe0 | character >> 12), continuation(6), continuation(0)};
    }
    return {static_cast<char>(0xf0 | character >> 18), continuation(12), continuation(6),
            continuation(0)};
}

CYCLONE_INLINE std::string utf8_from_latin1(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size());
    for (const char c : bytes) {
        text += utf8(static_cast<char32_t>(static_cast<unsigned char>(c)));
    }
    return text;
}

}  // namespace cyclone::escape
