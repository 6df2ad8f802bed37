#pragma once

#include <openssl/crypto.h>

#include <charconv>

#include <cyclone/escape/hex.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/web/random_bytes.hpp>
#include <cyclone/web/xsrf_token.hpp>

namespace cyclone::web {

namespace detail {

inline std::string masked(std::string_view mask, std::string_view bytes) {
    std::string result(bytes);
    for (std::size_t i = 0; i < result.size(); ++i) {
        result[i] = static_cast<char>(result[i] ^ mask[i % mask.size()]);
    }
    return result;
}

}  // namespace detail

CYCLONE_INLINE XsrfToken make_xsrf_token(std::chrono::system_clock::time_point now) {
    return {2, detail::random_bytes(16), std::chrono::system_clock::to_time_t(now)};
}

CYCLONE_INLINE std::string encode_xsrf_token(const XsrfToken& token, int version) {
    if (version == 1) {
        return escape::hex_encode(token.token);
    }
    if (version != 2) {
        throw std::invalid_argument("the setting xsrf_cookie_version is 1 or 2, not " +
                                    std::to_string(version));
    }
    const std::string mask = detail::random_bytes(4);
    return "2|" + escape::hex_encode(mask) + "|" +
           escape::hex_encode(detail::masked(mask, token.token)) + "|" +
           std::to_string(token.timestamp);
}

CYCLONE_INLINE std::optional<XsrfToken> decode_xsrf_token(std::string_view text) {
    const std::size_t bar = text.find('|');
    if (text.empty()) {
        return std::nullopt;
    }
    if (bar == std::string_view::npos) {
        // Other software's tokens of the first format need not be hexadecimal.
        auto token = escape::hex_decode(text);
        return XsrfToken{1, token ? std::move(*token) : std::string(text), 0};
    }
    const std::size_t second = text.find('|', bar + 1);
    const std::size_t third =
        second == std::string_view::npos ? second : text.find('|', second + 1);
    if (text.substr(0, bar) != "2" || third == std::string_view::npos) {
        return std::nullopt;
    }
    const auto mask = escape::hex_decode(text.substr(bar + 1, second - bar - 1));
    const auto token = escape::hex_decode(text.substr(second + 1, third - second - 1));
    const std::string_view time = text.substr(third + 1);
    std::int64_t timestamp = 0;
    const auto [end, error] = std::from_chars(time.data(), time.data() + time.size(), timestamp);
    if (!mask || mask->size() != 4 || !token || token->empty() || error != std::errc() ||
        end != time.data() + time.size()) {
        return std::nullopt;
    }
    return XsrfToken{2, detail::masked(*mask, *token), timestamp};
}

CYCLONE_INLINE bool same_xsrf_token(const XsrfToken& a, const XsrfToken& b) {
    return a.token.size() == b.token.size() &&
           CRYPTO_memcmp(a.token.data(), b.token.data(), a.token.size()) == 0;
}

}  // namespace cyclone::web
