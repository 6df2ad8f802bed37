#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace cyclone::httputil {

/// The cookies of a request, by name. Names and values are bytes.
using Cookies = std::map<std::string, std::string, std::less<>>;

/// Reads the value of a Cookie header as browsers write it, more tolerant than RFC 6265, refusing
/// nothing. As tornado.httputil.parse_cookie: of cookies with the same name the last one counts,
/// one without = has no name, and a value in quotes is taken out of them, \" and \303 decoded.
Cookies parse_cookie(std::string_view header);

}  // namespace cyclone::httputil

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/httputil_cookie.ipp>
#endif
