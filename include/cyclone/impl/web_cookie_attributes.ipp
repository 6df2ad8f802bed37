#pragma once

#include <algorithm>
#include <stdexcept>

#include <cyclone/httputil/http_date.hpp>
#include <cyclone/httputil/http_headers.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/web/cookie_attributes.hpp>

namespace cyclone::web {

namespace detail {

inline bool is_legal_in_cookie(char c) {
    return httputil::HTTPHeaders::is_valid_name({&c, 1}) || c == ':';
}

inline bool is_plain_in_quoted_cookie(char c) {
    return is_legal_in_cookie(c) ||
           std::string_view(" ()/<=>?@[]{}").find(c) != std::string_view::npos;
}

inline void append_cookie_value(std::string& text, std::string_view value) {
    if (std::ranges::all_of(value, is_legal_in_cookie)) {
        text += value;
        return;
    }
    text += '"';
    for (const char c : value) {
        if (c == '"' || c == '\\') {
            text += '\\';
            text += c;
        } else if (is_plain_in_quoted_cookie(c)) {
            text += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            text += '\\';
            text += static_cast<char>('0' + (byte >> 6));
            text += static_cast<char>('0' + ((byte >> 3) & 7));
            text += static_cast<char>('0' + (byte & 7));
        }
    }
    text += '"';
}

inline void append_cookie_attribute(std::string& text, std::string_view name,
                                    std::string_view value) {
    if (value.find(';') != std::string_view::npos ||
        !httputil::HTTPHeaders::is_valid_value(value)) {
        throw std::invalid_argument("a cookie's " + std::string(name) +
                                    " has a character in it that ends the attribute");
    }
    text.append("; ").append(name).append("=").append(value);
}

}  // namespace detail

CYCLONE_INLINE std::string format_set_cookie(std::string_view name, std::string_view value,
                                             const CookieAttributes& attributes) {
    if (name.empty() || !std::ranges::all_of(name, detail::is_legal_in_cookie)) {
        throw std::invalid_argument("'" + std::string(name) + "' is no name of a cookie");
    }
    if (std::ranges::any_of(value, [](char c) { return static_cast<unsigned char>(c) <= ' '; })) {
        throw std::invalid_argument("the value of the cookie " + std::string(name) +
                                    " has a space or a control character in it");
    }
    std::string text(name);
    text += '=';
    detail::append_cookie_value(text, value);
    if (!attributes.domain.empty()) {
        detail::append_cookie_attribute(text, "Domain", attributes.domain);
    }
    auto expires = attributes.expires;
    if (!expires && attributes.expires_days) {
        const std::chrono::duration<double> days(*attributes.expires_days * 86400);
        expires = std::chrono::system_clock::now() +
                  std::chrono::duration_cast<std::chrono::system_clock::duration>(days);
    }
    if (expires) {
        detail::append_cookie_attribute(text, "expires", httputil::format_timestamp(*expires));
    }
    if (attributes.httponly) {
        text += "; HttpOnly";
    }
    if (attributes.max_age) {
        detail::append_cookie_attribute(text, "Max-Age",
                                        std::to_string(attributes.max_age->count()));
    }
    if (attributes.partitioned) {
        text += "; Partitioned";
    }
    if (!attributes.path.empty()) {
        detail::append_cookie_attribute(text, "Path", attributes.path);
    }
    if (!attributes.samesite.empty()) {
        detail::append_cookie_attribute(text, "SameSite", attributes.samesite);
    }
    if (attributes.secure) {
        text += "; Secure";
    }
    return text;
}

}  // namespace cyclone::web
