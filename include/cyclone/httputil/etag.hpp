#pragma once

#include <cstdint>
#include <string_view>

namespace cyclone::httputil {

/// How two entity tags are compared (RFC 9110 8.8.3.2).
enum class EtagComparison : std::uint8_t {
    /// Both must be strong: for If-Match and If-Range.
    strong,
    /// Without regard to W/: for If-None-Match.
    weak,
};

/// Whether `list`, the value of If-None-Match or If-Match, holds `etag`, which is written as in an
/// ETag header, quotes included. A * is any tag. What is malformed in `list` is passed over.
bool etag_matches(std::string_view list, std::string_view etag, EtagComparison comparison);

}  // namespace cyclone::httputil

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/httputil_etag.ipp>
#endif
