#pragma once

#include <cstddef>

#include <cyclone/httputil/etag.hpp>
#include <cyclone/httputil/field_list.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::httputil {

CYCLONE_INLINE bool etag_matches(std::string_view list, std::string_view etag,
                                 EtagComparison comparison) {
    if (detail::without_ows(list) == "*") {
        return true;
    }
    const bool weak = etag.starts_with("W/");
    const std::string_view opaque = etag.substr(weak ? 2 : 0);
    if (weak && comparison == EtagComparison::strong) {
        return false;
    }
    for (std::size_t quote = list.find('"'); quote != list.npos;) {
        const auto end = list.find('"', quote + 1);
        if (end == list.npos) {
            return false;
        }
        const bool listed_weak = list.substr(0, quote).ends_with("W/");
        if (list.substr(quote, end + 1 - quote) == opaque &&
            (!listed_weak || comparison == EtagComparison::weak)) {
            return true;
        }
        quote = list.find('"', end + 1);
    }
    return false;
}

}  // namespace cyclone::httputil
