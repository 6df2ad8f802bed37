#pragma once

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <stdexcept>

#include <cyclone/escape/base64.hpp>
#include <cyclone/escape/hex.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/web/signed_value.hpp>

namespace cyclone::web {

namespace detail {

inline std::string hmac_hex(const EVP_MD* hash, std::string_view key, std::string_view text) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    const void* const bytes = text.data();
    if (HMAC(hash, key.data(), static_cast<int>(key.size()),
             static_cast<const unsigned char*>(bytes), text.size(), digest, &size) == nullptr) {
        throw std::runtime_error("OpenSSL cannot compute an HMAC");
    }
    const void* const result = digest;
    return escape::hex_encode({static_cast<const char*>(result), size});
}

/// Takes as long for texts that differ at the front as for those that differ at the end.
inline bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

template <class T>
std::optional<T> whole_number(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                    : std::nullopt;
}

inline std::string sized_field(std::string_view text) {
    return std::to_string(text.size()) + ":" + std::string(text);
}

/// 1 also for what has no version in front.
inline int signed_value_version(std::string_view text) {
    const std::size_t bar = text.find('|');
    if (bar == std::string_view::npos || text.starts_with('0')) {
        return 1;
    }
    // A time in the format 1 may look like a version; but not like a small one.
    const int version = whole_number<int>(text.substr(0, bar)).value_or(1);
    return version > 999 || version < 1 ? 1 : version;
}

struct SignedFields {
    int key_version;
    std::string_view timestamp;
    std::string_view name;
    std::string_view value;
    std::string_view signature;
    /// All in front of the signature.
    std::string_view signed_text;
};

inline std::optional<std::string_view> take_sized_field(std::string_view& rest) {
    const std::size_t colon = rest.find(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    const auto size = whole_number<std::size_t>(rest.substr(0, colon));
    rest.remove_prefix(colon + 1);
    if (!size || rest.size() <= *size || rest[*size] != '|') {
        return std::nullopt;
    }
    const std::string_view field = rest.substr(0, *size);
    rest.remove_prefix(*size + 1);
    return field;
}

inline std::optional<SignedFields> take_signed_fields(std::string_view text) {
    std::string_view rest = text.substr(2);
    const auto key_field = take_sized_field(rest);
    const auto timestamp = key_field ? take_sized_field(rest) : std::nullopt;
    const auto name = timestamp ? take_sized_field(rest) : std::nullopt;
    const auto value = name ? take_sized_field(rest) : std::nullopt;
    const auto key_version = value ? whole_number<int>(*key_field) : std::nullopt;
    if (!key_version) {
        return std::nullopt;
    }
    return SignedFields{*key_version, *timestamp, *name,
                        *value,       rest,       text.substr(0, text.size() - rest.size())};
}

inline std::optional<std::string> decode_signed_v1(std::string_view secret, std::string_view name,
                                                   std::string_view text, double max_age_days,
                                                   double now) {
    const std::size_t first = text.find('|');
    const std::size_t second = text.find('|', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos ||
        text.find('|', second + 1) != std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view value = text.substr(0, first);
    const std::string_view time = text.substr(first + 1, second - first - 1);
    std::string signed_text(name);
    signed_text.append(value).append(time);
    if (!equal_in_constant_time(text.substr(second + 1),
                                hmac_hex(EVP_sha1(), secret, signed_text))) {
        return std::nullopt;
    }
    const auto timestamp = whole_number<std::int64_t>(time);
    // Nothing parts value and time in what is signed: digits may have been moved from one to the
    // other.
    if (!timestamp || time.starts_with('0')) {
        return std::nullopt;
    }
    const auto seconds = static_cast<double>(*timestamp);
    if (seconds < now - max_age_days * 86400 || seconds > now + 31 * 86400) {
        return std::nullopt;
    }
    return escape::base64_decode(value);
}

inline std::optional<std::string> decode_signed_v2(const CookieSecret& secrets,
                                                   std::string_view name, std::string_view text,
                                                   double max_age_days, double now) {
    const auto fields = take_signed_fields(text);
    if (!fields) {
        return std::nullopt;
    }
    const auto secret = secrets.find(fields->key_version);
    if (!secret || !equal_in_constant_time(fields->signature,
                                           hmac_hex(EVP_sha256(), *secret, fields->signed_text))) {
        return std::nullopt;
    }
    const auto timestamp = whole_number<std::int64_t>(fields->timestamp);
    if (fields->name != name || !timestamp ||
        static_cast<double>(*timestamp) < now - max_age_days * 86400) {
        return std::nullopt;
    }
    return escape::base64_decode(fields->value);
}

inline double unix_seconds(std::chrono::system_clock::time_point time) {
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

}  // namespace detail

CYCLONE_INLINE std::string create_signed_value(const CookieSecret& secret, std::string_view name,
                                               std::string_view value, int version,
                                               std::optional<int> key_version,
                                               std::chrono::system_clock::time_point now) {
    const std::string timestamp =
        std::to_string(static_cast<std::int64_t>(std::floor(detail::unix_seconds(now))));
    const std::string encoded = escape::base64_encode(value);
    const auto key = secret.find(key_version.value_or(0));
    if (secret.versioned() && (!key_version || !key)) {
        throw std::invalid_argument(
            "the setting key_version must say with which of the secrets in cookie_secret to sign");
    }
    if (!key) {
        throw std::invalid_argument("there is no secret to sign with");
    }
    if (version == 1) {
        if (secret.versioned()) {
            throw std::invalid_argument("version 1 of signed values has no versions of keys");
        }
        std::string signed_text(name);
        signed_text.append(encoded).append(timestamp);
        return encoded + "|" + timestamp + "|" + detail::hmac_hex(EVP_sha1(), *key, signed_text);
    }
    if (version != 2) {
        throw std::invalid_argument("signed values have the versions 1 and 2, not " +
                                    std::to_string(version));
    }
    std::string text = "2|" + detail::sized_field(std::to_string(key_version.value_or(0))) + "|" +
                       detail::sized_field(timestamp) + "|" + detail::sized_field(name) + "|" +
                       detail::sized_field(encoded) + "|";
    text += detail::hmac_hex(EVP_sha256(), *key, text);
    return text;
}

CYCLONE_INLINE std::optional<std::string> decode_signed_value(
    const CookieSecret& secret, std::string_view name, std::string_view text,
    const SignedValueLimits& limits, std::chrono::system_clock::time_point now) {
    if (limits.min_version > 2) {
        throw std::invalid_argument("signed values have the versions 1 and 2, not " +
                                    std::to_string(limits.min_version));
    }
    const int version = detail::signed_value_version(text);
    if (text.empty() || secret.empty() || version < limits.min_version) {
        return std::nullopt;
    }
    const double seconds = detail::unix_seconds(now);
    if (version == 1 && !secret.versioned()) {
        return detail::decode_signed_v1(*secret.find(0), name, text, limits.max_age_days, seconds);
    }
    if (version == 2) {
        return detail::decode_signed_v2(secret, name, text, limits.max_age_days, seconds);
    }
    return std::nullopt;
}

CYCLONE_INLINE std::optional<int> get_signature_key_version(std::string_view text) {
    if (detail::signed_value_version(text) != 2) {
        return std::nullopt;
    }
    const auto fields = detail::take_signed_fields(text);
    return fields ? std::optional(fields->key_version) : std::nullopt;
}

}  // namespace cyclone::web
