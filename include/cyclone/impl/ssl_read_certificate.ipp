#pragma once

#include <arpa/inet.h>
#include <time.h>

#include <cstddef>
#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cyclone/impl/config.hpp>
#include <cyclone/ssl/certificate.hpp>

namespace cyclone::ssl::detail {

CYCLONE_INLINE std::string text_of(const X509_NAME* name) {
    const std::unique_ptr<BIO, int (*)(BIO*)> memory(::BIO_new(::BIO_s_mem()), ::BIO_free);
    // Without the flag, what is beyond ASCII would be escaped byte by byte.
    constexpr unsigned long as_utf8 = XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB;
    if (!memory || ::X509_NAME_print_ex(memory.get(), name, 0, as_utf8) < 0) {
        return {};
    }
    char* text = nullptr;
    const long size = ::BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

CYCLONE_INLINE std::string utf8_of(const ASN1_STRING* string) {
    unsigned char* text = nullptr;
    const int size = ::ASN1_STRING_to_UTF8(&text, string);
    if (size < 0) {
        return {};
    }
    std::string copy(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
    ::OPENSSL_free(text);
    return copy;
}

CYCLONE_INLINE std::string common_name_of(const X509_NAME* name) {
    int last = -1;
    for (int at = -1; (at = ::X509_NAME_get_index_by_NID(name, NID_commonName, at)) >= 0;) {
        last = at;
    }
    return last < 0 ? std::string()
                    : utf8_of(::X509_NAME_ENTRY_get_data(::X509_NAME_get_entry(name, last)));
}

CYCLONE_INLINE std::string bytes_of(const ASN1_STRING* string) {
    return {reinterpret_cast<const char*>(::ASN1_STRING_get0_data(string)),
            static_cast<std::size_t>(::ASN1_STRING_length(string))};
}

CYCLONE_INLINE std::string address_of(const ASN1_STRING* string) {
    const int size = ::ASN1_STRING_length(string);
    char text[INET6_ADDRSTRLEN] = "";
    if (size == 4 || size == 16) {
        ::inet_ntop(size == 4 ? AF_INET : AF_INET6, ::ASN1_STRING_get0_data(string), text,
                    sizeof text);
    }
    return text;
}

CYCLONE_INLINE void read_alternative_names(const X509* x509, Certificate& certificate) {
    const std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> names(
        static_cast<GENERAL_NAMES*>(
            ::X509_get_ext_d2i(x509, NID_subject_alt_name, nullptr, nullptr)),
        ::GENERAL_NAMES_free);
    const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
    for (int i = 0; i < count; ++i) {
        const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
        switch (name->type) {
            case GEN_DNS:
                certificate.dns_names.push_back(bytes_of(name->d.dNSName));
                break;
            case GEN_EMAIL:
                certificate.email_addresses.push_back(bytes_of(name->d.rfc822Name));
                break;
            case GEN_IPADD:
                certificate.ip_addresses.push_back(address_of(name->d.iPAddress));
                break;
            case GEN_URI:
                certificate.uris.push_back(bytes_of(name->d.uniformResourceIdentifier));
                break;
            default:
                break;
        }
    }
}

CYCLONE_INLINE std::chrono::system_clock::time_point time_of(const ASN1_TIME* time) {
    tm parts{};
    if (::ASN1_TIME_to_tm(time, &parts) != 1) {
        return {};
    }
    return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

CYCLONE_INLINE std::string serial_number_of(const X509* x509) {
    const std::unique_ptr<BIGNUM, void (*)(BIGNUM*)> number(
        ::ASN1_INTEGER_to_BN(::X509_get0_serialNumber(x509), nullptr), ::BN_free);
    char* const digits = number ? ::BN_bn2hex(number.get()) : nullptr;
    std::string text = digits == nullptr ? "" : digits;
    ::OPENSSL_free(digits);
    return text;
}

CYCLONE_INLINE Certificate read_certificate(const X509* x509) {
    Certificate certificate;
    certificate.subject = text_of(::X509_get_subject_name(x509));
    certificate.issuer = text_of(::X509_get_issuer_name(x509));
    certificate.common_name = common_name_of(::X509_get_subject_name(x509));
    read_alternative_names(x509, certificate);
    certificate.serial_number = serial_number_of(x509);
    certificate.not_before = time_of(::X509_get0_notBefore(x509));
    certificate.not_after = time_of(::X509_get0_notAfter(x509));
    unsigned char* der = nullptr;
    const int size = ::i2d_X509(x509, &der);
    if (size > 0) {
        certificate.der.assign(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
        ::OPENSSL_free(der);
    }
    return certificate;
}

}  // namespace cyclone::ssl::detail
