#pragma once

#include <memory>
#include <string>
#include <vector>

#include <cyclone/ssl/server_context.hpp>

namespace cyclone::ssl {

/// How a client speaks TLS. As twisted.internet.ssl.optionsForClientTLS.
struct ClientOptions {
    /// Whether the server has to prove its name by its certificate. Without, anybody on the way can
    /// be the server.
    bool verify = true;
    /// PEM: who may have signed the server's certificate; empty: whom this machine trusts.
    std::string authorities{};
    /// PEM, for servers that want to know who calls; empty: none.
    std::string certificate{};
    /// PEM; empty: it is in the file of the certificate.
    std::string private_key{};
    /// By ALPN, the best first.
    std::vector<std::string> protocols{"http/1.1"};
};

/// What the connections of a client have in common: reading the authorities takes milliseconds,
/// once.
class ClientContext {
public:
    struct Loaded;

    /// Throws Error, with a sentence that names the file.
    explicit ClientContext(const ClientOptions& options = {});

    Loaded& loaded() const { return *loaded_; }

private:
    std::shared_ptr<Loaded> loaded_;
};

}  // namespace cyclone::ssl

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/ssl_client_context.ipp>
#endif
