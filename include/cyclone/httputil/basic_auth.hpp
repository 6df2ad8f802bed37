#pragma once

#include <string>
#include <string_view>

namespace cyclone::httputil {

/// `username:password`, which Basic authentication sends in base64 (RFC 7617). As
/// tornado.httputil.encode_username_password, but without Unicode normalisation: give text in NFC.
inline std::string encode_username_password(std::string_view username, std::string_view password) {
    std::string pair(username);
    pair += ':';
    pair += password;
    return pair;
}

}  // namespace cyclone::httputil
