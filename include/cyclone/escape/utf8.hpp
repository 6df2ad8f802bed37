#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cyclone::escape {

/// Checks a text that arrives in pieces, and fails at the first byte that can't be part of UTF-8
/// (RFC 3629: no surrogates, no overlong forms, nothing past U+10FFFF).
class Utf8Validator {
public:
    /// False, now and for all that follows, as soon as the text is no UTF-8.
    bool feed(std::string_view bytes);
    /// Whether all that was fed is UTF-8 and ends with a whole character.
    bool complete() const { return valid_ && missing_ == 0; }
    void reset() { *this = Utf8Validator(); }

private:
    bool valid_ = true;
    /// Continuation bytes of the current character that are still to come.
    std::uint8_t missing_ = 0;
    /// Between which the next of them must be.
    std::uint8_t lowest_ = 0x80;
    std::uint8_t highest_ = 0xbf;
};

bool is_valid_utf8(std::string_view bytes);

/// `bytes` where they are UTF-8; each longest piece that could begin a character but doesn't go on
/// as one is replaced by U+FFFD, as browsers do it.
std::string utf8(std::string_view bytes);

/// One character; U+FFFD for a surrogate and past U+10FFFF.
std::string utf8(char32_t character);

/// The text of bytes in ISO 8859-1.
std::string utf8_from_latin1(std::string_view bytes);

namespace detail {

struct DecodedCharacter {
    /// U+FFFD where the bytes are no UTF-8.
    char32_t character;
    /// How many bytes it takes, at least 1.
    std::uint8_t size;
    bool valid;
};

/// The first character of `bytes`, which must not be empty.
DecodedCharacter decode_utf8(std::string_view bytes);

}  // namespace detail

}  // namespace cyclone::escape

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/escape_utf8.ipp>
#endif
