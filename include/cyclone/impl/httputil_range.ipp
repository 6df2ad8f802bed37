#pragma once

#include <algorithm>
#include <charconv>
#include <limits>
#include <system_error>

#include <cyclone/httputil/field_list.hpp>
#include <cyclone/httputil/http_headers.hpp>
#include <cyclone/httputil/range.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::httputil {

namespace detail {

/// False when `text` is neither empty nor a number.
CYCLONE_INLINE bool parse_position(std::string_view text, std::optional<std::uint64_t>& position) {
    if (text.empty()) {
        return true;
    }
    if (!std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) {
        return false;
    }
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    position = error == std::errc() ? value : std::numeric_limits<std::uint64_t>::max();
    return true;
}

CYCLONE_INLINE std::optional<ByteRange> resolved(const RangeSpec& spec, std::uint64_t size) {
    if (!spec.first) {
        const std::uint64_t length = std::min(*spec.last, size);
        return length == 0 ? std::nullopt : std::optional(ByteRange{size - length, size - 1});
    }
    if (*spec.first >= size) {
        return std::nullopt;
    }
    return ByteRange{*spec.first, spec.last ? std::min(*spec.last, size - 1) : size - 1};
}

CYCLONE_INLINE bool overlap(std::vector<ByteRange> ranges) {
    std::ranges::sort(ranges, {}, &ByteRange::first);
    return std::ranges::adjacent_find(ranges, [](const ByteRange& a, const ByteRange& b) {
               return b.first <= a.last;
           }) != ranges.end();
}

}  // namespace detail

CYCLONE_INLINE std::optional<std::vector<RangeSpec>> parse_range(std::string_view header) {
    const auto equals = header.find('=');
    if (equals == header.npos ||
        !detail::equal_ignoring_case(detail::without_ows(header.substr(0, equals)), "bytes")) {
        return std::nullopt;
    }
    std::vector<RangeSpec> specs;
    for (const std::string_view element : detail::list_elements(header.substr(equals + 1))) {
        const auto dash = element.find('-');
        RangeSpec spec;
        if (dash == element.npos || !detail::parse_position(element.substr(0, dash), spec.first) ||
            !detail::parse_position(element.substr(dash + 1), spec.last) ||
            (!spec.first && !spec.last) || (spec.first && spec.last && *spec.last < *spec.first)) {
            return std::nullopt;
        }
        specs.push_back(spec);
    }
    return specs.empty() ? std::nullopt : std::optional(std::move(specs));
}

CYCLONE_INLINE ResolvedRanges resolve_range(std::optional<std::string_view> header,
                                            std::uint64_t size, std::size_t max_ranges) {
    if (!header) {
        return {};
    }
    const auto specs = parse_range(*header);
    if (!specs || specs->size() > max_ranges) {
        return {RangeOutcome::ignore};
    }
    ResolvedRanges result{RangeOutcome::ranges};
    for (const RangeSpec& spec : *specs) {
        if (const auto range = detail::resolved(spec, size)) {
            result.ranges.push_back(*range);
        }
    }
    if (result.ranges.empty()) {
        return {RangeOutcome::unsatisfiable};
    }
    if (detail::overlap(result.ranges)) {
        return {RangeOutcome::ignore};
    }
    return result;
}

CYCLONE_INLINE std::string format_content_range(const ByteRange& range, std::uint64_t size) {
    return "bytes " + std::to_string(range.first) + '-' + std::to_string(range.last) + '/' +
           std::to_string(size);
}

CYCLONE_INLINE std::string format_unsatisfied_range(std::uint64_t size) {
    return "bytes */" + std::to_string(size);
}

}  // namespace cyclone::httputil
