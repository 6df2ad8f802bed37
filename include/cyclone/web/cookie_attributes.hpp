#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace cyclone::web {

/// Who gets a cookie, and for how long (RFC 6265bis 4.1.2). As the keyword arguments of
/// RequestHandler.set_cookie.
struct CookieAttributes {
    /// Empty: this host alone.
    std::string domain{};
    std::string path = "/";
    std::optional<std::chrono::system_clock::time_point> expires{};
    /// Where expires is not set: so many days from now. Without either, the cookie ends with the
    /// browser's session.
    std::optional<double> expires_days{};
    std::optional<std::chrono::seconds> max_age{};
    bool secure = false;
    bool httponly = false;
    /// "Strict", "Lax" or "None"; empty: the browser's choice.
    std::string samesite{};
    bool partitioned = false;
};

/// The value of a Set-Cookie header. A value that cannot stand in one as it is is put in quotes and
/// escaped, as Python's http.cookies does. Throws std::invalid_argument for a name that is no
/// token, and for a control character or a space in name, value or attributes.
std::string format_set_cookie(std::string_view name, std::string_view value,
                              const CookieAttributes& attributes);

}  // namespace cyclone::web

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/web_cookie_attributes.ipp>
#endif
