#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include <cyclone/redis/reply.hpp>

namespace cyclone::redis {

/// How much a Cache keeps.
struct CacheLimits {
    /// Keys; the one that has been read longest ago goes first.
    std::size_t keys = 10000;
    /// All replies together, roughly.
    std::size_t bytes = 64 * 1024 * 1024;
};

/// Replies to commands that read a key, until the key is said to have changed. Does no I/O.
class CachedReplies {
public:
    explicit CachedReplies(const CacheLimits& limits = {}) : limits_(limits) {}

    /// The reply to the encoded `command`, which reads `key`; null: not known. Valid until the next
    /// call of anything here.
    const Reply* find(std::string_view key, const std::string& command);

    /// Keeps a reply, and forgets what exceeds the limits.
    void insert(std::string_view key, const std::string& command, const Reply& reply);

    /// Takes in what the server has pushed; what is no invalidation is passed over.
    void take(const Reply& push);
    void forget(std::string_view key);
    /// Forgets everything, as when the connection, and with it the server's promise to tell about
    /// changes, is lost.
    void clear();

    std::size_t size() const noexcept { return keys_.size(); }
    std::size_t bytes() const noexcept { return bytes_; }

private:
    struct Key {
        std::string name;
        std::size_t bytes = 0;
        std::map<std::string, Reply, std::less<>> replies{};
    };
    using Keys = std::list<Key>;  // the one that was read last first

    void forget(Keys::iterator key);

    CacheLimits limits_;
    Keys keys_;
    // The names lie in keys_.
    std::unordered_map<std::string_view, Keys::iterator> places_;
    std::size_t bytes_ = 0;
};

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_cached_replies.ipp>
#endif
