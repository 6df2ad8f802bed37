#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace cyclone::httputil::detail {

enum CharacterClass : std::uint8_t {
    token_character = 1,  ///< RFC 9110 5.6.2
    host_character = 2,   ///< RFC 3986 3.2.2, with the brackets of an IP literal
    digit_character = 4,
    hex_character = 8,
    plain_host_character = 16,  ///< that of a name or an IPv4 address: neither encoded nor a bracket
};

constexpr std::array<std::uint8_t, 256> make_character_classes() {
    std::array<std::uint8_t, 256> classes{};
    const auto add = [&classes](std::string_view characters, std::uint8_t c) {
        for (const char character : characters) {
            classes[static_cast<unsigned char>(character)] |= c;
        }
    };
    add("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        token_character | host_character | plain_host_character);
    add("-._", plain_host_character);
    add("!#$%&'*+-.^_`|~", token_character);
    add("-._~!$&'()*+,;=%:[]", host_character);
    add("0123456789", digit_character | hex_character);
    add("abcdefABCDEF", hex_character);
    return classes;
}

inline constexpr std::array<std::uint8_t, 256> character_classes = make_character_classes();

constexpr bool is(char c, std::uint8_t classes) {
    return (character_classes[static_cast<unsigned char>(c)] & classes) != 0;
}

/// Whether `text` is `literal`; without a call, unlike ==.
template <std::size_t N>
constexpr bool is_exactly(std::string_view text, const char (&literal)[N]) {
    return text.size() == N - 1 && __builtin_memcmp(text.data(), literal, N - 1) == 0;
}

inline std::uint64_t load_8(const char* at) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

/// Whether none of 8 bytes is a control character; false for a tab, too.
constexpr bool have_no_control(std::uint64_t bytes) {
    constexpr std::uint64_t ones = 0x0101010101010101;
    constexpr std::uint64_t highs = ones * 0x80;
    const std::uint64_t del = bytes ^ (ones * 0x7f);
    return ((((bytes - ones * 0x20) & ~bytes) | ((del - ones) & ~del)) & highs) == 0;
}

/// The first byte from `at` on that is a control character but the tab, or `end`. Any byte from
/// 0x80 on is fine.
inline const char* find_control(const char* at, const char* end) {
    for (;;) {
#if defined(__SSE2__)
        const __m128i largest_control = _mm_set1_epi8(0x1f);
        const __m128i del = _mm_set1_epi8(0x7f);
        while (end - at >= 16) {
            const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
            const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, largest_control), bytes);
            const int mask = _mm_movemask_epi8(_mm_or_si128(low, _mm_cmpeq_epi8(bytes, del)));
            if (mask != 0) {
                at += __builtin_ctz(static_cast<unsigned>(mask));
                if (*at != '\t') {
                    return at;
                }
                ++at;
                continue;
            }
            at += 16;
        }
#endif
        while (at != end && static_cast<unsigned char>(*at) >= 0x20 && *at != 0x7f) {
            ++at;
        }
        if (at == end || *at != '\t') {
            return at;
        }
        ++at;
    }
}

/// The first byte from `at` on that is no token character, or `end`.
inline const char* find_not_token(const char* at, const char* end) {
#if defined(__SSE2__)
    // Names of header fields are made of letters, digits and hyphens, and fit in most often.
    if (end - at >= 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const __m128i letter = _mm_sub_epi8(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
        const __m128i digit = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
        const __m128i common = _mm_or_si128(
            _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-')),
            _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(25)), letter),
                         _mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit)));
        at += __builtin_ctz(~static_cast<unsigned>(_mm_movemask_epi8(common)));
    }
#endif
    while (at != end && is(*at, token_character)) {
        ++at;
    }
    return at;
}

/// Whether `token`, in which all characters are token characters, is `lower` but for the case.
template <std::size_t N>
bool is_token(std::string_view token, const char (&lower)[N]) {
    if (token.size() != N - 1) {
        return false;
    }
    // Of the token characters, the capital letters alone become lower case letters by this bit.
    constexpr std::uint64_t lower_case = 0x2020202020202020;
    std::uint64_t different = 0;
    std::size_t i = 0;
    for (; i + 8 <= N - 1; i += 8) {
        different |= (load_8(token.data() + i) | lower_case) ^ load_8(lower + i);
    }
    for (; i < N - 1; ++i) {
        different |= static_cast<unsigned char>((token[i] | 0x20) ^ lower[i]);
    }
    return different == 0;
}

/// The first byte from `at` on that is no plain character of a path (not visible, or one of #, ? and %), or `end`.
inline const char* find_not_plain_path(const char* at, const char* end) {
#if defined(__SSE2__)
    const __m128i space = _mm_set1_epi8(0x20);
    const __m128i del = _mm_set1_epi8(0x7f);
    const __m128i hash = _mm_set1_epi8('#');
    const __m128i question = _mm_set1_epi8('?');
    const __m128i percent = _mm_set1_epi8('%');
    while (end - at >= 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const __m128i special = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, del), _mm_cmpeq_epi8(bytes, hash)),
            _mm_or_si128(_mm_cmpeq_epi8(bytes, question), _mm_cmpeq_epi8(bytes, percent)));
        const __m128i visible = _mm_cmpgt_epi8(bytes, space);
        const int mask = _mm_movemask_epi8(_mm_andnot_si128(special, visible));
        if (mask != 0xffff) {
            return at + __builtin_ctz(~static_cast<unsigned>(mask));
        }
        at += 16;
    }
#endif
    while (at != end && *at > 0x20 && *at != 0x7f && *at != '#' && *at != '?' && *at != '%') {
        ++at;
    }
    return at;
}

/// The first byte from `at` on that is not visible ASCII (0x21 to 0x7e), or `end`.
inline const char* find_not_visible(const char* at, const char* end) {
#if defined(__SSE2__)
    const __m128i space = _mm_set1_epi8(0x20);
    const __m128i del = _mm_set1_epi8(0x7f);
    while (end - at >= 16) {
        // As signed numbers, bytes from 0x80 on are below the space too.
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const __m128i visible = _mm_cmpgt_epi8(bytes, space);
        const int mask = _mm_movemask_epi8(_mm_andnot_si128(_mm_cmpeq_epi8(bytes, del), visible));
        if (mask != 0xffff) {
            return at + __builtin_ctz(~static_cast<unsigned>(mask));
        }
        at += 16;
    }
#endif
    while (at != end && *at > 0x20 && *at != 0x7f) {
        ++at;
    }
    return at;
}

}  // namespace cyclone::httputil::detail
