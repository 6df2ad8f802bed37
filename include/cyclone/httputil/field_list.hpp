#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

namespace cyclone::httputil::detail {

/// Without the spaces and tabs at both ends (OWS of RFC 9110 5.6.3).
constexpr std::string_view without_ows(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
        text.remove_prefix(1);
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
        text.remove_suffix(1);
    }
    return text;
}

/// Calls `f` with each element of a list in a header field, until it gives false; whether it never did. Elements that
/// are empty are left out (RFC 9110 5.6.1.2). For fields whose elements cannot have a comma within quotes.
template <class F>
bool for_each_element(std::string_view field, F f) {
    while (!field.empty()) {
        const std::string_view element = field.substr(0, field.find(','));
        field.remove_prefix(std::min(element.size() + 1, field.size()));
        if (!without_ows(element).empty() && !f(without_ows(element))) {
            return false;
        }
    }
    return true;
}

/// The same as a list.
inline std::vector<std::string_view> list_elements(std::string_view field) {
    std::vector<std::string_view> elements;
    for_each_element(field, [&elements](std::string_view element) {
        elements.push_back(element);
        return true;
    });
    return elements;
}

}  // namespace cyclone::httputil::detail
