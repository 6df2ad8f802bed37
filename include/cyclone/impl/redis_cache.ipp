#pragma once

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/cache.hpp>
#include <cyclone/redis/command_words.hpp>

namespace cyclone::redis {

CYCLONE_INLINE Cache::Cache(ConnectionOptions options, const CacheLimits& limits)
    : state_(std::make_shared<State>(limits)), db_(tracking(std::move(options))) {
    db_.on_push([weak = std::weak_ptr(state_)](Reply&& push) {
        if (const auto state = weak.lock()) {
            state->replies.take(push);
        }
    });
    db_.on_lost([weak = std::weak_ptr(state_)](const std::string&) {
        if (const auto state = weak.lock()) {
            state->replies.clear();
        }
    });
}

CYCLONE_INLINE ConnectionOptions Cache::tracking(ConnectionOptions options) {
    options.protocol = Protocol::resp3;
    if (options.tracking.empty()) {
        options.tracking = {"ON"};
    }
    return options;
}

CYCLONE_INLINE void Cache::require_read(std::string_view encoded, std::string_view key) {
    const CommandWords words = words_of(encoded);
    const CommandInfo* const info = find_command(words[0]);
    const CommandWords keys = keys_of(words);
    std::string_view why;
    if (info == nullptr) {
        why = "what it does is not known";
    } else if (!info->is(CommandInfo::reads)) {
        why = "it does more than read";
    } else if (keys.size() != 1 || keys[0] != key || words[1] != key) {
        why = "it has to read one key, its first argument";
    }
    if (!why.empty()) {
        throw std::invalid_argument("redis: Cache: " + std::string(words[0]) + ": " +
                                    std::string(why) + "; use connection()");
    }
}

}  // namespace cyclone::redis
