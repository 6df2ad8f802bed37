#pragma once

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/cached_replies.hpp>

namespace cyclone::redis {
namespace detail {

/// What a reply takes in memory, roughly.
inline std::size_t size_of(const Reply& reply) {
    std::size_t bytes = sizeof reply;
    if (reply.is_text()) {
        bytes += reply.text().size();
    } else if (reply.is_aggregate()) {
        for (const Reply& element : reply.elements()) {
            bytes += size_of(element);
        }
    }
    return bytes;
}

}  // namespace detail

CYCLONE_INLINE const Reply* CachedReplies::find(std::string_view key, const std::string& command) {
    const auto place = places_.find(key);
    if (place == places_.end()) {
        return nullptr;
    }
    const Keys::iterator found = place->second;
    const auto reply = found->replies.find(command);
    if (reply == found->replies.end()) {
        return nullptr;
    }
    keys_.splice(keys_.begin(), keys_, found);
    return &reply->second;
}

CYCLONE_INLINE void CachedReplies::insert(std::string_view key, const std::string& command,
                                          const Reply& reply) {
    const std::size_t bytes = detail::size_of(reply) + command.size();
    if (bytes > limits_.bytes || limits_.keys == 0) {
        return;
    }
    const auto place = places_.find(key);
    if (place == places_.end()) {
        keys_.push_front({std::string(key)});
        places_.emplace(keys_.front().name, keys_.begin());
    } else {
        keys_.splice(keys_.begin(), keys_, place->second);
    }
    Key& front = keys_.front();
    const auto [entry, is_new] = front.replies.try_emplace(command, reply);
    if (!is_new) {
        const std::size_t before = detail::size_of(entry->second) + command.size();
        front.bytes -= before;
        bytes_ -= before;
        entry->second = reply;
    }
    front.bytes += bytes;
    bytes_ += bytes;
    while (keys_.size() > 1 && (keys_.size() > limits_.keys || bytes_ > limits_.bytes)) {
        forget(std::prev(keys_.end()));
    }
    // Many different reads of one key.
    if (bytes_ > limits_.bytes) {
        forget(keys_.begin());
    }
}

CYCLONE_INLINE void CachedReplies::take(const Reply& push) {
    if (!push.is_aggregate() || push.elements().size() < 2 || !push.elements()[0].is_text() ||
        push.elements()[0].text() != "invalidate") {
        return;
    }
    const Reply& keys = push.elements()[1];
    // Nil: all of them, as after FLUSHALL.
    if (!keys.is_aggregate()) {
        clear();
        return;
    }
    for (const Reply& key : keys.elements()) {
        if (key.is_text()) {
            forget(key.text());
        }
    }
}

CYCLONE_INLINE void CachedReplies::forget(std::string_view key) {
    if (const auto place = places_.find(key); place != places_.end()) {
        forget(place->second);
    }
}

CYCLONE_INLINE void CachedReplies::forget(Keys::iterator key) {
    bytes_ -= key->bytes;
    places_.erase(key->name);
    keys_.erase(key);
}

CYCLONE_INLINE void CachedReplies::clear() {
    places_.clear();
    keys_.clear();
    bytes_ = 0;
}

}  // namespace cyclone::redis
