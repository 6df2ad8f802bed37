#pragma once

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace redislive {

/// How often the name with this id occurred.
struct IdCount {
    std::int64_t id;
    std::int64_t count;
    bool operator==(const IdCount&) const = default;
};

namespace detail {

inline void append_varint(std::string& bytes, std::uint64_t value) {
    while (value >= 0x80) {
        bytes.push_back(static_cast<char>(value | 0x80));
        value >>= 7;
    }
    bytes.push_back(static_cast<char>(value));
}

inline std::uint64_t take_varint(std::string_view& bytes) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (bytes.empty()) {
            break;
        }
        const auto byte = static_cast<unsigned char>(bytes.front());
        bytes.remove_prefix(1);
        value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
        if (byte < 0x80) {
            return value;
        }
    }
    throw std::runtime_error(
        "the store is damaged: a list of counts ends in the middle of a number");
}

}  // namespace detail

/// Writes counts, which are sorted by id here, as pairs of LEB128 numbers: the distance to the last
/// id, the count. A second of a busy server takes three or four bytes for each key this way, a row
/// of its own would take fifteen.
inline std::string pack(std::vector<IdCount> counts) {
    std::ranges::sort(counts, {}, &IdCount::id);
    std::string bytes;
    bytes.reserve(counts.size() * 4);
    std::int64_t last = 0;
    for (const IdCount& entry : counts) {
        detail::append_varint(bytes, static_cast<std::uint64_t>(entry.id - last));
        detail::append_varint(bytes, static_cast<std::uint64_t>(entry.count));
        last = entry.id;
    }
    return bytes;
}

/// Calls `f(id, count)` for each entry of what pack() made. Throws std::runtime_error when it is
/// damaged.
template <class F>
void unpack(std::string_view bytes, F f) {
    std::uint64_t id = 0;
    while (!bytes.empty()) {
        id += detail::take_varint(bytes);
        f(static_cast<std::int64_t>(id), static_cast<std::int64_t>(detail::take_varint(bytes)));
    }
}

/// Sums of counts by id.
///
/// Ids are small and dense, so the sums stand in an array: a month of 100,000 keys a day is added
/// in milliseconds.
class CountSums {
public:
    void add(std::string_view packed) {
        unpack(packed, [this](std::int64_t id, std::int64_t count) { add(id, count); });
    }
    void add(std::int64_t id, std::int64_t count) {
        if (id < 0 || id > largest_id) {
            throw std::runtime_error("the store is damaged: there can be no name with the id " +
                                     std::to_string(id));
        }
        const auto index = static_cast<std::size_t>(id);
        if (index >= sums_.size()) {
            sums_.resize(std::max(index + 1, sums_.size() + sums_.size() / 2));
        }
        distinct_ += sums_[index] == 0 && count != 0 ? 1 : 0;
        sums_[index] += count;
    }

    std::int64_t operator[](std::int64_t id) const {
        const auto index = static_cast<std::size_t>(id);
        return index < sums_.size() ? sums_[index] : 0;
    }
    /// How many ids there are with a count.
    std::int64_t distinct() const { return distinct_; }

    /// All that have a count, by id.
    std::vector<IdCount> entries() const {
        std::vector<IdCount> entries;
        entries.reserve(static_cast<std::size_t>(distinct_));
        for (std::size_t id = 0; id < sums_.size(); ++id) {
            if (sums_[id] != 0) {
                entries.push_back({static_cast<std::int64_t>(id), sums_[id]});
            }
        }
        return entries;
    }

private:
    // A damaged number must not ask for all of the memory.
    static constexpr std::int64_t largest_id = std::int64_t{1} << 28;

    std::vector<std::int64_t> sums_;
    std::int64_t distinct_ = 0;
};

}  // namespace redislive
