#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cyclone::redis {

/// Commands on hashes. As in cyclone.redis.
template <class Derived, template <class> class Result>
class HashCommands {
public:
    template <class T = std::optional<std::string>>
    Result<T> hget(std::string_view key, std::string_view field) {
        return self().template command<T>("HGET", key, field);
    }
    /// A field and its value, several in turn, or a map. Gives how many fields are new.
    template <class... FieldsAndValues>
    Result<std::int64_t> hset(std::string_view key, const FieldsAndValues&... fields_and_values) {
        return self().template command<std::int64_t>("HSET", key, fields_and_values...);
    }
    /// False when the field was there, whose value is kept.
    template <class V>
    Result<bool> hsetnx(std::string_view key, std::string_view field, const V& value) {
        return self().template command<bool>("HSETNX", key, field, value);
    }
    /// A map, or fields and values in turn.
    template <class... FieldsAndValues>
    Result<void> hmset(std::string_view key, const FieldsAndValues&... fields_and_values) {
        return self().template command<void>("HMSET", key, fields_and_values...);
    }
    /// Fields: names, or ranges of names. The values in the same order.
    template <class T = std::vector<std::optional<std::string>>, class... Fields>
    Result<T> hmget(std::string_view key, const Fields&... fields) {
        return self().template command<T>("HMGET", key, fields...);
    }
    /// All fields and values; empty when there is no such key. T may be another map.
    template <class T = std::map<std::string, std::string>>
    Result<T> hgetall(std::string_view key) {
        return self().template command<T>("HGETALL", key);
    }
    /// Gives the new value.
    Result<std::int64_t> hincrby(std::string_view key, std::string_view field,
                                 std::int64_t by = 1) {
        return self().template command<std::int64_t>("HINCRBY", key, field, by);
    }
    /// As cyclone.redis has them.
    Result<std::int64_t> hincr(std::string_view key, std::string_view field) {
        return hincrby(key, field, 1);
    }
    Result<std::int64_t> hdecr(std::string_view key, std::string_view field) {
        return hincrby(key, field, -1);
    }
    Result<double> hincrbyfloat(std::string_view key, std::string_view field, double by) {
        return self().template command<double>("HINCRBYFLOAT", key, field, by);
    }
    /// Fields: names, or ranges of names. Gives how many there were.
    template <class... Fields>
    Result<std::int64_t> hdel(std::string_view key, const Fields&... fields) {
        return self().template command<std::int64_t>("HDEL", key, fields...);
    }
    Result<bool> hexists(std::string_view key, std::string_view field) {
        return self().template command<bool>("HEXISTS", key, field);
    }
    Result<std::vector<std::string>> hkeys(std::string_view key) {
        return self().template command<std::vector<std::string>>("HKEYS", key);
    }
    Result<std::vector<std::string>> hvals(std::string_view key) {
        return self().template command<std::vector<std::string>>("HVALS", key);
    }
    Result<std::int64_t> hlen(std::string_view key) {
        return self().template command<std::int64_t>("HLEN", key);
    }

    Result<std::int64_t> hstrlen(std::string_view key, std::string_view field) {
        return self().template command<std::int64_t>("HSTRLEN", key, field);
    }
    Result<std::optional<std::string>> hrandfield(std::string_view key) {
        return self().template command<std::optional<std::string>>("HRANDFIELD", key);
    }
    /// At most `count` different fields; negative: just so many, perhaps one several times.
    Result<std::vector<std::string>> hrandfield(std::string_view key, std::int64_t count) {
        return self().template command<std::vector<std::string>>("HRANDFIELD", key, count);
    }

private:
    Derived& self() { return static_cast<Derived&>(*this); }
};

}  // namespace cyclone::redis
