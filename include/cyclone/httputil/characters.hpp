#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
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
};

constexpr std::array<std::uint8_t, 256> make_character_classes() {
    std::array<std::uint8_t, 256> classes{};
    const auto add = [&classes](std::string_view characters, std::uint8_t c) {
        for (const char character : characters) {
            classes[static_cast<unsigned char>(character)] |= c;
        }
    };
    add("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        token_character | host_character);
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
                break;
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
