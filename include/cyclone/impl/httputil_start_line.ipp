#pragma once

#include <algorithm>

#include <cyclone/httputil/start_line.hpp>
#include <cyclone/httputil/token.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::httputil {

namespace detail {

CYCLONE_INLINE bool is_http_1_version(std::string_view version) {
    return version.size() == 8 && version.starts_with("HTTP/1.") && version[7] >= '0' &&
           version[7] <= '9';
}

}  // namespace detail

CYCLONE_INLINE std::optional<RequestStartLine> parse_request_start_line(std::string_view line) {
    const auto first = line.find(' ');
    const auto second = first == line.npos ? line.npos : line.find(' ', first + 1);
    if (second == line.npos) {
        return std::nullopt;
    }
    const RequestStartLine parts{line.substr(0, first), line.substr(first + 1, second - first - 1),
                                 line.substr(second + 1)};
    const bool visible = std::ranges::all_of(parts.path, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte > 0x20 && byte != 0x7f;
    });
    if (!is_token(parts.method) || parts.path.empty() || !visible ||
        !detail::is_http_1_version(parts.version)) {
        return std::nullopt;
    }
    return parts;
}

CYCLONE_INLINE std::optional<ResponseStartLine> parse_response_start_line(std::string_view line) {
    const std::string_view version = line.substr(0, line.find(' '));
    if (!detail::is_http_1_version(version) || line.size() < 12) {
        return std::nullopt;
    }
    const std::string_view digits = line.substr(9, 3);
    const bool numeric = std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    if (!numeric || digits[0] == '0' || (line.size() > 12 && line[12] != ' ')) {
        return std::nullopt;
    }
    const std::string_view reason = line.size() > 13 ? line.substr(13) : std::string_view();
    if (!is_valid_field_value(reason)) {
        return std::nullopt;
    }
    const auto code =
        static_cast<unsigned>((digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0'));
    return ResponseStartLine{version, code, reason};
}

}  // namespace cyclone::httputil
