#pragma once

/// Lets reactor::listen() serve "ssl:…" endpoints in the whole program (link ssl and crypto).

#include <memory>

#include <cyclone/reactor/endpoint.hpp>
#include <cyclone/ssl.hpp>

namespace cyclone::reactor::detail {

inline const bool ssl_endpoints_are_served = [] {
    tls_maker() = [](const ServerEndpoint& endpoint) -> std::shared_ptr<TlsContext> {
        return std::make_shared<ssl::ServerContext>(ssl::ServerOptions{
            .certificate = endpoint.certificate, .private_key = endpoint.private_key});
    };
    return true;
}();

}  // namespace cyclone::reactor::detail
