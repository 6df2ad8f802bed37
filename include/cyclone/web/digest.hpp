#pragma once

#include <openssl/evp.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <cyclone/escape/hex.hpp>

namespace cyclone::web::detail {

/// A digest of OpenSSL, in hexadecimal digits. May be used again and again, which spares the
/// looking up of the algorithm.
class Digest {
public:
    /// "SHA1", "SHA512"
    explicit Digest(const char* algorithm) {
        const EVP_MD* const md = EVP_get_digestbyname(algorithm);
        if (context_ == nullptr || md == nullptr ||
            EVP_DigestInit_ex(context_.get(), md, nullptr) != 1) {
            throw std::runtime_error(std::string("OpenSSL has no ") + algorithm);
        }
    }

    void update(std::string_view bytes) {
        if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) {
            throw std::runtime_error("OpenSSL cannot compute a digest");
        }
    }

    /// Of all since the last call; starts anew.
    std::string finish() {
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned size = 0;
        if (EVP_DigestFinal_ex(context_.get(), digest, &size) != 1 ||
            EVP_DigestInit_ex(context_.get(), nullptr, nullptr) != 1) {
            throw std::runtime_error("OpenSSL cannot compute a digest");
        }
        const void* const bytes = digest;
        return escape::hex_encode({static_cast<const char*>(bytes), size});
    }

private:
    struct Free {
        void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    };
    std::unique_ptr<EVP_MD_CTX, Free> context_{EVP_MD_CTX_new()};
};

}  // namespace cyclone::web::detail
