#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <redislive/dataprovider/data_provider.hpp>

namespace redislive::redis_store {

/// The text of the Python dict that the original stores: `{'timestamp': '1773144000', 'used': 1,
/// 'peak': 2}`.
inline std::string memory_member(const MemorySample& sample) {
    return "{'timestamp': '" + std::to_string(sample.epoch) +
           "', 'used': " + std::to_string(sample.used) +
           ", 'peak': " + std::to_string(sample.peak) + "}";
}

namespace detail {

inline std::string_view skip_spaces(std::string_view text) {
    const auto start = text.find_first_not_of(" \t\r\n");
    return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

}  // namespace detail

/// The number under `name` in the text of a flat Python dict or JSON object; it may stand in
/// quotes. Nothing when there is none.
inline std::optional<std::int64_t> number_in_dict(std::string_view text, std::string_view name) {
    for (std::size_t at = text.find(name); at != std::string_view::npos;
         at = text.find(name, at + 1)) {
        const std::size_t end = at + name.size();
        if (at == 0 || end >= text.size() || (text[at - 1] != '\'' && text[at - 1] != '"') ||
            text[end] != text[at - 1]) {
            continue;
        }
        std::string_view rest = detail::skip_spaces(text.substr(end + 1));
        if (!rest.starts_with(':')) {
            continue;
        }
        rest = detail::skip_spaces(rest.substr(1));
        // Python 2 writes u'...' for text.
        if (rest.starts_with('u')) {
            rest.remove_prefix(1);
        }
        if (rest.starts_with('\'') || rest.starts_with('"')) {
            rest.remove_prefix(1);
        }
        std::int64_t number = 0;
        const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
        if (error == std::errc()) {
            return number;
        }
    }
    return std::nullopt;
}

/// Reads a member of `ID:memory`, Python's or JSON. `score` is its time. Nothing when it is
/// neither.
inline std::optional<MemorySample> read_memory_member(std::string_view member, double score) {
    const auto used = number_in_dict(member, "used");
    const auto peak = number_in_dict(member, "peak");
    if (!used || !peak) {
        return std::nullopt;
    }
    return MemorySample{static_cast<std::int64_t>(score), *used, *peak};
}

}  // namespace redislive::redis_store
