#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include <cyclone/escape/base64.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/web/access_log.hpp>

namespace cyclone::web {

namespace detail {

CYCLONE_INLINE void append_log_field(std::string& line, std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (text.empty()) {
        line += '-';
    }
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte >= 0x7f || c == '"' || c == '\\') {
            line.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
        } else {
            line += c;
        }
    }
}

/// The name that a client has given by the Basic scheme (RFC 7617 2), right or wrong; empty where
/// there is none.
CYCLONE_INLINE std::string user_of(const httputil::HTTPServerRequest& request) {
    constexpr std::string_view scheme = "basic ";
    std::string_view credentials = request.headers.find("Authorization").value_or("");
    if (!httputil::detail::equal_ignoring_case(credentials.substr(0, scheme.size()), scheme)) {
        return {};
    }
    credentials.remove_prefix(scheme.size());
    std::string user = escape::base64_decode(credentials).value_or("");
    const std::size_t colon = user.find(':');
    return colon == std::string::npos ? std::string() : user.substr(0, colon);
}

}  // namespace detail

CYCLONE_INLINE std::string combined_log_line(const httputil::HTTPServerRequest& request,
                                             unsigned status, std::uint64_t body_size,
                                             std::chrono::system_clock::time_point time) {
    // Not strftime's: the names of the months do not depend on the program's language.
    constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm local{};
    ::localtime_r(&seconds, &local);
    char day[8];
    char rest[32];
    std::strftime(day, sizeof day, "%d", &local);
    std::strftime(rest, sizeof rest, "%Y:%H:%M:%S %z", &local);

    std::string line;
    detail::append_log_field(line, request.remote_ip);
    line += " - ";
    std::string user;
    detail::append_log_field(user, detail::user_of(request));
    for (const char c : user) {
        // It would end the field.
        line.append(c == ' ' ? std::string_view("\\x20") : std::string_view(&c, 1));
    }
    line.append(" [").append(day).append("/").append(months[local.tm_mon]);
    line.append("/").append(rest).append("] \"");
    if (request.method.empty()) {
        line += '-';
    } else {
        detail::append_log_field(line, request.method);
        line += ' ';
        detail::append_log_field(line, request.uri);
        line += ' ';
        detail::append_log_field(line, request.version);
    }
    line.append("\" ").append(std::to_string(status)).append(" ");
    line.append(body_size == 0 ? "-" : std::to_string(body_size)).append(" \"");
    detail::append_log_field(line, request.headers.find("Referer").value_or(""));
    line.append("\" \"");
    detail::append_log_field(line, request.headers.find("User-Agent").value_or(""));
    line += '"';
    return line;
}

}  // namespace cyclone::web
