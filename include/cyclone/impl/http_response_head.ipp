#pragma once

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>

#include <cyclone/http/response_head.hpp>
#include <cyclone/httputil/status.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::http {

CYCLONE_INLINE std::string_view date_field(std::time_t now) {
    struct Cached {
        std::time_t second = -1;
        char text[40];
        std::size_t size = 0;
    };
    static thread_local Cached cached;
    if (cached.second != now) {
        std::tm fields{};
        ::gmtime_r(&now, &fields);
        static constexpr char days[] = "SunMonTueWedThuFriSat";
        static constexpr char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
        const int size = std::snprintf(
            cached.text, sizeof cached.text, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d GMT\r\n",
            days + fields.tm_wday * 3, fields.tm_mday, months + fields.tm_mon * 3,
            (fields.tm_year + 1900) % 10000, fields.tm_hour, fields.tm_min, fields.tm_sec);
        cached.size = std::min(static_cast<std::size_t>(size), sizeof cached.text - 1);
        cached.second = now;
    }
    return {cached.text, cached.size};
}

namespace detail {

inline char* put(char* at, std::string_view text) {
    std::memcpy(at, text.data(), text.size());
    return at + text.size();
}

}  // namespace detail

CYCLONE_INLINE void append_response_head(std::string& out, const Response& response,
                                         const ResponseFraming& framing) {
    // A reason must not be able to split the response either.
    const std::string_view reason =
        response.reason.empty() || !httputil::HTTPHeaders::is_valid_value(response.reason)
            ? httputil::reason_phrase(response.status)
            : std::string_view(response.reason);
    // One growth for all: what is counted here is written below.
    bool has_date = false;
    std::size_t size = 13 + reason.size() + 2 + 40 + 64 + 64 + 2;
    for (const auto& field : response.headers) {
        size += field.name.size() + field.value.size() + 4;
        has_date |= httputil::detail::equal_ignoring_case(field.name, "date");
    }
    const std::size_t before = out.size();
    out.resize(before + size);
    char* at = out.data() + before;
    if (response.status == 200 && response.reason.empty()) {
        at = detail::put(at, "HTTP/1.1 200 OK\r\n");
    } else {
        at = detail::put(at, "HTTP/1.1 ");
        at = std::to_chars(at, at + 4, response.status % 1000).ptr;
        *at++ = ' ';
        at = detail::put(at, reason);
        at = detail::put(at, "\r\n");
    }
    if (!has_date) {
        at = detail::put(at, date_field(std::time(nullptr)));
    }
    for (const auto& field : response.headers) {
        at = detail::put(at, field.name);
        at = detail::put(at, ": ");
        at = detail::put(at, field.value);
        at = detail::put(at, "\r\n");
    }
    if (framing.content_length) {
        at = detail::put(at, "Content-Length: ");
        at = std::to_chars(at, at + 20, *framing.content_length).ptr;
        at = detail::put(at, "\r\n");
    } else if (framing.chunked) {
        at = detail::put(at, "Transfer-Encoding: chunked\r\n");
    }
    if (!framing.connection.empty()) {
        at = detail::put(at, "Connection: ");
        at = detail::put(at, framing.connection);
        at = detail::put(at, "\r\n");
    }
    at = detail::put(at, "\r\n");
    out.resize(static_cast<std::size_t>(at - out.data()));
}

}  // namespace cyclone::http
