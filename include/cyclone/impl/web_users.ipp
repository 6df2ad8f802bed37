#pragma once

#include <utility>

#include <cyclone/escape/url.hpp>
#include <cyclone/escape/xhtml.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/web/request_extras.hpp>

namespace cyclone::web {

CYCLONE_INLINE const std::optional<std::string>& RequestHandler::current_user() {
    Extras& known = extras();
    if (!known.user_is_known) {
        known.user = get_current_user();
        known.user_is_known = true;
    }
    return known.user;
}

CYCLONE_INLINE void RequestHandler::set_current_user(std::optional<std::string> user) {
    extras().user = std::move(user);
    extras().user_is_known = true;
}

CYCLONE_INLINE std::string RequestHandler::get_login_url() {
    require_setting("login_url", "authenticated()");
    return settings().login_url;
}

CYCLONE_INLINE bool RequestHandler::authenticated() {
    if (!current_user().value_or("").empty()) {
        return true;
    }
    if (request.method != "GET" && request.method != "HEAD") {
        send_error(403);
        return false;
    }
    std::string url = get_login_url();
    if (url.find('?') == std::string::npos) {
        const bool elsewhere = url.find("://") != std::string::npos;
        url += "?next=" +
               escape::url_escape(elsewhere ? request.full_url() : std::string(request.uri));
    }
    redirect(url);
    return false;
}

namespace detail {

/// Leads nowhere but to this host: two slashes in front would be another one.
inline std::string redirection_target(std::string_view path, std::string_view query) {
    while (path.starts_with("//")) {
        path.remove_prefix(1);
    }
    std::string target(path);
    if (!query.empty()) {
        target.append("?").append(query);
    }
    return target;
}

}  // namespace detail

CYCLONE_INLINE bool RequestHandler::removeslash() {
    std::string_view path = request.path;
    if (!path.ends_with('/')) {
        return true;
    }
    if (request.method != "GET" && request.method != "HEAD") {
        send_error(404);
        return false;
    }
    while (path.ends_with('/')) {
        path.remove_suffix(1);
    }
    if (path.empty()) {
        return true;
    }
    redirect(detail::redirection_target(path, request.query), true);
    return false;
}

CYCLONE_INLINE bool RequestHandler::addslash() {
    if (request.path.ends_with('/')) {
        return true;
    }
    if (request.method != "GET" && request.method != "HEAD") {
        send_error(404);
        return false;
    }
    redirect(detail::redirection_target(std::string(request.path) + "/", request.query), true);
    return false;
}

CYCLONE_INLINE void RequestHandler::set_signed_cookie(std::string_view name, std::string_view value,
                                                      CookieAttributes attributes, int version) {
    set_cookie(name, create_signed_value(name, value, version), attributes);
}

CYCLONE_INLINE std::string RequestHandler::create_signed_value(std::string_view name,
                                                               std::string_view value,
                                                               int version) const {
    require_setting("cookie_secret", "a signed cookie");
    return web::create_signed_value(settings().cookie_secret, name, value, version,
                                    settings().key_version);
}

CYCLONE_INLINE std::optional<std::string> RequestHandler::get_signed_cookie(
    std::string_view name, const SignedValueLimits& limits) const {
    require_setting("cookie_secret", "a signed cookie");
    const auto text = get_cookie(name);
    return text ? decode_signed_value(settings().cookie_secret, name, *text, limits) : std::nullopt;
}

CYCLONE_INLINE std::optional<int> RequestHandler::get_signed_cookie_key_version(
    std::string_view name) const {
    const auto text = get_cookie(name);
    return text ? get_signature_key_version(*text) : std::nullopt;
}

CYCLONE_INLINE const XsrfToken& RequestHandler::expected_xsrf_token() {
    Extras& known = extras();
    if (!known.xsrf) {
        const auto cookie = get_cookie(settings().xsrf_cookie_name);
        known.xsrf = cookie ? decode_xsrf_token(*cookie) : std::nullopt;
        known.xsrf_cookie_came = known.xsrf.has_value();
        if (!known.xsrf) {
            known.xsrf = make_xsrf_token();
        }
    }
    return *known.xsrf;
}

CYCLONE_INLINE const std::string& RequestHandler::xsrf_token() {
    Extras& known = extras();
    if (known.xsrf_text.empty()) {
        const XsrfToken& token = expected_xsrf_token();
        known.xsrf_text = encode_xsrf_token(token, settings().xsrf_cookie_version);
        if (!known.xsrf_cookie_came) {
            CookieAttributes attributes = settings().xsrf_cookie_kwargs;
            if (!attributes.expires_days && !current_user().value_or("").empty()) {
                attributes.expires_days = 30;
            }
            set_cookie(settings().xsrf_cookie_name, known.xsrf_text, attributes);
        }
    }
    return known.xsrf_text;
}

CYCLONE_INLINE std::string RequestHandler::xsrf_form_html() {
    return "<input type=\"hidden\" name=\"_xsrf\" value=\"" + escape::xhtml_escape(xsrf_token()) +
           "\"/>";
}

CYCLONE_INLINE void RequestHandler::check_xsrf() {
    if (!settings().xsrf_cookies) {
        return;
    }
    const bool safe =
        request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS";
    if (!safe) {
        check_xsrf_cookie();
    }
}

CYCLONE_INLINE void RequestHandler::check_xsrf_cookie() {
    std::string text = get_argument("_xsrf", "");
    for (const std::string_view header : {"X-Xsrftoken", "X-Csrftoken"}) {
        if (text.empty()) {
            text = request.headers.find(header).value_or("");
        }
    }
    if (text.empty()) {
        throw HTTPError(403, "the argument _xsrf is missing");
    }
    const auto token = decode_xsrf_token(text);
    if (!token) {
        throw HTTPError(403, "the argument _xsrf is no token");
    }
    if (!same_xsrf_token(*token, expected_xsrf_token())) {
        throw HTTPError(403, "the argument _xsrf does not match the cookie");
    }
}

}  // namespace cyclone::web
