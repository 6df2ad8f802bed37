#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cyclone::httpclient {

/// An http or https URL, taken apart (RFC 9110 4.2).
struct Url {
    bool secure = false;
    /// In lower case, without the brackets of an IPv6 address.
    std::string host{};
    std::uint16_t port = 80;
    /// Path and query: "/user?id=1".
    std::string target{};
    /// Without its #.
    std::string fragment{};
    /// `user:password@`, percent-decoded.
    std::optional<std::string> username{};
    std::string password{};

    /// For the Host field: with brackets, and with the port where it is not the scheme's own.
    std::string authority() const;
    /// All of it but user and password, so that it may stand in a log.
    std::string text() const;
    /// Whether scheme, host and port are the same (RFC 6454).
    bool same_origin(const Url& other) const;
};

/// Throws std::invalid_argument, by a sentence that names what is wrong. Bytes beyond ASCII are
/// percent-encoded in path and query.
Url parse_url(std::string_view url);

/// What `reference`, a Location field perhaps, means on the page `base` (RFC 3986 5.2): an absolute
/// URL, whatever its scheme.
std::string resolve_reference(const Url& base, std::string_view reference);

}  // namespace cyclone::httpclient

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/httpclient_url.ipp>
#endif
