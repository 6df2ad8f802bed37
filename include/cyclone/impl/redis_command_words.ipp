#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/command_table.hpp>
#include <cyclone/redis/command_words.hpp>

namespace cyclone::redis {
namespace detail {

inline bool same_word(std::string_view word, std::string_view capitals) {
    return word.size() == capitals.size() &&
           std::equal(word.begin(), word.end(), capitals.begin(), [](char a, char b) {
               return (a >= 'a' && a <= 'z' ? static_cast<char>(a - 32) : a) == b;
           });
}

/// The number behind the sign that `rest` starts with; moves `rest` behind its line.
inline std::size_t take_size(std::string_view& rest) {
    std::size_t size = 0;
    const char* last = rest.data() + rest.size();
    const auto [end, error] = std::from_chars(rest.data() + 1, last, size);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()) + 2);
    return size;
}

inline const CommandInfo* command_of(std::span<const std::string_view> words) {
    if (words.empty()) {
        return nullptr;
    }
    return find_command(words[0], words.size() > 1 ? words[1] : std::string_view());
}

/// The place of the first key, or of their number; 0 when there is none.
inline std::size_t first_key(const KeySpec& spec, std::span<const std::string_view> words) {
    const auto size = static_cast<std::ptrdiff_t>(words.size());
    if (spec.after.empty()) {
        return spec.first < size ? static_cast<std::size_t>(spec.first) : 0;
    }
    const std::ptrdiff_t step = spec.first < 0 ? -1 : 1;
    for (std::ptrdiff_t at = spec.first < 0 ? size + spec.first : spec.first; at > 0 && at < size;
         at += step) {
        if (same_word(words[static_cast<std::size_t>(at)], spec.after)) {
            return at + 1 < size ? static_cast<std::size_t>(at + 1) : 0;
        }
    }
    return 0;
}

inline void add_keys(const KeySpec& spec, std::span<const std::string_view> words,
                     CommandWords& keys) {
    const std::size_t first = first_key(spec, words);
    if (first == 0) {
        return;
    }
    if (spec.counted) {
        std::size_t count = 0;
        std::from_chars(words[first].data(), words[first].data() + words[first].size(), count);
        count = std::min(count, words.size() - first - 1);
        keys.insert(keys.end(), words.begin() + static_cast<std::ptrdiff_t>(first + 1),
                    words.begin() + static_cast<std::ptrdiff_t>(first + 1 + count));
        return;
    }
    std::size_t last = first + static_cast<std::size_t>(std::max<int>(spec.last, 0));
    if (spec.last < 0) {
        last = words.size() - std::min(words.size(), static_cast<std::size_t>(-spec.last));
    }
    if (spec.limit > 1) {
        last = first + (words.size() - first) / static_cast<std::size_t>(spec.limit) - 1;
    }
    for (std::size_t at = first; at <= last && at < words.size();
         at += static_cast<std::size_t>(spec.step)) {
        keys.push_back(words[at]);
    }
}

}  // namespace detail

CYCLONE_INLINE CommandWords words_of(std::string_view encoded) {
    CommandWords words;
    std::size_t left = detail::take_size(encoded);
    words.reserve(left);
    for (; left > 0; --left) {
        const std::size_t size = detail::take_size(encoded);
        words.push_back(encoded.substr(0, size));
        encoded.remove_prefix(size + 2);
    }
    return words;
}

CYCLONE_INLINE CommandWords keys_of(std::span<const std::string_view> words) {
    CommandWords keys;
    if (const CommandInfo* info = detail::command_of(words)) {
        for (const KeySpec& spec : info->keys) {
            if (spec.first != 0) {
                detail::add_keys(spec, words, keys);
            }
        }
    }
    return keys;
}

CYCLONE_INLINE bool is_repeatable(std::span<const std::string_view> words) {
    const CommandInfo* info = detail::command_of(words);
    if (info == nullptr || info->is(CommandInfo::blocks)) {
        return false;
    }
    if (info->is(CommandInfo::reads)) {
        return true;
    }
    if (info->name == "SET") {
        constexpr std::array<std::string_view, 3> conditions{"NX", "XX", "GET"};
        return words.size() > 2 &&
               std::none_of(words.begin() + 3, words.end(), [&](std::string_view word) {
                   return std::any_of(
                       conditions.begin(), conditions.end(),
                       [&](std::string_view each) { return detail::same_word(word, each); });
               });
    }
    static constexpr std::array<std::string_view, 12> same_again{
        "ECHO",        "HMSET", "LSET", "MSET", "PING",       "PSETEX",
        "SCRIPT LOAD", "SETEX", "INFO", "TIME", "CONFIG SET", "CONFIG GET"};
    return std::find(same_again.begin(), same_again.end(), info->name) != same_again.end();
}

}  // namespace cyclone::redis
