#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <cyclone/defer.hpp>
#include <cyclone/httpclient/request.hpp>
#include <cyclone/httpclient/url.hpp>
#include <cyclone/ssl/client_context.hpp>

namespace cyclone::httpclient::detail {

/// The bytes to and from one server: TCP or TLS, by a proxy perhaps. Decides nothing.
class Connection {
public:
    virtual ~Connection() = default;

    /// At least one byte; fails with boost::system::system_error, with eof at the end. One at a
    /// time.
    virtual Deferred<std::size_t> read_some(std::span<char> space) = 0;
    /// At least one byte. One at a time; `bytes` stay valid until it has fired.
    virtual Deferred<std::size_t> write_some(std::string_view bytes) = 0;
    /// Whether the server has neither closed it nor said anything: as one that is idle should be.
    virtual bool quiet() = 0;
    /// Ends everything that is under way.
    virtual void close() noexcept = 0;
};

/// Where a connection leads, and how.
struct ConnectPlan {
    Url url;
    /// What is dialled: the proxy, or the server.
    std::string host;
    std::uint16_t port;
    /// What a proxy is asked for a tunnel with; empty: no tunnel.
    std::string connect_head;
    /// For https.
    std::optional<ssl::ClientContext> tls;
    bool allow_ipv6 = true;
    std::string source_address;
};

/// Resolves, connects, asks the proxy, shakes hands. When a name has several addresses, the next is
/// tried beside those before after 250 ms (RFC 8305), or when they fail. Fails with
/// HTTPConnectError, what() of which follows a colon.
Deferred<std::shared_ptr<Connection>> connect(ConnectPlan plan);

}  // namespace cyclone::httpclient::detail

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/httpclient_connection.ipp>
#endif
