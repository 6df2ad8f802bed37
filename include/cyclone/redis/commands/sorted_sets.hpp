#pragma once

#include <cstdint>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cyclone/redis/commands/limit.hpp>

namespace cyclone::redis {

/// What zrange_withscores() and its sisters give, by score.
using ScoredMembers = std::vector<std::pair<std::string, double>>;

/// Commands on sorted sets. As in cyclone.redis.
///
/// A bound of a range by score is a number, or text where Redis' own notation is needed: "(5"
/// without 5 itself, "-inf",
/// "+inf". Indices are inclusive and count from the back when negative.
template <class Derived, template <class> class Result>
class SortedSetCommands {
public:
    /// A score and its member, several in turn. Gives how many members are new.
    template <class... ScoresAndMembers>
    Result<std::int64_t> zadd(std::string_view key, const ScoresAndMembers&... scores_and_members) {
        return self().template command<std::int64_t>("ZADD", key, scores_and_members...);
    }
    /// Gives the new score.
    Result<double> zincrby(std::string_view key, double by, std::string_view member) {
        return self().template command<double>("ZINCRBY", key, by, member);
    }
    /// As cyclone.redis has them.
    Result<double> zincr(std::string_view key, std::string_view member) {
        return zincrby(key, 1, member);
    }
    Result<double> zdecr(std::string_view key, std::string_view member) {
        return zincrby(key, -1, member);
    }
    /// How many members all of `keys`, a range, have.
    template <class Keys>
    Result<std::int64_t> zintercard(const Keys& keys) {
        return self().template command<std::int64_t>("ZINTERCARD", std::ranges::distance(keys),
                                                     keys);
    }
    /// Copies members `first` to `last` by rank. Gives how many.
    Result<std::int64_t> zrangestore(std::string_view destination, std::string_view key,
                                     std::int64_t first, std::int64_t last) {
        return self().template command<std::int64_t>("ZRANGESTORE", destination, key, first, last);
    }
    template <class... Members>
    Result<std::int64_t> zrem(std::string_view key, const Members&... members) {
        return self().template command<std::int64_t>("ZREM", key, members...);
    }
    Result<std::int64_t> zcard(std::string_view key) {
        return self().template command<std::int64_t>("ZCARD", key);
    }
    Result<std::optional<double>> zscore(std::string_view key, std::string_view member) {
        return self().template command<std::optional<double>>("ZSCORE", key, member);
    }
    /// The place by score, from 0.
    Result<std::optional<std::int64_t>> zrank(std::string_view key, std::string_view member) {
        return self().template command<std::optional<std::int64_t>>("ZRANK", key, member);
    }
    template <class Min, class Max>
    Result<std::int64_t> zcount(std::string_view key, const Min& min, const Max& max) {
        return self().template command<std::int64_t>("ZCOUNT", key, min, max);
    }

    template <class T = std::vector<std::string>>
    Result<T> zrange(std::string_view key, std::int64_t start = 0, std::int64_t end = -1) {
        return self().template command<T>("ZRANGE", key, start, end);
    }
    Result<ScoredMembers> zrange_withscores(std::string_view key, std::int64_t start = 0,
                                            std::int64_t end = -1) {
        return self().template command<ScoredMembers>("ZRANGE", key, start, end, "WITHSCORES");
    }
    template <class T = std::vector<std::string>>
    Result<T> zrevrange(std::string_view key, std::int64_t start = 0, std::int64_t end = -1) {
        return self().template command<T>("ZREVRANGE", key, start, end);
    }
    Result<ScoredMembers> zrevrange_withscores(std::string_view key, std::int64_t start = 0,
                                               std::int64_t end = -1) {
        return self().template command<ScoredMembers>("ZREVRANGE", key, start, end, "WITHSCORES");
    }
    template <class T = std::vector<std::string>, class Min, class Max>
    Result<T> zrangebyscore(std::string_view key, const Min& min, const Max& max,
                            std::optional<Limit> limit = std::nullopt) {
        return self().template command<T>("ZRANGEBYSCORE", key, min, max, words(limit));
    }
    template <class Min, class Max>
    Result<ScoredMembers> zrangebyscore_withscores(std::string_view key, const Min& min,
                                                   const Max& max,
                                                   std::optional<Limit> limit = std::nullopt) {
        return self().template command<ScoredMembers>("ZRANGEBYSCORE", key, min, max, "WITHSCORES",
                                                      words(limit));
    }
    template <class Min, class Max>
    Result<std::int64_t> zremrangebyscore(std::string_view key, const Min& min, const Max& max) {
        return self().template command<std::int64_t>("ZREMRANGEBYSCORE", key, min, max);
    }
    Result<std::int64_t> zremrangebyrank(std::string_view key, std::int64_t start,
                                         std::int64_t end) {
        return self().template command<std::int64_t>("ZREMRANGEBYRANK", key, start, end);
    }
    /// Puts the sums of the scores in `keys` into `destination`. Gives how many members that has.
    template <std::ranges::forward_range Keys>
    Result<std::int64_t> zunionstore(std::string_view destination, const Keys& keys) {
        return self().template command<std::int64_t>("ZUNIONSTORE", destination,
                                                     std::ranges::distance(keys), keys);
    }
    template <std::ranges::forward_range Keys>
    Result<std::int64_t> zinterstore(std::string_view destination, const Keys& keys) {
        return self().template command<std::int64_t>("ZINTERSTORE", destination,
                                                     std::ranges::distance(keys), keys);
    }

