#pragma once

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>

#include <cyclone/http/response_head.hpp>
#include <cyclone/httputil/status.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::http {

namespace detail {

inline constexpr std::string_view usual_status_line = "HTTP/1.1 200 OK\r\n";
inline constexpr std::size_t date_field_size = 37;
inline constexpr std::size_t usual_beginning_size = usual_status_line.size() + date_field_size;

struct CachedBeginning {
    std::time_t second = -1;
    char text[usual_beginning_size]{};
};

inline char* put(char* at, std::string_view text) {
    const std::size_t size = text.size();
    // Most are short, and a call of memcpy costs more than they do.
    if (size > 16) {
        std::memcpy(at, text.data(), size);
    } else if (size >= 8) {
        std::memcpy(at, text.data(), 8);
        std::memcpy(at + size - 8, text.data() + size - 8, 8);
    } else if (size >= 4) {
        std::memcpy(at, text.data(), 4);
        std::memcpy(at + size - 4, text.data() + size - 4, 4);
    } else {
        for (std::size_t i = 0; i < size; ++i) {
            at[i] = text[i];
        }
    }
    return at + size;
}

template <std::size_t N>
char* put(char* at, const char (&literal)[N]) {
    std::memcpy(at, literal, N - 1);
    return at + N - 1;
}

}  // namespace detail

CYCLONE_INLINE std::string_view usual_beginning(std::time_t now) {
    static constinit thread_local detail::CachedBeginning cached;
    if (cached.second != now) [[unlikely]] {
        std::tm fields{};
        ::gmtime_r(&now, &fields);
        static constexpr char days[] = "SunMonTueWedThuFriSat";
        static constexpr char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
        char date[96];
        std::snprintf(
            date, sizeof date, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d GMT\r\n",
            days + fields.tm_wday * 3, fields.tm_mday, months + fields.tm_mon * 3,
            (fields.tm_year + 1900) % 10000, fields.tm_hour, fields.tm_min, fields.tm_sec);
        detail::put(detail::put(cached.text, detail::usual_status_line),
                    {date, detail::date_field_size});
        cached.second = now;
    }
    return {cached.text, detail::usual_beginning_size};
}

CYCLONE_INLINE void append_response_head(std::string& out, const Response& response,
                                         const ResponseFraming& framing, std::string_view body) {
    const bool usual_status = response.status == 200 && response.reason.empty();
    // A reason must not be able to split the response either.
    const std::string_view reason =
        usual_status ? std::string_view()
        : response.reason.empty() || !httputil::HTTPHeaders::is_valid_value(response.reason)
            ? httputil::reason_phrase(response.status)
            : std::string_view(response.reason);
    // One growth for all: what is counted here is written below.
    bool has_date = false;
    std::size_t size = 13 + reason.size() + 2 + detail::usual_beginning_size + 64 + 64 + 2 + body.size();
    for (const auto& field : response.headers) {
        size += field.name.size() + field.value.size() + 4;
        has_date |= httputil::detail::is_token(field.name, "date");
    }
    const std::size_t before = out.size();
    out.resize(before + size);
    char* at = out.data() + before;
    if (usual_status && !has_date) [[likely]] {
        std::memcpy(at, usual_beginning(std::time(nullptr)).data(), detail::usual_beginning_size);
        at += detail::usual_beginning_size;
    } else if (usual_status) {
        at = detail::put(at, detail::usual_status_line);
    } else {
        at = detail::put(at, "HTTP/1.1 ");
        at = std::to_chars(at, at + 4, response.status % 1000).ptr;
        *at++ = ' ';
        at = detail::put(at, reason);
        at = detail::put(at, "\r\n");
    }
    if (!usual_status && !has_date) {
        at = detail::put(
            at, usual_beginning(std::time(nullptr)).substr(detail::usual_status_line.size()));
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
    if (!body.empty()) {
        at = detail::put(at, body);
    }
    out.resize(static_cast<std::size_t>(at - out.data()));
}

}  // namespace cyclone::http
