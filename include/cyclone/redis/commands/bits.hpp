#pragma once

#include <cstdint>
#include <optional>
#include <ranges>
#include <string_view>
#include <utility>

namespace cyclone::redis {

/// Commands on the bits of strings, and on HyperLogLogs, which count what is different in 12 KB. As
/// in cyclone.redis.
template <class Derived, template <class> class Result>
class BitCommands {
public:
    /// Gives the bit that was there.
    Result<bool> setbit(std::string_view key, std::uint64_t offset, bool bit) {
        return self().template command<bool>("SETBIT", key, offset, bit);
    }
    Result<bool> getbit(std::string_view key, std::uint64_t offset) {
        return self().template command<bool>("GETBIT", key, offset);
    }
    /// How many bits are set, in the bytes from `start` to `end` inclusive.
    Result<std::int64_t> bitcount(std::string_view key, std::int64_t start = 0,
                                  std::int64_t end = -1) {
        return self().template command<std::int64_t>("BITCOUNT", key, start, end);
    }
    /// The place of the first `bit`; -1 when there is none.
    Result<std::int64_t> bitpos(std::string_view key, bool bit, std::int64_t start = 0) {
        return self().template command<std::int64_t>("BITPOS", key, bit, start);
    }
    /// `operation` is "AND", "OR", "XOR" or "NOT". Gives the length of the result in bytes.
    template <class... Keys>
    Result<std::int64_t> bitop(std::string_view operation, std::string_view destination,
                               const Keys&... keys) {
        return self().template command<std::int64_t>("BITOP", operation, destination, keys...);
    }

    /// Adds to a HyperLogLog. Whether that changed what it counts.
    template <class... Elements>
    Result<bool> pfadd(std::string_view key, const Elements&... elements) {
        return self().template command<bool>("PFADD", key, elements...);
    }
    /// About how many different elements there are in all `keys` together.
    template <class... Keys>
    Result<std::int64_t> pfcount(const Keys&... keys) {
        return self().template command<std::int64_t>("PFCOUNT", keys...);
    }
    template <class... Keys>
    Result<void> pfmerge(std::string_view destination, const Keys&... keys) {
        return self().template command<void>("PFMERGE", destination, keys...);
    }

private:
    Derived& self() { return static_cast<Derived&>(*this); }
};

}  // namespace cyclone::redis