    Result<std::optional<std::int64_t>> zrevrank(std::string_view key, std::string_view member) {
        return self().template command<std::optional<std::int64_t>>("ZREVRANK", key, member);
    }
    template <class... Members>
    Result<std::vector<std::optional<double>>> zmscore(std::string_view key,
                                                       const Members&... members) {
        return self().template command<std::vector<std::optional<double>>>("ZMSCORE", key,
                                                                           members...);
    }
    /// Takes out those with the lowest scores.
    Result<ScoredMembers> zpopmin(std::string_view key, std::int64_t count = 1) {
        return self().template command<ScoredMembers>("ZPOPMIN", key, count);
    }
    Result<ScoredMembers> zpopmax(std::string_view key, std::int64_t count = 1) {
        return self().template command<ScoredMembers>("ZPOPMAX", key, count);
    }
    Result<std::optional<std::string>> zrandmember(std::string_view key) {
        return self().template command<std::optional<std::string>>("ZRANDMEMBER", key);
    }
    template <class T = std::vector<std::string>, class Max, class Min>
    Result<T> zrevrangebyscore(std::string_view key, const Max& max, const Min& min,
                               std::optional<Limit> limit = std::nullopt) {
        return self().template command<T>("ZREVRANGEBYSCORE", key, max, min, words(limit));
    }
    template <class Max, class Min>
    Result<ScoredMembers> zrevrangebyscore_withscores(std::string_view key, const Max& max,
                                                      const Min& min,
                                                      std::optional<Limit> limit = std::nullopt) {
        return self().template command<ScoredMembers>("ZREVRANGEBYSCORE", key, max, min,
                                                      "WITHSCORES", words(limit));
    }
    /// Of members with the same score, in the order of their bytes: "[a" with a itself, "(a"
    /// without, "-" and "+" are the ends. So for the following three.
    template <class T = std::vector<std::string>>
    Result<T> zrangebylex(std::string_view key, std::string_view min, std::string_view max,
                          std::optional<Limit> limit = std::nullopt) {
        return self().template command<T>("ZRANGEBYLEX", key, min, max, words(limit));
    }
    template <class T = std::vector<std::string>>
    Result<T> zrevrangebylex(std::string_view key, std::string_view max, std::string_view min,
                             std::optional<Limit> limit = std::nullopt) {
        return self().template command<T>("ZREVRANGEBYLEX", key, max, min, words(limit));
    }
    Result<std::int64_t> zlexcount(std::string_view key, std::string_view min,
                                   std::string_view max) {
        return self().template command<std::int64_t>("ZLEXCOUNT", key, min, max);
    }
    Result<std::int64_t> zremrangebylex(std::string_view key, std::string_view min,
                                        std::string_view max) {
        return self().template command<std::int64_t>("ZREMRANGEBYLEX", key, min, max);
    }
    template <class T = std::vector<std::string>, std::ranges::forward_range Keys>
    Result<T> zunion(const Keys& keys) {
        return self().template command<T>("ZUNION", std::ranges::distance(keys), keys);
    }
    template <class T = std::vector<std::string>, std::ranges::forward_range Keys>
    Result<T> zinter(const Keys& keys) {
        return self().template command<T>("ZINTER", std::ranges::distance(keys), keys);
    }
    template <class T = std::vector<std::string>, std::ranges::forward_range Keys>
    Result<T> zdiff(const Keys& keys) {
        return self().template command<T>("ZDIFF", std::ranges::distance(keys), keys);
    }
    template <std::ranges::forward_range Keys>
    Result<ScoredMembers> zunion_withscores(const Keys& keys) {
        return self().template command<ScoredMembers>("ZUNION", std::ranges::distance(keys), keys,
                                                      "WITHSCORES");
    }
    template <std::ranges::forward_range Keys>
    Result<ScoredMembers> zinter_withscores(const Keys& keys) {
        return self().template command<ScoredMembers>("ZINTER", std::ranges::distance(keys), keys,
                                                      "WITHSCORES");
    }
    template <std::ranges::forward_range Keys>
    Result<ScoredMembers> zdiff_withscores(const Keys& keys) {
        return self().template command<ScoredMembers>("ZDIFF", std::ranges::distance(keys), keys,
                                                      "WITHSCORES");
    }
    /// What the first of `keys` has and no other. Gives how many members `destination` has then.
    template <std::ranges::forward_range Keys>
    Result<std::int64_t> zdiffstore(std::string_view destination, const Keys& keys) {
        return self().template command<std::int64_t>("ZDIFFSTORE", destination,
                                                     std::ranges::distance(keys), keys);
    }
    /// From the first of `keys`, a range, that is not empty: its name and at most `count` members
    /// with their scores; nothing when all are. `end` is "MIN" or "MAX".
    template <std::ranges::forward_range Keys>
    Result<std::optional<std::pair<std::string, ScoredMembers>>> zmpop(const Keys& keys,
                                                                       std::string_view end,
                                                                       std::int64_t count = 1) {
        using T = std::optional<std::pair<std::string, ScoredMembers>>;
        return self().template command<T>("ZMPOP", std::ranges::distance(keys), keys, end, "COUNT",
                                          count);
    }

private:
    Derived& self() { return static_cast<Derived&>(*this); }
    static auto words(const std::optional<Limit>& limit) {
        return limit ? std::optional(limit->words()) : std::nullopt;
    }
};

}  // namespace cyclone::redis
