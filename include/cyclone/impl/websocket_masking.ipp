#pragma once

#include <openssl/rand.h>

#include <stdexcept>

#include <cyclone/impl/config.hpp>
#include <cyclone/websocket/masking.hpp>

namespace cyclone::websocket {

CYCLONE_INLINE MaskingKey make_masking_key() {
    // Fetched in bulk: one call for each key would cost more than to send the frame.
    thread_local std::array<std::uint8_t, 512> supply;
    thread_local std::size_t used = supply.size();
    if (used == supply.size()) {
        if (RAND_bytes(supply.data(), static_cast<int>(supply.size())) != 1) {
            throw std::runtime_error("websocket: the system gives no random numbers for masking");
        }
        used = 0;
    }
    MaskingKey key;
    std::memcpy(key.data(), supply.data() + used, key.size());
    used += key.size();
    return key;
}

}  // namespace cyclone::websocket
