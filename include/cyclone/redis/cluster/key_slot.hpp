#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace cyclone::redis {

/// How many slots the keys of a cluster are divided into.
inline constexpr std::uint16_t slot_count = 16384;

/// The part of `key` that decides on its slot: what is between the first { and the first } after
/// it, unless that is nothing; otherwise all of it. As in the Redis Cluster specification.
constexpr std::string_view hash_tag(std::string_view key) {
    const auto open = key.find('{');
    if (open == key.npos) {
        return key;
    }
    const auto close = key.find('}', open + 1);
    if (close == key.npos || close == open + 1) {
        return key;
    }
    return key.substr(open + 1, close - open - 1);
}

namespace detail {

inline constexpr std::array<std::uint16_t, 256> crc16_table = [] {
    std::array<std::uint16_t, 256> table{};
    for (unsigned byte = 0; byte < 256; ++byte) {
        unsigned crc = byte << 8;
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc & 0x8000U) != 0 ? (crc << 1) ^ 0x1021U : crc << 1;
        }
        table[byte] = static_cast<std::uint16_t>(crc);
    }
    return table;
}();

}  // namespace detail

/// The slot of `key` in a cluster: CRC16 (XMODEM) of its hash tag, modulo 16384.
constexpr std::uint16_t key_slot(std::string_view key) {
    unsigned crc = 0;
    for (const char c : hash_tag(key)) {
        const unsigned index = ((crc >> 8) ^ static_cast<unsigned char>(c)) & 0xffU;
        crc = ((crc << 8) ^ detail::crc16_table[index]) & 0xffffU;
    }
    return static_cast<std::uint16_t>(crc % slot_count);
}

}  // namespace cyclone::redis
