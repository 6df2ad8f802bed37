#pragma once

#include <string_view>

#include <cyclone/escape/base64.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/ssl/certificate.hpp>

namespace cyclone::ssl {

CYCLONE_INLINE std::string Certificate::pem() const {
    // RFC 7468 2.
    constexpr std::size_t line = 64;
    std::string text = "-----BEGIN CERTIFICATE-----\n";
    const std::string encoded = escape::base64_encode(der);
    for (std::size_t at = 0; at < encoded.size(); at += line) {
        text += std::string_view(encoded).substr(at, line);
        text += '\n';
    }
    text += "-----END CERTIFICATE-----\n";
    return text;
}

}  // namespace cyclone::ssl
