#pragma once

/// Lets protocol::connect() and ReconnectingClientFactory connect to "ssl:…" endpoints in the whole
/// program (link ssl and crypto).

#include <memory>
#include <utility>

#include <cyclone/protocol/connect.hpp>
#include <cyclone/reactor/connect_ssl.hpp>

namespace cyclone::protocol::detail {

inline Deferred<Connected<Protocol>> connect_by_tls(reactor::ClientEndpoint endpoint,
                                                    std::shared_ptr<Protocol> protocol) {
    reactor::SslOptions options;
    options.authorities = endpoint.authorities;
    options.certificate = endpoint.certificate;
    options.private_key = endpoint.private_key;
    options.server_name = endpoint.server_name;
    auto connecting =
        reactor::connect_ssl(endpoint.host, endpoint.port, std::move(options), endpoint.timeout);
    auto socket = co_await connecting;
    co_return start_client(std::move(socket), reactor::PeerAddress{endpoint.host, endpoint.port},
                           std::move(protocol));
}

inline const bool ssl_endpoints_are_connected_to = [] {
    ssl_connector() = connect_by_tls;
    return true;
}();

}  // namespace cyclone::protocol::detail
