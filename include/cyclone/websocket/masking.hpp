#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace cyclone::websocket {

using MaskingKey = std::array<std::uint8_t, 4>;

/// Masks or unmasks `bytes` in place: the same thing (RFC 6455 5.3). `offset` is where they stand
/// in the payload.
inline void apply_mask(std::span<char> bytes, const MaskingKey& key, std::uint64_t offset = 0) {
    std::array<std::uint8_t, 8> turned;
    for (std::size_t i = 0; i < turned.size(); ++i) {
        turned[i] = key[(offset + i) % 4];
    }
    std::uint64_t word;
    std::memcpy(&word, turned.data(), sizeof word);

    char* at = bytes.data();
    std::size_t left = bytes.size();
    // Four words at a time: the compiler makes two or more vector operations of it.
    for (; left >= 32; left -= 32, at += 32) {
        std::uint64_t words[4];
        std::memcpy(words, at, sizeof words);
        for (std::uint64_t& part : words) {
            part ^= word;
        }
        std::memcpy(at, words, sizeof words);
    }
    for (; left >= 8; left -= 8, at += 8) {
        std::uint64_t part;
        std::memcpy(&part, at, sizeof part);
        part ^= word;
        std::memcpy(at, &part, sizeof part);
    }
    for (std::size_t i = 0; i < left; ++i) {
        at[i] = static_cast<char>(static_cast<std::uint8_t>(at[i]) ^ turned[i]);
    }
}

/// A key that nobody can foresee (RFC 6455 5.3 and 10.3), from the system's random numbers.
MaskingKey make_masking_key();

}  // namespace cyclone::websocket

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/websocket_masking.ipp>
#endif
