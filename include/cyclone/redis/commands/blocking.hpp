#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <cyclone/redis/commands/sorted_sets.hpp>

namespace cyclone::redis {

/// Commands that wait until there is something, for `time` at most; zero: for ever. As in
/// cyclone.redis. Each waits on a connection of its own (see ConnectionOptions::max_blocking), and
/// gives nothing when the time is over.
template <class Derived, template <class> class Result>
class BlockingCommands {
public:
    using Seconds = std::chrono::duration<double>;
    /// The key it came from, and the value.
    template <class T = std::string>
    using FromKey = std::optional<std::pair<std::string, T>>;

    /// Keys: a name, or a range of names.
    template <class T = std::string, class Keys>
    Result<FromKey<T>> blpop(const Keys& keys, Seconds time) {
        return self().template blocking<FromKey<T>>(time, "BLPOP", keys, time.count());
    }
    template <class T = std::string, class Keys>
    Result<FromKey<T>> brpop(const Keys& keys, Seconds time) {
        return self().template blocking<FromKey<T>>(time, "BRPOP", keys, time.count());
    }
    template <class T = std::optional<std::string>>
    Result<T> brpoplpush(std::string_view from, std::string_view to, Seconds time) {
        return self().template blocking<T>(time, "BRPOPLPUSH", from, to, time.count());
    }
    /// `from_end` and `to_end` are "LEFT" or "RIGHT".
    template <class T = std::optional<std::string>>
    Result<T> blmove(std::string_view from, std::string_view to, std::string_view from_end,
                     std::string_view to_end, Seconds time) {
        return self().template blocking<T>(time, "BLMOVE", from, to, from_end, to_end,
                                           time.count());
    }
    /// The key, the member and its score.
    template <class Keys>
    Result<std::optional<std::tuple<std::string, std::string, double>>> bzpopmin(const Keys& keys,
                                                                                 Seconds time) {
        using T = std::optional<std::tuple<std::string, std::string, double>>;
        return self().template blocking<T>(time, "BZPOPMIN", keys, time.count());
    }
    template <class Keys>
    Result<std::optional<std::tuple<std::string, std::string, double>>> bzpopmax(const Keys& keys,
                                                                                 Seconds time) {
        using T = std::optional<std::tuple<std::string, std::string, double>>;
        return self().template blocking<T>(time, "BZPOPMAX", keys, time.count());
    }

    /// As lmpop().
    template <class Keys>
    Result<std::optional<std::pair<std::string, std::vector<std::string>>>> blmpop(
        const Keys& keys, std::string_view end, Seconds time, std::int64_t count = 1) {
        using T = std::optional<std::pair<std::string, std::vector<std::string>>>;
        return self().template blocking<T>(time, "BLMPOP", time.count(),
                                           std::ranges::distance(keys), keys, end, "COUNT", count);
    }
    /// As zmpop().
    template <class Keys>
    Result<std::optional<std::pair<std::string, ScoredMembers>>> bzmpop(const Keys& keys,
                                                                        std::string_view end,
                                                                        Seconds time,
                                                                        std::int64_t count = 1) {
        using T = std::optional<std::pair<std::string, ScoredMembers>>;
        return self().template blocking<T>(time, "BZMPOP", time.count(),
                                           std::ranges::distance(keys), keys, end, "COUNT", count);
    }

private:
    Derived& self() { return static_cast<Derived&>(*this); }
};

}  // namespace cyclone::redis
