#pragma once

#include <openssl/rand.h>

#include <cstddef>
#include <stdexcept>
#include <string>

namespace cyclone::web::detail {

/// Bytes that nobody can guess.
inline std::string random_bytes(std::size_t size) {
    std::string bytes(size, '\0');
    void* const target = bytes.data();
    if (RAND_bytes(static_cast<unsigned char*>(target), static_cast<int>(size)) != 1) {
        throw std::runtime_error("OpenSSL has no random numbers");
    }
    return bytes;
}

}  // namespace cyclone::web::detail
