#pragma once

#include <stdexcept>
#include <string>

#include <cyclone/httputil/field_list.hpp>
#include <cyclone/httputil/http_headers.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::httputil {

CYCLONE_INLINE HTTPHeaders HTTPHeaders::parse(std::string_view text) {
    HTTPHeaders headers;
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        if (!line.empty()) {
            headers.parse_line(line);
        }
    }
    return headers;
}

CYCLONE_INLINE void HTTPHeaders::parse_line(std::string_view line) {
    if (line.starts_with(' ') || line.starts_with('\t')) {
        if (fields_.empty()) {
            throw std::invalid_argument("the first line of a header cannot go on one before it: '" +
                                        std::string(line) + "'");
        }
        Field& last = fields_.back();
        std::string whole(last.value);
        whole += ' ';
        whole += detail::without_ows(line);
        require_valid_value(last.name, whole);
        last.value = store(whole);
        return;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
        throw std::invalid_argument("a header field has no colon: '" + std::string(line) + "'");
    }
    add(line.substr(0, colon), detail::without_ows(line.substr(colon + 1)));
}

}  // namespace cyclone::httputil
