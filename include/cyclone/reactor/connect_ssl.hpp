#pragma once

/// Connections by TLS, by OpenSSL (link ssl and crypto).

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>

#include <cyclone/reactor/connect.hpp>

namespace cyclone::reactor {

struct SslOptions {
    /// PEM: who may have signed the server's certificate; empty: whom the system trusts.
    std::string authorities{};
    /// PEM, for a server that asks who the client is. The key may be in the certificate's file.
    std::string certificate{};
    std::string private_key{};
    /// The name that must be in the server's certificate; empty: the host that is connected to.
    std::string server_name{};
    /// False for tests only: anybody in between can read and change what is sent.
    bool verify = true;
};

using SslSocket = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;

/// Connects by TLS, for `timeout` altogether, and checks the server's certificate and name. Fails
/// with boost::system::system_error (its code says what is wrong with the certificate) or
/// TimeoutError. As reactor.connectSSL.
inline Deferred<SslSocket> connect_ssl(
    std::string host, std::uint16_t port, SslOptions options = {},
    std::chrono::nanoseconds timeout = std::chrono::seconds(30)) {
    namespace ssl = boost::asio::ssl;
    auto connecting = [](std::string name, std::uint16_t number, SslOptions chosen,
                         std::chrono::nanoseconds limit) -> Deferred<SslSocket> {
        // The stream keeps what it needs of the context.
        ssl::context context(ssl::context::tls_client);
        if (chosen.authorities.empty()) {
            context.set_default_verify_paths();
        } else {
            context.load_verify_file(chosen.authorities);
        }
        if (!chosen.certificate.empty()) {
            context.use_certificate_chain_file(chosen.certificate);
            context.use_private_key_file(
                chosen.private_key.empty() ? chosen.certificate : chosen.private_key,
                ssl::context::pem);
        }
        auto opening = connect_tcp(name, number, limit);
        auto socket = co_await opening;
        SslSocket stream(std::move(socket), context);
        const std::string& expected = chosen.server_name.empty() ? name : chosen.server_name;
        stream.set_verify_mode(chosen.verify ? ssl::verify_peer : ssl::verify_none);
        if (chosen.verify) {
            stream.set_verify_callback(ssl::host_name_verification(expected));
        }
        boost::system::error_code is_name;
        boost::asio::ip::make_address(expected, is_name);
        // RFC 6066 3: an address is no server name.
        if (is_name) {
            SSL_set_tlsext_host_name(stream.native_handle(), expected.c_str());
        }
        co_await stream.async_handshake(ssl::stream_base::client, use_deferred);
        co_return std::move(stream);
    };
    return connecting(std::move(host), port, std::move(options), timeout).add_timeout(timeout);
}

}  // namespace cyclone::reactor
