#include <redislive/api/util/display_name.hpp>

#include <algorithm>
#include <cstddef>

#include <cyclone/escape/utf8.hpp>

namespace redislive {

namespace {

/// How many bytes at the front are one character that can be shown; 0 when the first one cannot.
std::size_t displayable_size(std::string_view text) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) {
        return lead >= 0x20 && lead != 0x7f ? 1 : 0;
    }
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    const std::string_view character = text.substr(0, size);
    if (!cyclone::escape::is_valid_utf8(character)) {
        return 0;
    }
    const bool is_control = lead == 0xc2 && byte(1) < 0xa0;
    return is_control ? 0 : character.size();
}

void append_escaped(std::string& result, char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    result += "\\x";
    result += digits[byte >> 4];
    result += digits[byte & 15];
}

}  // namespace

bool is_displayable(std::string_view name) {
    while (!name.empty()) {
        const std::size_t size = displayable_size(name);
        if (size == 0) {
            return false;
        }
        name.remove_prefix(size);
    }
    return true;
}

std::string display_name(std::string_view name) {
    std::string result;
    while (!name.empty()) {
        const std::size_t size = displayable_size(name);
        if (size == 0) {
            append_escaped(result, name.front());
            name.remove_prefix(1);
            continue;
        }
        if (name.front() == '\\') {
            result += '\\';
        }
        result += name.substr(0, size);
        name.remove_prefix(size);
    }
    return result;
}

}  // namespace redislive
