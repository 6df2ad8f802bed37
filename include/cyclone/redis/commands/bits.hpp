#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cyclone::redis {

/// What bitfield() does, one after the other, as in redis-py:
///
///     co_await db.bitfield("k", redis::BitField().incrby("u8", "#0", 1).get("i16", 8));
///
/// A type is "u1" to "u63" or "i1" to "i64"; an offset counts bits, or "#3" the third of its type.
class BitField {
public:
    template <class Offset>
    BitField& get(std::string_view type, const Offset& offset) {
        return add("GET", type, offset);
    }
    /// Gives what was there.
    template <class Offset>
    BitField& set(std::string_view type, const Offset& offset, std::int64_t value) {
        return add("SET", type, offset, value);
    }
    template <class Offset>
    BitField& incrby(std::string_view type, const Offset& offset, std::int64_t by) {
        return add("INCRBY", type, offset, by);
    }
    /// For what follows: "WRAP", as at first, "SAT", or "FAIL", which then gives nothing.
    BitField& overflow(std::string_view behaviour) { return add("OVERFLOW", behaviour); }

    const std::vector<std::string>& words() const { return words_; }

private:
    template <class... Words>
    BitField& add(const Words&... words) {
        (words_.push_back(word(words)), ...);
        return *this;
    }
    template <class Word>
    static std::string word(const Word& word) {
        if constexpr (std::integral<Word>) {
            return std::to_string(word);
        } else {
            return std::string(word);
        }
    }

    std::vector<std::string> words_;
};

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

    /// One number for each operation but overflow().
    Result<std::vector<std::optional<std::int64_t>>> bitfield(std::string_view key,
                                                              const BitField& operations) {
        return self().template command<std::vector<std::optional<std::int64_t>>>(
            "BITFIELD", key, operations.words());
    }
    /// get() alone, which a replica answers too.
    Result<std::vector<std::int64_t>> bitfield_ro(std::string_view key,
                                                  const BitField& operations) {
        return self().template command<std::vector<std::int64_t>>("BITFIELD_RO", key,
                                                                  operations.words());
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
