#pragma once

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <system_error>

#include <cyclone/escape/url.hpp>
#include <cyclone/httpclient/url.hpp>
#include <cyclone/httputil/characters.hpp>
#include <cyclone/httputil/http_headers.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::httpclient {

namespace detail {

[[noreturn]] CYCLONE_INLINE void refuse_url(std::string_view url, std::string_view why) {
    // Without what could be a password.
    const std::size_t user = std::min(url.find("://") + 3, url.size());
    const std::size_t at = url.substr(0, url.find_first_of("/?#", user)).rfind('@');
    std::string shown(url);
    if (at != std::string_view::npos && at > user) {
        shown.replace(user, at - user, "...");
    }
    std::erase_if(shown, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
    throw std::invalid_argument("httpclient: '" + shown + "': " + std::string(why));
}

CYCLONE_INLINE void append_encoded(std::string& to, std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            to += c;
        } else {
            to += '%';
            to += digits[byte >> 4];
            to += digits[byte & 15];
        }
    }
}

/// RFC 3986 5.2.4.
CYCLONE_INLINE std::string without_dot_segments(std::string_view path) {
    std::string out;
    const auto drop_last = [&out] { out.erase(std::min(out.rfind('/'), out.size())); };
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/', 1), path.size());
        const std::string_view segment = path.substr(0, end);
        path.remove_prefix(end);
        if (segment == "/." || segment == "/..") {
            if (segment == "/..") {
                drop_last();
            }
            if (path.empty()) {
                out += '/';
            }
        } else {
            out += segment;
        }
    }
    return out;
}

/// The scheme in front of a colon, or nothing (RFC 3986 3.1).
CYCLONE_INLINE std::string_view scheme_of(std::string_view reference) {
    const std::size_t colon = reference.find(':');
    const std::string_view scheme = reference.substr(0, colon == reference.npos ? 0 : colon);
    const bool named = !scheme.empty() && std::ranges::all_of(scheme, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '+' || c == '-' || c == '.';
    });
    return named && (scheme[0] > '9') ? scheme : std::string_view();
}

}  // namespace detail

CYCLONE_INLINE std::string Url::authority() const {
    std::string authority = host.find(':') == host.npos ? host : "[" + host + "]";
    if (port != (secure ? 443 : 80)) {
        authority += ':' + std::to_string(port);
    }
    return authority;
}

CYCLONE_INLINE std::string Url::text() const {
    std::string text = (secure ? "https://" : "http://") + authority() + target;
    return fragment.empty() ? text : text + '#' + fragment;
}

CYCLONE_INLINE bool Url::same_origin(const Url& other) const {
    return secure == other.secure && port == other.port && host == other.host;
}

CYCLONE_INLINE Url parse_url(std::string_view url) {
    Url parsed;
    const std::size_t scheme_end = url.find("://");
    const std::string_view scheme = url.substr(0, scheme_end == url.npos ? 0 : scheme_end);
    parsed.secure = httputil::detail::equal_ignoring_case(scheme, "https");
    if (!parsed.secure && !httputil::detail::equal_ignoring_case(scheme, "http")) {
        detail::refuse_url(url, "what can be fetched begins with http:// or https://");
    }
    std::string_view rest = url.substr(scheme_end + 3);
    if (std::ranges::any_of(
            rest, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; })) {
        detail::refuse_url(url, "white space and control characters have to be percent-encoded");
    }
    const std::size_t fragment = rest.find('#');
    if (fragment != rest.npos) {
        parsed.fragment = rest.substr(fragment + 1);
        rest = rest.substr(0, fragment);
    }
    const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
    std::string_view authority = rest.substr(0, authority_end);
    parsed.target = rest.substr(authority_end).starts_with('/') ? "" : "/";
    detail::append_encoded(parsed.target, rest.substr(authority_end));

    if (authority.find('\\') != authority.npos) {
        // What browsers take for a slash, so that the host would be another one.
        detail::refuse_url(url, "there is a backslash in front of the path");
    }
    const std::size_t at = authority.rfind('@');
    if (at != authority.npos) {
        const std::string_view user = authority.substr(0, at);
        const std::size_t colon = std::min(user.find(':'), user.size());
        parsed.username = escape::url_unescape(user.substr(0, colon), false);
        parsed.password =
            escape::url_unescape(user.substr(std::min(colon + 1, user.size())), false);
        authority.remove_prefix(at + 1);
    }
    std::string_view host = authority.substr(
        0, authority.starts_with('[') ? std::min(authority.find(']'), authority.size() - 1) + 1
                                      : std::min(authority.find(':'), authority.size()));
    const std::string_view port = authority.substr(host.size());
    parsed.port = parsed.secure ? 443 : 80;
    // RFC 3986 3.2.3: a colon without a port means the scheme's own.
    if (!port.empty() && port != ":") {
        const auto [end, error] =
            std::from_chars(port.data() + 1, port.data() + port.size(), parsed.port);
        if (port[0] != ':' || error != std::errc() || end != port.data() + port.size() ||
            parsed.port == 0) {
            detail::refuse_url(url, "a port is a number from 1 to 65535");
        }
    }
    const bool bracketed = host.size() > 2 && host.starts_with('[') && host.ends_with(']');
    if (bracketed) {
        host = host.substr(1, host.size() - 2);
    }
    if (host.empty()) {
        detail::refuse_url(url, "the host is missing");
    }
    const bool valid = std::ranges::all_of(host, [bracketed](char c) {
        return bracketed ? httputil::detail::is(c, httputil::detail::hex_character) || c == ':' ||
                               c == '.'
                         : httputil::detail::is(c, httputil::detail::host_character) && c != '[' &&
                               c != ']' && c != '%';
    });
    if (!valid) {
        detail::refuse_url(url,
                           "the host has a character that no host name has (beyond ASCII, give it "
                           "in Punycode: xn--...)");
    }
    parsed.host.resize(host.size());
    std::ranges::transform(host, parsed.host.begin(), httputil::detail::to_lower);
    return parsed;
}

CYCLONE_INLINE std::string resolve_reference(const Url& base, std::string_view reference) {
    std::string encoded;
    for (const char c : reference) {
        if (c == ' ') {
            encoded += "%20";
        } else {
            encoded += c;
        }
    }
    const std::string_view text = encoded;
    if (!detail::scheme_of(text).empty()) {
        return encoded;
    }
    const std::string scheme = base.secure ? "https:" : "http:";
    if (text.starts_with("//")) {
        return scheme + encoded;
    }
    const std::string origin = scheme + "//" + base.authority();
    const std::string_view base_path =
        std::string_view(base.target).substr(0, base.target.find('?'));
    if (text.empty() || text[0] == '#') {
        return origin + base.target + encoded;
    }
    if (text[0] == '?') {
        return origin + std::string(base_path) + encoded;
    }
    const std::size_t path_end = std::min(text.find_first_of("?#"), text.size());
    std::string path(text[0] == '/' ? std::string_view()
                                    : base_path.substr(0, base_path.rfind('/') + 1));
    path += text.substr(0, path_end);
    return origin + detail::without_dot_segments(path) + std::string(text.substr(path_end));
}

}  // namespace cyclone::httpclient
