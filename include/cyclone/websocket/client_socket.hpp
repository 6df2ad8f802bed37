#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include <cyclone/defer.hpp>
#include <cyclone/ssl/client_context.hpp>
#include <cyclone/websocket/url.hpp>

namespace cyclone::websocket::detail {

/// The bytes to and from a server: TCP or TLS. Decides nothing.
class ClientSocket {
public:
    virtual ~ClientSocket() = default;

    /// At least one byte; fails with boost::system::system_error, with eof at the end. One at a
    /// time.
    virtual Deferred<std::size_t> read_some(std::span<char> space) = 0;
    /// At least one byte. One at a time; `bytes` stay valid until it has fired.
    virtual Deferred<std::size_t> write_some(std::string_view bytes) = 0;
    /// Ends everything that is under way.
    virtual void close() noexcept = 0;
};

/// Writes all of `bytes`, which stay valid until it has fired.
Deferred<> write_all(ClientSocket& socket, std::string_view bytes);

/// Connects, and shakes hands where the URL is a wss:// one. Fails with boost::system::system_error
/// or ssl::Error.
Deferred<std::unique_ptr<ClientSocket>> connect(WebSocketUrl url,
                                                std::optional<ssl::ClientContext> tls);

}  // namespace cyclone::websocket::detail

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/websocket_client_socket.ipp>
#endif
