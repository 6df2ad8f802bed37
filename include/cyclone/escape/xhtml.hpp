#pragma once

#include <string>
#include <string_view>

namespace cyclone::escape {

/// Makes `text` safe within HTML and XML, also within quoted attributes: escapes `& < > " '`. As
/// tornado.escape.xhtml_escape.
std::string xhtml_escape(std::string_view text);

/// Replaces the entities of HTML 4, &apos; and &#160; or &#xa0; by the characters; what is no
/// entity stays. As tornado.escape.xhtml_unescape.
std::string xhtml_unescape(std::string_view text);

}  // namespace cyclone::escape

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/escape_xhtml.ipp>
#endif
