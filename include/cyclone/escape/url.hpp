#pragma once

#include <string>
#include <string_view>

namespace cyclone::escape {

/// Percent-encodes all but letters, digits and `-._~`. As tornado.escape.url_escape.
///
/// With `plus`, for a query, a space becomes a +. Without, for a path, it becomes %20 and a slash
/// stays as it is.
std::string url_escape(std::string_view text, bool plus = true);

/// Decodes percent-encoded bytes, and with `plus` every + as a space; a % that no two digits follow
/// stays as it is. As tornado.escape.url_unescape with encoding=None: the result is bytes, not
/// necessarily UTF-8.
std::string url_unescape(std::string_view text, bool plus = true);

}  // namespace cyclone::escape

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/escape_url.ipp>
#endif
