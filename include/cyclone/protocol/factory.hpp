#pragma once

#include <memory>

#include <cyclone/protocol/protocol.hpp>
#include <cyclone/reactor/listening_port.hpp>
#include <cyclone/reactor/tls_session.hpp>

namespace cyclone::protocol {

/// Makes a Protocol for each connection: what reactor::listen_tcp() serves, and listen_ssl(). It
/// must outlive the port. As twisted.internet.protocol.ServerFactory.
class ServerFactory {
public:
    virtual ~ServerFactory() = default;

    /// Null refuses the connection.
    virtual std::shared_ptr<Protocol> build_protocol(const reactor::PeerAddress& peer) = 0;

    std::shared_ptr<reactor::StreamServer> make_server(
        reactor::Reactor& reactor, std::shared_ptr<reactor::TlsContext> tls = nullptr);
};

/// A factory of P, made with no arguments. As twisted.internet.protocol.Factory.forProtocol.
template <class P>
class Factory final : public ServerFactory {
public:
    std::shared_ptr<Protocol> build_protocol(const reactor::PeerAddress&) override {
        return std::make_shared<P>();
    }
};

}  // namespace cyclone::protocol

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/protocol_factory.ipp>
#endif
