#pragma once

#include <array>

#include <openssl/evp.h>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/script.hpp>

namespace cyclone::redis {

CYCLONE_INLINE Script::Script(std::string text) : text_(std::move(text)) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(text_.data(), text_.size(), digest.data(), &size, EVP_sha1(), nullptr);
    constexpr std::string_view digits = "0123456789abcdef";
    for (unsigned i = 0; i < size; ++i) {
        sha_ += {digits[digest[i] >> 4], digits[digest[i] & 15]};
    }
}

}  // namespace cyclone::redis
