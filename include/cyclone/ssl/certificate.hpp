#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace cyclone::ssl {

/// What a certificate says of its owner. As ssl.SSLSocket.getpeercert() has it.
///
/// That it is true stands in none of the fields: the handshake has checked it. What a client shows
/// is signed by one of ServerOptions::client_authorities, or its connection was refused.
struct Certificate {
    /// The owner's name and the signer's, as RFC 4514 writes them, in UTF-8: "CN=Alice,O=Example".
    std::string subject;
    std::string issuer;
    /// The most specific CN of the subject; empty where there is none.
    std::string common_name;
    /// The subject's other names, each kind in the order of the certificate. Those of further
    /// kinds stand in `der` alone.
    std::vector<std::string> dns_names;
    std::vector<std::string> email_addresses;
    /// "192.0.2.1", "2001:db8::1".
    std::vector<std::string> ip_addresses;
    std::vector<std::string> uris;
    /// In hexadecimal digits, upper case. Unique for an issuer.
    std::string serial_number;
    std::chrono::system_clock::time_point not_before;
    std::chrono::system_clock::time_point not_after;
    /// All of it, as X.509 encodes it: what getpeercert(binary_form=True) gives.
    std::string der;

    /// The same as text, between BEGIN CERTIFICATE and END CERTIFICATE. As
    /// ssl.DER_cert_to_PEM_cert().
    std::string pem() const;
};

}  // namespace cyclone::ssl

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/ssl_certificate.ipp>
#endif
