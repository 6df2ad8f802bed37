#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cyclone::redis {

/// What SET may be told.
struct SetOptions {
    /// Lets the key end after this time.
    std::optional<std::chrono::milliseconds> expire = std::nullopt;
    bool only_if_exists = false;
    bool only_if_not_exists = false;
    /// Keeps the end that the key had.
    bool keep_ttl = false;
};

/// Commands on strings. As in cyclone.redis.
///
/// A value is what append_command() takes for one argument. What is read comes as the T that is
/// asked for, by default a string, with std::optional where there may be no such key.
template <class Derived, template <class> class Result>
class StringCommands {
public:
    /// The value; empty when there is no such key. `get<std::optional<int>>(key)` converts.
    template <class T = std::optional<std::string>>
    Result<T> get(std::string_view key) {
        return self().template command<T>("GET", key);
    }

    /// Whether it was set, which is false only when an `only_if_...` forbade it.
    template <class V>
    Result<bool> set(std::string_view key, const V& value, const SetOptions& options = {}) {
        std::optional<std::pair<std::string_view, std::int64_t>> expire;
        if (options.expire) {
            expire.emplace("PX", options.expire->count());
        }
        return self().template command<bool>(
            "SET", key, value, expire, flag(options.only_if_exists, "XX"),
            flag(options.only_if_not_exists, "NX"), flag(options.keep_ttl, "KEEPTTL"));
    }
    template <class V>
    Result<void> setex(std::string_view key, std::chrono::seconds time, const V& value) {
        return self().template command<void>("SETEX", key, time.count(), value);
    }
    template <class V>
    Result<void> psetex(std::string_view key, std::chrono::milliseconds time, const V& value) {
        return self().template command<void>("PSETEX", key, time.count(), value);
    }
    /// False when there was a value, which is kept.
    template <class V>
    Result<bool> setnx(std::string_view key, const V& value) {
        return self().template command<bool>("SETNX", key, value);
    }
    /// Sets, and gives the value that was there.
    template <class T = std::optional<std::string>, class V>
    Result<T> getset(std::string_view key, const V& value) {
        return self().template command<T>("GETSET", key, value);
    }

    /// Keys: names, or ranges of names. The values in the same order.
    template <class T = std::vector<std::optional<std::string>>, class... Keys>
    Result<T> mget(const Keys&... keys) {
        return self().template command<T>("MGET", keys...);
    }
    /// A map, or keys and values in turn.
    template <class... KeysAndValues>
    Result<void> mset(const KeysAndValues&... keys_and_values) {
        return self().template command<void>("MSET", keys_and_values...);
    }
    /// As mset(), but sets all or, when one of the keys exists, none: false.
    template <class... KeysAndValues>
    Result<bool> msetnx(const KeysAndValues&... keys_and_values) {
        return self().template command<bool>("MSETNX", keys_and_values...);
    }

    /// Gives the new value, as do the following.
    Result<std::int64_t> incr(std::string_view key) {
        return self().template command<std::int64_t>("INCR", key);
    }
    Result<std::int64_t> incrby(std::string_view key, std::int64_t by) {
        return self().template command<std::int64_t>("INCRBY", key, by);
    }
    Result<double> incrbyfloat(std::string_view key, double by) {
        return self().template command<double>("INCRBYFLOAT", key, by);
    }
    Result<std::int64_t> decr(std::string_view key) {
        return self().template command<std::int64_t>("DECR", key);
    }
    Result<std::int64_t> decrby(std::string_view key, std::int64_t by) {
        return self().template command<std::int64_t>("DECRBY", key, by);
    }

    /// Gives the new length.
    template <class V>
    Result<std::int64_t> append(std::string_view key, const V& value) {
        return self().template command<std::int64_t>("APPEND", key, value);
    }
    Result<std::int64_t> strlen(std::string_view key) {
        return self().template command<std::int64_t>("STRLEN", key);
    }
    /// The bytes from `start` to `end` inclusive, counted from the back when negative.
    Result<std::string> getrange(std::string_view key, std::int64_t start, std::int64_t end) {
        return self().template command<std::string>("GETRANGE", key, start, end);
    }

    /// Gives the value and deletes the key.
    template <class T = std::optional<std::string>>
    Result<T> getdel(std::string_view key) {
        return self().template command<T>("GETDEL", key);
    }
    /// Gives the value, and lets the key end after `time`.
    template <class T = std::optional<std::string>>
    Result<T> getex(std::string_view key, std::chrono::milliseconds time) {
        return self().template command<T>("GETEX", key, "PX", time.count());
    }
    /// Overwrites from `offset` on. Gives the new length.
    template <class V>
    Result<std::int64_t> setrange(std::string_view key, std::int64_t offset, const V& value) {
        return self().template command<std::int64_t>("SETRANGE", key, offset, value);
    }

    /// The longest text that both have, with gaps.
    Result<std::string> lcs(std::string_view one, std::string_view other) {
        return self().template command<std::string>("LCS", one, other);
    }
    Result<std::int64_t> lcs_len(std::string_view one, std::string_view other) {
        return self().template command<std::int64_t>("LCS", one, other, "LEN");
    }

private:
    Derived& self() { return static_cast<Derived&>(*this); }
    static std::optional<std::string_view> flag(bool on, std::string_view name) {
        return on ? std::optional(name) : std::nullopt;
    }
};

}  // namespace cyclone::redis
