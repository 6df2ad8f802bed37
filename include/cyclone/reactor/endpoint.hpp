#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/reactor/connect.hpp>
#include <cyclone/reactor/connect_unix.hpp>
#include <cyclone/reactor/listening_port.hpp>
#include <cyclone/reactor/tls_session.hpp>

namespace cyclone::reactor {

/// A description that cannot be understood. what() is a sentence that quotes it.
struct EndpointError : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

/// The words of an endpoint's description: "tcp:8080:interface=127.0.0.1" is `tcp`, one that stands for itself, and
/// one with a name. A backslash takes the meaning from a `:`, a `=` and a backslash behind it.
struct EndpointWords {
    std::string kind;
    std::vector<std::string> positional;
    std::map<std::string, std::string> named;
};
EndpointWords split_endpoint(std::string_view description);

/// Where to listen. As twisted.internet.endpoints.serverFromString.
struct ServerEndpoint {
    enum class Kind : std::uint8_t { tcp, unix_socket, ssl };

    Kind kind = Kind::tcp;
    std::uint16_t port = 0;
    std::string interface{};
    std::string path{};
    /// PEM files of an ssl endpoint; the key may be in the certificate's file.
    std::string certificate{};
    std::string private_key{};
    ListenOptions options{};
};

/// Reads `tcp:PORT[:interface=ADDRESS][:backlog=N]`, `unix:PATH[:backlog=N]` or
/// `ssl:PORT:certificate=FILE[:key=FILE][:interface=ADDRESS][:backlog=N]`, where `certKey` and `privateKey` are Twisted's
/// names for certificate and key. Throws EndpointError.
ServerEndpoint server_from_string(std::string_view description);

/// Where to connect to. As twisted.internet.endpoints.clientFromString.
struct ClientEndpoint {
    enum class Kind : std::uint8_t { tcp, unix_socket, ssl };

    Kind kind = Kind::tcp;
    std::string host{};
    std::uint16_t port = 0;
    std::string path{};
    std::chrono::nanoseconds timeout = std::chrono::seconds(30);
    /// Of ssl: as SslOptions has them.
    std::string authorities{};
    std::string certificate{};
    std::string private_key{};
    std::string server_name{};
};

/// Reads `tcp:HOST:PORT[:timeout=SECONDS]`, also as `tcp:host=HOST:port=PORT`, or `unix:PATH[:timeout=SECONDS]`.
/// With `ssl` as with `tcp`, and perhaps `authorities=FILE`, `server_name=NAME`, `certificate=FILE` and `key=FILE`,
/// where `certKey` and `privateKey` are Twisted's names for the last two. Throws EndpointError.
ClientEndpoint client_from_string(std::string_view description);

namespace detail {

/// Makes the TLS of an ssl endpoint, or null unless <cyclone/reactor/ssl_endpoint.hpp> is part of the program.
using TlsMaker = std::shared_ptr<TlsContext> (*)(const ServerEndpoint&);
[[gnu::visibility("default")]] inline TlsMaker& tls_maker() {
    static constinit TlsMaker maker = nullptr;
    return maker;
}
std::shared_ptr<TlsContext> make_tls(const ServerEndpoint& endpoint);

}  // namespace detail

/// Serves `factory` there, on this thread's reactor: `reactor::listen("tcp:8080:interface=127.0.0.1", application)`.
///
/// Throws EndpointError and CannotListenError. For ssl include <cyclone/reactor/ssl_endpoint.hpp> somewhere.
template <ServerFactory F>
ListeningPort listen(const ServerEndpoint& endpoint, F& factory) {
    Reactor& reactor = current();
    switch (endpoint.kind) {
        case ServerEndpoint::Kind::unix_socket:
            return detail::listen_unix(reactor, endpoint.path, factory.make_server(reactor),
                                       endpoint.options);
        case ServerEndpoint::Kind::ssl:
            if constexpr (requires { factory.make_server(reactor, detail::make_tls(endpoint)); }) {
                return detail::listen_tcp(reactor, endpoint.port, endpoint.interface,
                                          factory.make_server(reactor, detail::make_tls(endpoint)),
                                          endpoint.options);
            } else {
                throw EndpointError("what is to be served here does not speak TLS");
            }
        case ServerEndpoint::Kind::tcp:
            break;
    }
    return detail::listen_tcp(reactor, endpoint.port, endpoint.interface,
                              factory.make_server(reactor), endpoint.options);
}
template <ServerFactory F>
ListeningPort listen(std::string_view description, F& factory) {
    return listen(server_from_string(description), factory);
}

}  // namespace cyclone::reactor

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/reactor_endpoint.ipp>
#endif
