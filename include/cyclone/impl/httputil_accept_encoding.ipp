#pragma once

#include <cstddef>

#include <cyclone/httputil/accept_encoding.hpp>
#include <cyclone/httputil/field_list.hpp>
#include <cyclone/httputil/http_headers.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::httputil {

namespace detail {

struct WeightedCoding {
    std::string_view name;
    int weight;
};

CYCLONE_INLINE std::optional<WeightedCoding> parse_weighted_coding(std::string_view element) {
    const auto semicolon = element.find(';');
    const std::string_view name = without_ows(element.substr(0, semicolon));
    if (semicolon == element.npos) {
        return WeightedCoding{name, 1000};
    }
    const std::string_view parameter = without_ows(element.substr(semicolon + 1));
    if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) {
        return std::nullopt;
    }
    const auto weight = parse_weight(parameter.substr(2));
    return weight ? std::optional(WeightedCoding{name, *weight}) : std::nullopt;
}

/// gzip was x-gzip once (RFC 9110 8.4.1.3).
CYCLONE_INLINE bool same_coding(std::string_view a, std::string_view b) {
    const auto without_x = [](std::string_view name) {
        return equal_ignoring_case(name, "x-gzip") ? name.substr(2) : name;
    };
    return equal_ignoring_case(without_x(a), without_x(b));
}

/// nullopt for a coding that the client does not speak of.
CYCLONE_INLINE std::optional<int> weight_of(const std::vector<WeightedCoding>& wanted,
                                            std::string_view name) {
    std::optional<int> of_all;
    for (const WeightedCoding& coding : wanted) {
        if (same_coding(coding.name, name)) {
            return coding.weight;
        }
        if (coding.name == "*") {
            of_all = coding.weight;
        }
    }
    return of_all;
}

}  // namespace detail

CYCLONE_INLINE std::optional<int> parse_weight(std::string_view text) {
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1') ||
        (text.size() > 1 && text[1] != '.')) {
        return std::nullopt;
    }
    int weight = (text[0] - '0') * 1000;
    int place = 100;
    for (std::size_t i = 2; i < text.size(); ++i, place /= 10) {
        if (text[i] < '0' || text[i] > '9') {
            return std::nullopt;
        }
        weight += (text[i] - '0') * place;
    }
    return weight <= 1000 ? std::optional(weight) : std::nullopt;
}

CYCLONE_INLINE std::optional<std::string_view> choose_encoding(
    std::optional<std::string_view> header, std::span<const std::string_view> offered) {
    if (!header) {
        return std::nullopt;
    }
    std::vector<detail::WeightedCoding> wanted;
    for (const std::string_view element : detail::list_elements(*header)) {
        if (const auto coding = detail::parse_weighted_coding(element)) {
            wanted.push_back(*coding);
        }
    }
    // What is not spoken of is acceptable as it is, but less so than anything that is asked for. A
    // * speaks of all.
    int best_weight = 0;
    for (const detail::WeightedCoding& coding : wanted) {
        if (detail::equal_ignoring_case(coding.name, "identity")) {
            best_weight = coding.weight;
        }
    }
    std::optional<std::string_view> best;
    for (const std::string_view coding : offered) {
        const int weight = detail::weight_of(wanted, coding).value_or(0);
        // Among equals a coding is worth more than none.
        if (weight > 0 && (weight > best_weight || (!best && weight == best_weight))) {
            best = coding;
            best_weight = weight;
        }
    }
    return best;
}

}  // namespace cyclone::httputil
