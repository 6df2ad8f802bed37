#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include <cyclone/protocol/stream_transport.hpp>
#include <cyclone/reactor/endpoint.hpp>

namespace cyclone::protocol {

/// A connection that was made by a client: its Protocol, and when it ends.
template <std::derived_from<Protocol> P>
struct Connected {
    std::shared_ptr<P> protocol;
    /// Fires after connection_lost(). To drop it aborts the connection; to detach() it does not.
    Deferred<> ended;
};

namespace detail {

template <class P, class Socket>
Connected<P> start_client(Socket socket, reactor::PeerAddress peer, std::shared_ptr<P> protocol) {
    using Transport = StreamTransport<Socket>;
    auto transport = std::make_shared<Transport>(std::move(socket), std::move(peer), protocol);
    return {std::move(protocol), Transport::run(std::move(transport))};
}

/// Connects by TLS; null unless <cyclone/protocol/connect_ssl.hpp> is part of the program.
using SslConnector = Deferred<Connected<Protocol>> (*)(reactor::ClientEndpoint,
                                                       std::shared_ptr<Protocol>);
[[gnu::visibility("default")]] inline SslConnector& ssl_connector() {
    static constinit SslConnector connector = nullptr;
    return connector;
}

}  // namespace detail

/// Connects `protocol` to an endpoint. Fails as reactor::connect_tcp() does; for ssl as
/// reactor::connect_ssl() does, and with EndpointError unless <cyclone/protocol/connect_ssl.hpp> is
/// included somewhere. As twisted.internet.endpoints.connectProtocol.
template <std::derived_from<Protocol> P>
Deferred<Connected<P>> connect(reactor::ClientEndpoint endpoint, std::shared_ptr<P> protocol) {
    if (endpoint.kind == reactor::ClientEndpoint::Kind::ssl) {
        if (detail::ssl_connector() == nullptr) {
            throw reactor::EndpointError(
                "an ssl endpoint needs TLS in the program: include "
                "<cyclone/protocol/connect_ssl.hpp> in one of its files, and link ssl and crypto");
        }
        auto connecting = detail::ssl_connector()(std::move(endpoint), protocol);
        auto connected = co_await connecting;
        co_return Connected<P>{std::move(protocol), std::move(connected.ended)};
    }
    if (endpoint.kind == reactor::ClientEndpoint::Kind::unix_socket) {
        auto connecting = reactor::connect_unix(endpoint.path, endpoint.timeout);
        auto socket = co_await connecting;
        co_return detail::start_client(std::move(socket), reactor::PeerAddress(),
                                       std::move(protocol));
    }
    auto connecting = reactor::connect_tcp(endpoint.host, endpoint.port, endpoint.timeout);
    auto socket = co_await connecting;
    co_return detail::start_client(
        std::move(socket), reactor::PeerAddress{endpoint.host, endpoint.port}, std::move(protocol));
}
template <std::derived_from<Protocol> P>
Deferred<Connected<P>> connect(std::string_view description, std::shared_ptr<P> protocol) {
    return connect(reactor::client_from_string(description), std::move(protocol));
}

}  // namespace cyclone::protocol
