#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <cyclone/httputil/arguments.hpp>

namespace cyclone::httputil {

/// Takes `a=1&b=2` apart and decodes it. As tornado.escape.parse_qs_bytes: an argument without a
/// value is left out unless `keep_blank_values`, and nothing is refused.
Arguments parse_qs_bytes(std::string_view query, bool keep_blank_values = false);

/// As parse_qs_bytes() with blank values kept; nullopt when there are more than `max_arguments`,
/// which take many times the memory of the text.
std::optional<Arguments> parse_qs_bytes_bounded(std::string_view query, std::size_t max_arguments);

/// `url` with `arguments` behind those that its query has, before the fragment. As
/// tornado.httputil.url_concat.
std::string url_concat(std::string_view url, const Arguments& arguments);

/// `host` points into the text that was taken apart.
struct HostAndPort {
    std::string_view host;
    std::optional<std::uint16_t> port;

    friend bool operator==(const HostAndPort&, const HostAndPort&) = default;
};

/// Takes `host:port` apart; a host keeps the brackets of an IPv6 address. As
/// tornado.httputil.split_host_and_port, but for an IPv6 address without brackets and a port past
/// 65535: then all of it is the host.
HostAndPort split_host_and_port(std::string_view netloc);

}  // namespace cyclone::httputil

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/httputil_url.ipp>
#endif
