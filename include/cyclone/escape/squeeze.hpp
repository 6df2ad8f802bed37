#pragma once

#include <string>
#include <string_view>

namespace cyclone::escape {

/// Each run of spaces and control characters becomes one space; none is left at the ends. As
/// tornado.escape.squeeze.
inline std::string squeeze(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) > ' ') {
            result += c;
        } else if (!result.empty() && result.back() != ' ') {
            result += ' ';
        }
    }
    if (result.ends_with(' ')) {
        result.pop_back();
    }
    return result;
}

}  // namespace cyclone::escape
