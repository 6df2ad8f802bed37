#pragma once

#include <string>
#include <string_view>

namespace cyclone::web::detail {

/// The SHA-1 of `body` in quotes, which is what Tornado's Etags are. Small bodies that keep coming
/// are remembered.
std::string etag_of(std::string_view body);

}  // namespace cyclone::web::detail

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/web_etag_of.ipp>
#endif
