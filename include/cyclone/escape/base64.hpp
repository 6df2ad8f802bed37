#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cyclone::escape {

/// Base64 with padding, on one line (RFC 4648 4).
std::string base64_encode(std::string_view bytes);

/// Strict: the padding must be there and no other character, neither white space nor a bit set that
/// encodes nothing; else nullopt. So each byte string has exactly one text that decodes to it.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace cyclone::escape

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/escape_base64.ipp>
#endif
