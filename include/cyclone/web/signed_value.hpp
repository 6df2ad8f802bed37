#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <cyclone/web/cookie_secret.hpp>

namespace cyclone::web {

/// As tornado.web.DEFAULT_SIGNED_VALUE_VERSION and its like.
inline constexpr int default_signed_value_version = 2;
inline constexpr int default_signed_value_min_version = 1;
inline constexpr int min_supported_signed_value_version = 1;
inline constexpr int max_supported_signed_value_version = 2;

/// Values that come back unchanged or not at all: with a time and a signature. Tornado reads what
/// is made here, and the other way round. As tornado.web.create_signed_value.
///
/// `version` is 2 (HMAC-SHA256) or 1 (HMAC-SHA1, for old cookies alone). Throws
/// std::invalid_argument for another one, and for secrets with versions where `key_version` is none
/// of them.
std::string create_signed_value(
    const CookieSecret& secret, std::string_view name, std::string_view value,
    int version = default_signed_value_version, std::optional<int> key_version = std::nullopt,
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

struct SignedValueLimits {
    double max_age_days = 31;
    /// Values of an older format are refused.
    int min_version = default_signed_value_min_version;
};

/// The value that was signed; nullopt when it is none of ours, for another name, or too old. As
/// tornado.web.decode_signed_value.
std::optional<std::string> decode_signed_value(
    const CookieSecret& secret, std::string_view name, std::string_view text,
    const SignedValueLimits& limits = {},
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

/// Which key `text` says it is signed with, unchecked; nullopt for format 1 and what is none.
std::optional<int> get_signature_key_version(std::string_view text);

}  // namespace cyclone::web

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/web_signed_value.ipp>
#endif
