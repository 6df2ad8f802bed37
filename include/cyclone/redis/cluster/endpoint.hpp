#pragma once

#include <charconv>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cyclone::redis {

/// The address of one server among several.
struct Endpoint {
    std::string host = "127.0.0.1";
    std::uint16_t port = 6379;

    /// `127.0.0.1:6379`, `[::1]:6379`.
    std::string text() const {
        const bool brackets = host.find(':') != host.npos;
        return (brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
    }

    auto operator<=>(const Endpoint&) const = default;
};

/// Reads `host:port`, with or without brackets around an IPv6 address, as MOVED and ASK write it.
/// The host may be empty. Nothing, where there is no port.
inline std::optional<Endpoint> parse_endpoint(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == text.npos) {
        return std::nullopt;
    }
    std::string_view host = text.substr(0, colon);
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    }
    const char* last = text.data() + text.size();
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data() + colon + 1, last, port);
    if (error != std::errc() || end != last || port == 0) {
        return std::nullopt;
    }
    return Endpoint{std::string(host), port};
}

}  // namespace cyclone::redis
