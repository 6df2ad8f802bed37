#pragma once

#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/system/system_error.hpp>

#include <cyclone/impl/config.hpp>
#include <cyclone/impl/ssl_client_context.ipp>
#include <cyclone/ssl/client_stream.hpp>

namespace cyclone::ssl {

struct ClientStream::Impl {
    Impl(boost::asio::ip::tcp::socket socket, ClientContext shared, const std::string& name)
        : context(std::move(shared)), stream(std::move(socket), context.loaded().context) {
        SSL* const ssl = stream.native_handle();
        boost::system::error_code no_address;
        boost::asio::ip::make_address(name, no_address);
        if (no_address) {
            // RFC 6066 3: an address is no server name.
            SSL_set_tlsext_host_name(ssl, name.c_str());
        }
        if (context.loaded().verify) {
            stream.set_verify_mode(boost::asio::ssl::verify_peer);
            X509_VERIFY_PARAM* const expected = ::SSL_get0_param(ssl);
            ::X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
            const int set = no_address
                                ? ::X509_VERIFY_PARAM_set1_host(expected, name.data(), name.size())
                                : ::X509_VERIFY_PARAM_set1_ip_asc(expected, name.c_str());
            if (set != 1) {
                // Without, any name would do.
                throw Error("'" + name + "' is no name that a server can have");
            }
        } else {
            stream.set_verify_mode(boost::asio::ssl::verify_none);
        }
        const std::string& protocols = context.loaded().protocols;
        ::SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(protocols.data()),
                              static_cast<unsigned>(protocols.size()));
    }

    std::string why(const boost::system::system_error& error, const std::string& name) {
        const long verified = ::SSL_get_verify_result(stream.native_handle());
        if (context.loaded().verify && verified != X509_V_OK) {
            return "the certificate of " + name +
                   " proves nothing: " + ::X509_verify_cert_error_string(verified);
        }
        return "TLS with " + name + " failed: " + error.code().message();
    }

    ClientContext context;
    boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream;
};

CYCLONE_INLINE ClientStream::ClientStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CYCLONE_INLINE ClientStream::~ClientStream() = default;

CYCLONE_INLINE Deferred<std::unique_ptr<ClientStream>> ClientStream::connect(
    boost::asio::ip::tcp::socket socket, ClientContext context, std::string server_name) {
    if (server_name.ends_with('.')) {
        // A root's dot is no part of the name in a certificate.
        server_name.pop_back();
    }
    auto impl = std::make_unique<Impl>(std::move(socket), std::move(context), server_name);
    try {
        auto shaking =
            impl->stream.async_handshake(boost::asio::ssl::stream_base::client, use_deferred);
        co_await shaking;
    } catch (const boost::system::system_error& error) {
        throw Error(impl->why(error, server_name));
    }
    co_return std::unique_ptr<ClientStream>(new ClientStream(std::move(impl)));
}

CYCLONE_INLINE Deferred<std::size_t> ClientStream::read_some(std::span<char> space) {
    return impl_->stream.async_read_some(boost::asio::buffer(space.data(), space.size()),
                                         use_deferred);
}

CYCLONE_INLINE Deferred<std::size_t> ClientStream::write_some(std::string_view bytes) {
    return impl_->stream.async_write_some(boost::asio::buffer(bytes), use_deferred);
}

CYCLONE_INLINE void ClientStream::close() noexcept {
    boost::system::error_code ignored;
    impl_->stream.next_layer().close(ignored);
}

CYCLONE_INLINE std::string ClientStream::protocol() const {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    ::SSL_get0_alpn_selected(impl_->stream.native_handle(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
}

CYCLONE_INLINE boost::asio::ip::tcp::socket& ClientStream::socket() {
    return impl_->stream.next_layer();
}

}  // namespace cyclone::ssl
