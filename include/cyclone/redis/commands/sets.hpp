#pragma once

#include <cstdint>
#include <optional>
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

private:
    Derived& self() { return static_cast<Derived&>(*this); }
};

}  // namespace cyclone::redis
