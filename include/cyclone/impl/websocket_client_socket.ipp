#pragma once

#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cyclone/impl/config.hpp>
#include <cyclone/reactor.hpp>
#include <cyclone/ssl/client_stream.hpp>
#include <cyclone/websocket/client_socket.hpp>

namespace cyclone::websocket::detail {

class PlainClientSocket final : public ClientSocket {
public:
    explicit PlainClientSocket(boost::asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}

    Deferred<std::size_t> read_some(std::span<char> space) override {
        return socket_.async_read_some(boost::asio::buffer(space.data(), space.size()),
                                       use_deferred);
    }
    Deferred<std::size_t> write_some(std::string_view bytes) override {
        return socket_.async_write_some(boost::asio::buffer(bytes), use_deferred);
    }
    void close() noexcept override {
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

private:
    boost::asio::ip::tcp::socket socket_;
};

class TlsClientSocket final : public ClientSocket {
public:
    explicit TlsClientSocket(std::unique_ptr<ssl::ClientStream> stream)
        : stream_(std::move(stream)) {}

    Deferred<std::size_t> read_some(std::span<char> space) override {
        return stream_->read_some(space);
    }
    Deferred<std::size_t> write_some(std::string_view bytes) override {
        return stream_->write_some(bytes);
    }
    void close() noexcept override { stream_->close(); }

private:
    std::unique_ptr<ssl::ClientStream> stream_;
};

CYCLONE_INLINE Deferred<> write_all(ClientSocket& socket, std::string_view bytes) {
    while (!bytes.empty()) {
        auto writing = socket.write_some(bytes);
        bytes.remove_prefix(co_await writing);
    }
}

CYCLONE_INLINE Deferred<std::unique_ptr<ClientSocket>> connect(
    WebSocketUrl url, std::optional<ssl::ClientContext> tls) {
    auto connecting = reactor::connect_tcp(url.host, url.port);
    auto socket = co_await connecting;
    std::unique_ptr<ClientSocket> connected;
    if (url.secure) {
        if (!tls) {
            tls.emplace();
        }
        auto shaking = ssl::ClientStream::connect(std::move(socket), *tls, url.host);
        auto stream = co_await shaking;
        connected = std::make_unique<TlsClientSocket>(std::move(stream));
    } else {
        connected = std::make_unique<PlainClientSocket>(std::move(socket));
    }
    co_return std::move(connected);
}

}  // namespace cyclone::websocket::detail
