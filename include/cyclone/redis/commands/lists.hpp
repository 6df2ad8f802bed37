#pragma once

#include <cstdint>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cyclone::redis {

/// Commands on lists. As in cyclone.redis. Indices count from the back when negative.
template <class Derived, template <class> class Result>
class ListCommands {
public:
    /// Values, or ranges of values, each put before the one before. Gives the new length.
    template <class... Values>
    Result<std::int64_t> lpush(std::string_view key, const Values&... values) {
        return self().template command<std::int64_t>("LPUSH", key, values...);
    }
    template <class... Values>
    Result<std::int64_t> rpush(std::string_view key, const Values&... values) {
        return self().template command<std::int64_t>("RPUSH", key, values...);
    }
    template <class T = std::optional<std::string>>
    Result<T> lpop(std::string_view key) {
        return self().template command<T>("LPOP", key);
    }
    template <class T = std::optional<std::string>>
    Result<T> rpop(std::string_view key) {
        return self().template command<T>("RPOP", key);
    }
    /// From `start` to `end` inclusive.
    template <class T = std::vector<std::string>>
    Result<T> lrange(std::string_view key, std::int64_t start = 0, std::int64_t end = -1) {
        return self().template command<T>("LRANGE", key, start, end);
    }
    Result<std::int64_t> llen(std::string_view key) {
        return self().template command<std::int64_t>("LLEN", key);
    }
    template <class T = std::optional<std::string>>
    Result<T> lindex(std::string_view key, std::int64_t index) {
        return self().template command<T>("LINDEX", key, index);
    }
    template <class V>
    Result<void> lset(std::string_view key, std::int64_t index, const V& value) {
        return self().template command<void>("LSET", key, index, value);
    }
    /// Keeps `start` to `end` inclusive.
    Result<void> ltrim(std::string_view key, std::int64_t start, std::int64_t end) {
        return self().template command<void>("LTRIM", key, start, end);
    }
    /// Takes `count` equal values out, from the back when negative, all when 0. Gives how many
    /// there were.
    template <class V>
    Result<std::int64_t> lrem(std::string_view key, std::int64_t count, const V& value) {
        return self().template command<std::int64_t>("LREM", key, count, value);
    }

    /// As lpush(), but only where there is such a list.
    template <class... Values>
    Result<std::int64_t> lpushx(std::string_view key, const Values&... values) {
        return self().template command<std::int64_t>("LPUSHX", key, values...);
    }
    template <class... Values>
    Result<std::int64_t> rpushx(std::string_view key, const Values&... values) {
        return self().template command<std::int64_t>("RPUSHX", key, values...);
    }
    /// Several from one end, at most `count`; nothing when there is no such list.
    template <class T = std::optional<std::vector<std::string>>>
    Result<T> lpop(std::string_view key, std::int64_t count) {
        return self().template command<T>("LPOP", key, count);
    }
    template <class T = std::optional<std::vector<std::string>>>
    Result<T> rpop(std::string_view key, std::int64_t count) {
        return self().template command<T>("RPOP", key, count);
    }
    /// `where` is "BEFORE" or "AFTER". Gives the new length; -1 when there is no `pivot`.
    template <class P, class V>
    Result<std::int64_t> linsert(std::string_view key, std::string_view where, const P& pivot,
                                 const V& value) {
        return self().template command<std::int64_t>("LINSERT", key, where, pivot, value);
    }
    template <class V>
    Result<std::optional<std::int64_t>> lpos(std::string_view key, const V& value) {
        return self().template command<std::optional<std::int64_t>>("LPOS", key, value);
    }
    /// The last of `from` becomes the first of `to`.
    template <class T = std::optional<std::string>>
    Result<T> rpoplpush(std::string_view from, std::string_view to) {
        return self().template command<T>("RPOPLPUSH", from, to);
    }
    /// `from_end` and `to_end` are "LEFT" or "RIGHT".
    template <class T = std::optional<std::string>>
    Result<T> lmove(std::string_view from, std::string_view to, std::string_view from_end,
                    std::string_view to_end) {
        return self().template command<T>("LMOVE", from, to, from_end, to_end);
    }

    /// From the first of `keys`, a range, that is not empty: its name and at most `count` elements;
    /// nothing when all are. `end` is "LEFT" or "RIGHT".
    template <std::ranges::forward_range Keys>
    Result<std::optional<std::pair<std::string, std::vector<std::string>>>> lmpop(
        const Keys& keys, std::string_view end, std::int64_t count = 1) {
        using T = std::optional<std::pair<std::string, std::vector<std::string>>>;
        return self().template command<T>("LMPOP", std::ranges::distance(keys), keys, end, "COUNT",
                                          count);
    }

private:
    Derived& self() { return static_cast<Derived&>(*this); }
};

}  // namespace cyclone::redis
