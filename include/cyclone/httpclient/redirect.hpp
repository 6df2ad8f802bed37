#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <cyclone/httpclient/request.hpp>
#include <cyclone/httpclient/response_parser.hpp>
#include <cyclone/httpclient/url.hpp>

namespace cyclone::httpclient {

/// Whether `head` answers `request` with a redirect that is to be followed: 301, 302, 303, 307 or
/// 308 with a Location, while the request allows one more. As in Tornado, one that comes after the
/// last is the response.
bool follows_redirect(const HTTPRequest& request, const ResponseHead& head);

/// Makes `request` to `url` the request that the redirect `head` asks for, and gives its URL (RFC
/// 9110 15.4).
///
/// 303 makes a GET of all but HEAD, 301 and 302 of POST, and a GET has no body and no fields that
/// describe one. To another origin no Authorization, no Cookie and no user go. Throws
/// std::invalid_argument for a Location that cannot be fetched.
Url apply_redirect(HTTPRequest& request, const Url& url, const ResponseHead& head);

/// Whether a request whose connection has failed may be sent once more: nobody would notice.
///
/// Only over a connection that was kept alive, which servers close as they like, that ended before
/// any byte of a response; only with a method that may be repeated (RFC 9110 9.2.2) and a body that
/// is still there. As browsers do.
bool may_retry(const HTTPRequest& request, bool reused, bool response_started);

}  // namespace cyclone::httpclient

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/httpclient_redirect.ipp>
#endif
