#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

#include <cyclone/httpclient/cookie_jar.hpp>
#include <cyclone/httputil/field_list.hpp>
#include <cyclone/httputil/http_date.hpp>
#include <cyclone/httputil/http_headers.hpp>
#include <cyclone/httputil/token.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::httpclient {

namespace detail {

CYCLONE_INLINE bool is_address(std::string_view host) {
    return host.find(':') != host.npos ||
           std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

/// RFC 6265 5.1.3.
CYCLONE_INLINE bool domain_matches(std::string_view host, std::string_view domain) {
    return host == domain || (host.size() > domain.size() && host.ends_with(domain) &&
                              host[host.size() - domain.size() - 1] == '.' && !is_address(host));
}

/// RFC 6265 5.1.4.
CYCLONE_INLINE bool path_matches(std::string_view path, std::string_view cookie_path) {
    return path.starts_with(cookie_path) &&
           (path.size() == cookie_path.size() || cookie_path.ends_with('/') ||
            path[cookie_path.size()] == '/');
}

CYCLONE_INLINE std::string default_path(std::string_view target) {
    const std::string_view path = target.substr(0, target.find('?'));
    const std::size_t slash = path.rfind('/');
    return std::string(slash == path.npos || slash == 0 ? "/" : path.substr(0, slash));
}

CYCLONE_INLINE std::optional<CookieJar::Time> expiry_from_date(std::string_view date,
                                                               CookieJar::Time now) {
    // Cookies often have a date with hyphens and a year of four digits, which is none of HTTP's.
    std::string spaced(date);
    std::ranges::replace(spaced, '-', ' ');
    auto time = httputil::parse_http_date(spaced, now);
    if (!time) {
        time = httputil::parse_http_date(date, now);
    }
    return time ? std::optional<CookieJar::Time>(*time) : std::nullopt;
}

/// What a Max-Age means, which may be out of all proportion; nothing where it is no number.
CYCLONE_INLINE std::optional<CookieJar::Time> expiry_from_age(std::string_view age,
                                                              CookieJar::Time now) {
    constexpr long long most = 400LL * 24 * 3600;
    const std::string_view digits = age.substr(age.starts_with('-') ? 1 : 0);
    if (digits.empty() ||
        !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) {
        return std::nullopt;
    }
    if (age.starts_with('-')) {
        return CookieJar::Time::min();
    }
    long long seconds = 0;
    const auto [end, error] = std::from_chars(age.data(), age.data() + age.size(), seconds);
    seconds = error == std::errc() ? std::min(seconds, most) : most;
    return seconds == 0 ? CookieJar::Time::min() : now + std::chrono::seconds(seconds);
}

CYCLONE_INLINE std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), httputil::detail::to_lower);
    return out;
}

}  // namespace detail

CYCLONE_INLINE void CookieJar::set(const Url& url, std::string_view set_cookie, Time now) {
    using httputil::detail::without_ows;
    const std::string_view pair = set_cookie.substr(0, set_cookie.find(';'));
    const std::size_t equals = pair.find('=');
    Cookie cookie{.name = std::string(without_ows(pair.substr(0, equals))),
                  .value = std::string(equals == pair.npos ? std::string_view()
                                                           : without_ows(pair.substr(equals + 1))),
                  .domain = url.host,
                  .path = detail::default_path(url.target),
                  .expires = Time::max(),
                  .host_only = true,
                  .secure = false};
    if (equals == pair.npos || cookie.name.empty() || pair.size() > max_cookie_size ||
        !httputil::is_valid_field_value(pair)) {
        return;
    }
    std::optional<Time> from_age;
    set_cookie.remove_prefix(std::min(pair.size() + 1, set_cookie.size()));
    while (!set_cookie.empty()) {
        const std::string_view attribute = set_cookie.substr(0, set_cookie.find(';'));
        set_cookie.remove_prefix(std::min(attribute.size() + 1, set_cookie.size()));
        const std::size_t sign = std::min(attribute.find('='), attribute.size());
        const std::string name = detail::lower(without_ows(attribute.substr(0, sign)));
        const std::string_view value =
            without_ows(attribute.substr(std::min(sign + 1, attribute.size())));
        if (name == "secure") {
            cookie.secure = true;
        } else if (name == "path") {
            cookie.path =
                value.starts_with('/') ? std::string(value) : detail::default_path(url.target);
        } else if (name == "domain" && !value.empty()) {
            cookie.domain = detail::lower(value.substr(value.starts_with('.') ? 1 : 0));
            cookie.host_only = false;
        } else if (name == "max-age") {
            if (auto expires = detail::expiry_from_age(value, now)) {
                from_age = expires;
            }
        } else if (name == "expires") {
            cookie.expires = detail::expiry_from_date(value, now).value_or(cookie.expires);
        }
    }
    cookie.expires = from_age.value_or(cookie.expires);
    if (cookie.domain == url.host) {
        // An address, or localhost, is the host alone.
        cookie.host_only |= detail::is_address(url.host) || url.host.find('.') == url.host.npos;
    } else if (!detail::domain_matches(url.host, cookie.domain) ||
               cookie.domain.find('.') == cookie.domain.npos) {
        return;
    }
    // RFC 6265bis 4.1.3: the name itself promises it.
    if ((cookie.secure && !url.secure) ||
        (cookie.name.starts_with("__Secure-") && !cookie.secure) ||
        (cookie.name.starts_with("__Host-") &&
         (!cookie.secure || !cookie.host_only || cookie.path != "/"))) {
        return;
    }
    const auto same = std::ranges::find_if(cookies_, [&cookie](const Cookie& other) {
        return other.name == cookie.name && other.domain == cookie.domain &&
               other.path == cookie.path;
    });
    if (same != cookies_.end()) {
        // RFC 6265bis 5.7: who is not https may not take a secure cookie's place.
        if (!same->secure || url.secure) {
            *same = std::move(cookie);
        }
    } else {
        cookies_.push_back(std::move(cookie));
    }
    remove_expired(now);
    if (cookies_.size() > max_cookies) {
        cookies_.erase(cookies_.begin());
    }
}

CYCLONE_INLINE std::string CookieJar::get(const Url& url, Time now) {
    remove_expired(now);
    const std::string_view path = std::string_view(url.target).substr(0, url.target.find('?'));
    std::vector<const Cookie*> fitting;
    for (const Cookie& cookie : cookies_) {
        const bool host = cookie.host_only ? url.host == cookie.domain
                                           : detail::domain_matches(url.host, cookie.domain);
        if (host && detail::path_matches(path, cookie.path) && (url.secure || !cookie.secure)) {
            fitting.push_back(&cookie);
        }
    }
    // RFC 6265 5.4: longer paths first, of the same length those that were set first.
    std::ranges::stable_sort(fitting, std::ranges::greater(),
                             [](const Cookie* cookie) { return cookie->path.size(); });
    std::string field;
    for (const Cookie* cookie : fitting) {
        field += field.empty() ? "" : "; ";
        field += cookie->name + '=' + cookie->value;
    }
    return field;
}

CYCLONE_INLINE void CookieJar::remove_expired(Time now) {
    std::erase_if(cookies_, [now](const Cookie& cookie) { return cookie.expires <= now; });
}

}  // namespace cyclone::httpclient
