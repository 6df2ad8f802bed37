#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <cyclone/reactor/tls_session.hpp>

namespace cyclone::ssl {

/// A certificate or key that cannot be used. what() names the file, and says why.
struct Error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct ServerOptions {
    /// PEM: the server's certificate, then those between it and the root.
    std::string certificate{};
    /// PEM; empty: it is in the file of the certificate.
    std::string private_key{};
    /// Of TLS 1.2, in OpenSSL's form; empty: OpenSSL's own. TLS 1.3 has no bad ones. TLS 1.1 is never spoken.
    std::string ciphers{};
    /// PEM: who has signed the clients' certificates, which HTTPServerRequest::get_ssl_certificate() gives; empty: none
    /// are asked for. As ssl.SSLContext.load_verify_locations().
    std::string client_authorities{};
    /// Where certificates are asked for: whether a client must have one. False: who has none is served, too; one that
    /// nobody of the authorities has signed, or that is not valid now, is refused all the same. As ssl.CERT_REQUIRED
    /// and ssl.CERT_OPTIONAL.
    bool require_client_certificate = true;
    /// By ALPN, the best first.
    std::vector<std::string> protocols{"http/1.1"};
};

/// A server's certificate and what else TLS needs to know. As twisted.internet.ssl.DefaultOpenSSLContextFactory.
class ServerContext final : public reactor::TlsContext {
public:
    /// Throws Error.
    explicit ServerContext(ServerOptions options);
    ServerContext(const ServerContext&) = delete;
    ServerContext& operator=(const ServerContext&) = delete;
    ~ServerContext() override;

    /// Reads the files again, for the connections to come. Throws Error, and goes on with what it had.
    void reload();

    std::unique_ptr<reactor::TlsSession> accept(int socket) override;

private:
    struct Loaded;
    ServerOptions options_;
    std::shared_ptr<Loaded> loaded_;
};

}  // namespace cyclone::ssl
