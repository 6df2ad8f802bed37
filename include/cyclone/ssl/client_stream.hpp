#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>

#include <cyclone/defer.hpp>
#include <cyclone/ssl/client_context.hpp>

namespace cyclone::ssl {

/// A client's end of a TLS connection. On its reactor's thread.
class ClientStream {
public:
    ClientStream(const ClientStream&) = delete;
    ClientStream& operator=(const ClientStream&) = delete;
    ~ClientStream();

    /// Shakes hands over a connected socket with the server that calls itself `server_name`, a name
    /// or an address. Fails with Error, by a sentence, when that does not work or the server cannot
    /// prove its name.
    static Deferred<std::unique_ptr<ClientStream>> connect(boost::asio::ip::tcp::socket socket,
                                                           ClientContext context,
                                                           std::string server_name);

    /// At least one byte. Fails with boost::system::system_error: eof where the server has said
    /// good-bye, ssl::error::stream_truncated where it, or somebody on the way, has just closed.
    /// One at a time.
    Deferred<std::size_t> read_some(std::span<char> space);
    /// At least one byte. `bytes` stay valid until it has fired. One at a time.
    Deferred<std::size_t> write_some(std::string_view bytes);
    /// Ends everything that is under way.
    void close() noexcept;

    /// Selected by ALPN; empty when nothing was.
    std::string protocol() const;
    boost::asio::ip::tcp::socket& socket();

private:
    struct Impl;
    explicit ClientStream(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

}  // namespace cyclone::ssl

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/ssl_client_stream.ipp>
#endif
