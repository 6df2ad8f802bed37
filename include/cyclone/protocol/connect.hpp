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

}  // namespace detail

/// Connects `protocol` to a tcp or unix endpoint. Fails as reactor::connect_tcp() does.
/// As twisted.internet.endpoints.connectProtocol.
template <std::derived_from<Protocol> P>
Deferred<Connected<P>> connect(reactor::ClientEndpoint endpoint, std::shared_ptr<P> protocol) {
    if (endpoint.kind == reactor::ClientEndpoint::Kind::ssl) {
        throw reactor::EndpointError(
            "protocol::connect() speaks no TLS: use reactor::connect_ssl() of "
            "<cyclone/reactor/connect_ssl.hpp>");
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
