#pragma once

#include <cstdint>
#include <optional>
#include <ranges>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cyclone::redis {

/// Commands on sets. As in cyclone.redis.
template <class Derived, template <class> class Result>
class SetCommands {
public:
    /// Members, or ranges of members. Gives how many are new.
    template <class... Members>
    Result<std::int64_t> sadd(std::string_view key, const Members&... members) {
        return self().template command<std::int64_t>("SADD", key, members...);
    }
    /// Gives how many there were.
    template <class... Members>
    Result<std::int64_t> srem(std::string_view key, const Members&... members) {
        return self().template command<std::int64_t>("SREM", key, members...);
    }
    template <class T = std::set<std::string>>
    Result<T> smembers(std::string_view key) {
        return self().template command<T>("SMEMBERS", key);
    }
    Result<std::int64_t> scard(std::string_view key) {
        return self().template command<std::int64_t>("SCARD", key);
    }
    template <class M>
    Result<bool> sismember(std::string_view key, const M& member) {
        return self().template command<bool>("SISMEMBER", key, member);
    }
    template <class T = std::optional<std::string>>
    Result<T> spop(std::string_view key) {
        return self().template command<T>("SPOP", key);
    }
    template <class T = std::optional<std::string>>
    Result<T> srandmember(std::string_view key) {
        return self().template command<T>("SRANDMEMBER", key);
    }
    /// Keys: names, or ranges of names; so for the following.
    template <class T = std::set<std::string>, class... Keys>
    Result<T> sinter(const Keys&... keys) {
        return self().template command<T>("SINTER", keys...);
    }
    template <class T = std::set<std::string>, class... Keys>
    Result<T> sunion(const Keys&... keys) {
        return self().template command<T>("SUNION", keys...);
    }
    template <class T = std::set<std::string>, class... Keys>
    Result<T> sdiff(const Keys&... keys) {
        return self().template command<T>("SDIFF", keys...);
    }

    template <class... Members>
    Result<std::vector<bool>> smismember(std::string_view key, const Members&... members) {
        return self().template command<std::vector<bool>>("SMISMEMBER", key, members...);
    }
    /// False when it was not in `from`.
    template <class M>
    Result<bool> smove(std::string_view from, std::string_view to, const M& member) {
        return self().template command<bool>("SMOVE", from, to, member);
    }
    /// At most `count` different ones.
    template <class T = std::set<std::string>>
    Result<T> spop(std::string_view key, std::int64_t count) {
        return self().template command<T>("SPOP", key, count);
    }
    template <class T = std::vector<std::string>>
    Result<T> srandmember(std::string_view key, std::int64_t count) {
        return self().template command<T>("SRANDMEMBER", key, count);
    }
    /// Gives how many members `destination` has then; so do the following two.
    template <class... Keys>
    Result<std::int64_t> sinterstore(std::string_view destination, const Keys&... keys) {
        return self().template command<std::int64_t>("SINTERSTORE", destination, keys...);
    }
    template <class... Keys>
    Result<std::int64_t> sunionstore(std::string_view destination, const Keys&... keys) {
        return self().template command<std::int64_t>("SUNIONSTORE", destination, keys...);
    }
    template <class... Keys>
    Result<std::int64_t> sdiffstore(std::string_view destination, const Keys&... keys) {
        return self().template command<std::int64_t>("SDIFFSTORE", destination, keys...);
    }
    /// How many members all of `keys` have in common.
    template <std::ranges::forward_range Keys>
    Result<std::int64_t> sintercard(const Keys& keys) {
        return self().template command<std::int64_t>("SINTERCARD", std::ranges::distance(keys),
                                                     keys);
    }

private:
    Derived& self() { return static_cast<Derived&>(*this); }
};

}  // namespace cyclone::redis
