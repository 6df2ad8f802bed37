#pragma once

#include <string_view>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>

#include <cyclone/impl/config.hpp>
#include <cyclone/ssl/client_context.hpp>

namespace cyclone::ssl {

struct ClientContext::Loaded {
    explicit Loaded(const ClientOptions& options) : verify(options.verify) {
        namespace asio_ssl = boost::asio::ssl;
        const auto load = [](const boost::system::error_code& error, const std::string& what) {
            if (error) {
                throw Error(what + ": " + error.message());
            }
        };
        boost::system::error_code error;
        ::SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
        ::SSL_CTX_set_options(context.native_handle(),
                              SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
        if (!options.authorities.empty()) {
            context.load_verify_file(options.authorities, error);
            load(error, "the authorities " + options.authorities + " cannot be used");
        } else if (options.verify) {
            context.set_default_verify_paths(error);
            load(error, "the authorities of this machine cannot be used");
        }
        if (!options.certificate.empty()) {
            const std::string& key =
                options.private_key.empty() ? options.certificate : options.private_key;
            context.use_certificate_chain_file(options.certificate, error);
            load(error, "the certificate " + options.certificate + " cannot be used");
            context.use_private_key_file(key, asio_ssl::context::pem, error);
            load(error, "the private key " + key + " cannot be used");
        }
        for (const std::string& protocol : options.protocols) {
            protocols += static_cast<char>(protocol.size());
            protocols += protocol;
        }
    }

    boost::asio::ssl::context context{boost::asio::ssl::context::tls_client};
    /// As ALPN has them: each behind its length.
    std::string protocols;
    bool verify;
};

CYCLONE_INLINE ClientContext::ClientContext(const ClientOptions& options)
    : loaded_(std::make_shared<Loaded>(options)) {}

}  // namespace cyclone::ssl
