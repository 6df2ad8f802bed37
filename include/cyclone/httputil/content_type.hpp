#pragma once

#include <string_view>

namespace cyclone::httputil {

/// The value of Content-Type for a file, by the extension of `path`, in any case:
/// "text/html; charset=UTF-8" for "/a/index.html", "application/octet-stream" for one that is not
/// known. Text is taken to be UTF-8.
std::string_view guess_content_type(std::string_view path);

}  // namespace cyclone::httputil

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/httputil_content_type.ipp>
#endif
