#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cyclone::web {

/// What guards against forged requests: random bytes that a cookie and the form both have to bring.
/// As Tornado's, which reads these and writes such.
struct XsrfToken {
    /// Of the format that it was read from.
    int version = 2;
    std::string token;
    /// Unix time of its making.
    std::int64_t timestamp = 0;
};

/// A new one, of 16 random bytes.
XsrfToken make_xsrf_token(
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

/// The text of a token: version 2 is masked anew with each call, so that it cannot be guessed from
/// the lengths of compressed pages (BREACH); version 1 is plain. Throws std::invalid_argument for
/// another one.
std::string encode_xsrf_token(const XsrfToken& token, int version = 2);

/// nullopt for what is no token. As RequestHandler._decode_xsrf_token.
std::optional<XsrfToken> decode_xsrf_token(std::string_view text);

/// Compares what two tokens stand for, in a time that tells nothing.
bool same_xsrf_token(const XsrfToken& a, const XsrfToken& b);

}  // namespace cyclone::web

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/web_xsrf_token.ipp>
#endif
