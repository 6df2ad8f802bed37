#pragma once

#include <algorithm>
#include <charconv>
#include <system_error>

#include <cyclone/escape/url.hpp>
#include <cyclone/httputil/url.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::httputil {

namespace detail {

CYCLONE_INLINE std::optional<Arguments> parse_query(std::string_view query, bool keep_blank_values,
                                                    std::size_t max_arguments) {
    Arguments arguments;
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const auto equals = pair.find('=');
        const std::string_view value =
            equals == pair.npos ? std::string_view() : pair.substr(equals + 1);
        if (pair.empty() || (value.empty() && !keep_blank_values)) {
            continue;
        }
        if (arguments.size() == max_arguments) {
            return std::nullopt;
        }
        arguments.add(escape::url_unescape(pair.substr(0, equals)), escape::url_unescape(value));
    }
    return arguments;
}

}  // namespace detail

CYCLONE_INLINE Arguments parse_qs_bytes(std::string_view query, bool keep_blank_values) {
    return *detail::parse_query(query, keep_blank_values, query.size());
}

CYCLONE_INLINE std::optional<Arguments> parse_qs_bytes_bounded(std::string_view query,
                                                               std::size_t max_arguments) {
    return detail::parse_query(query, true, max_arguments);
}

CYCLONE_INLINE std::string url_concat(std::string_view url, const Arguments& arguments) {
    const std::string_view before_fragment = url.substr(0, url.find('#'));
    const std::string_view fragment = url.substr(before_fragment.size());
    const std::string_view path = before_fragment.substr(0, before_fragment.find('?'));
    std::string_view query = before_fragment.substr(path.size());
    query.remove_prefix(query.empty() ? 0 : 1);

    Arguments all = parse_qs_bytes(query, true);
    all.append(arguments);
    std::string result(path);
    char separator = '?';
    for (const auto& [name, value] : all) {
        result += separator;
        result += escape::url_escape(name);
        result += '=';
        result += escape::url_escape(value);
        separator = '&';
    }
    result += fragment;
    return result;
}

CYCLONE_INLINE HostAndPort split_host_and_port(std::string_view netloc) {
    const auto colon = netloc.rfind(':');
    if (colon == netloc.npos || colon == 0) {
        return {netloc, std::nullopt};
    }
    const std::string_view host = netloc.substr(0, colon);
    const bool bare_ipv6 = !host.ends_with(']') && host.find(':') != host.npos;
    std::uint16_t port = 0;
    const auto [end, error] =
        std::from_chars(netloc.data() + colon + 1, netloc.data() + netloc.size(), port);
    if (bare_ipv6 || error != std::errc() || end != netloc.data() + netloc.size()) {
        return {netloc, std::nullopt};
    }
    return {host, port};
}

}  // namespace cyclone::httputil
