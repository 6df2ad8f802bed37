#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/system/system_error.hpp>

#include <cyclone/impl/config.hpp>
#include <cyclone/reactor.hpp>
#include <cyclone/redis/handshake.hpp>
#include <cyclone/redis/transport.hpp>

namespace cyclone::redis::detail {

namespace asio = boost::asio;

// One type for TCP and Unix sockets, with the concrete executor: any_io_executor costs a virtual
// call per operation.
using Socket =
    asio::basic_stream_socket<asio::generic::stream_protocol, asio::io_context::executor_type>;
using Resolver = asio::ip::basic_resolver<asio::ip::tcp, asio::io_context::executor_type>;

class PlainTransport final : public Transport {
public:
    explicit PlainTransport(Socket socket) : socket_(std::move(socket)) {
        socket_.non_blocking(true);
    }

    Deferred<std::size_t> read_some(std::span<char> buffer) override {
        return socket_.async_read_some(asio::buffer(buffer.data(), buffer.size()), use_deferred);
    }
    std::size_t write_now(std::string_view bytes) override {
        boost::system::error_code error;
        const std::size_t size = socket_.write_some(asio::buffer(bytes), error);
        if (error && error != asio::error::would_block) {
            throw boost::system::system_error(error);
        }
        return size;
    }
    Deferred<std::size_t> write_some(std::string_view bytes) override {
        return socket_.async_write_some(asio::buffer(bytes), use_deferred);
    }
    bool failed_writes_send_nothing() const override { return true; }
    void close() noexcept override {
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

private:
    Socket socket_;
};

class TlsTransport final : public Transport {
public:
    TlsTransport(Socket socket, const ConnectionOptions& options)
        : context_(asio::ssl::context::tls_client), stream_(std::move(socket), prepared(options)) {
        const std::string& name = options.tls_options.server_name.empty()
                                      ? options.host
                                      : options.tls_options.server_name;
        if (options.tls_options.verify) {
            stream_.set_verify_mode(asio::ssl::verify_peer);
            stream_.set_verify_callback(asio::ssl::host_name_verification(name));
        } else {
            stream_.set_verify_mode(asio::ssl::verify_none);
        }
        boost::system::error_code no_address;
        asio::ip::make_address(name, no_address);
        // RFC 6066 3: an address is no server name.
        if (no_address) {
            SSL_set_tlsext_host_name(stream_.native_handle(), name.c_str());
        }
    }

    Deferred<> handshake() {
        return stream_.async_handshake(asio::ssl::stream_base::client, use_deferred);
    }
    Deferred<std::size_t> read_some(std::span<char> buffer) override {
        return stream_.async_read_some(asio::buffer(buffer.data(), buffer.size()), use_deferred);
    }
    std::size_t write_now(std::string_view) override { return 0; }
    Deferred<std::size_t> write_some(std::string_view bytes) override {
        // A copy, because OpenSSL reads it again when it has to wait, also after close().
        constexpr std::size_t most = 64 * 1024;
        const std::string copy(bytes.substr(0, most));
        co_return co_await stream_.async_write_some(asio::buffer(copy), use_deferred);
    }
    bool failed_writes_send_nothing() const override { return false; }
    void close() noexcept override {
        boost::system::error_code ignored;
        stream_.next_layer().close(ignored);
    }

private:
    asio::ssl::context& prepared(const ConnectionOptions& options) {
        const TlsOptions& tls = options.tls_options;
        if (tls.ca_file.empty()) {
            context_.set_default_verify_paths();
        } else {
            context_.load_verify_file(tls.ca_file);
        }
        if (!tls.certificate_file.empty()) {
            context_.use_certificate_chain_file(tls.certificate_file);
        }
        if (!tls.key_file.empty()) {
            context_.use_private_key_file(tls.key_file, asio::ssl::context::pem);
        }
        return context_;
    }

    asio::ssl::context context_;
    asio::ssl::stream<Socket> stream_;
};

inline void set_tcp_options(Socket& socket, std::chrono::seconds keepalive) {
    const auto set = [&](int level, int name, int value) {
        // A refusal costs latency or a late notice of a dead host, not correctness.
        ::setsockopt(socket.native_handle(), level, name, &value, sizeof value);
    };
    set(IPPROTO_TCP, TCP_NODELAY, 1);
    if (keepalive.count() > 0) {
        const int seconds = static_cast<int>(keepalive.count());
        set(SOL_SOCKET, SO_KEEPALIVE, 1);
        set(IPPROTO_TCP, TCP_KEEPIDLE, seconds);
        set(IPPROTO_TCP, TCP_KEEPINTVL, std::max(1, seconds / 3));
        set(IPPROTO_TCP, TCP_KEEPCNT, 3);
    }
}

inline Deferred<std::vector<asio::generic::stream_protocol::endpoint>> find_endpoints(
    ConnectionOptions options) {
    std::vector<asio::generic::stream_protocol::endpoint> endpoints;
    if (!options.unix_path.empty()) {
        endpoints.emplace_back(asio::local::stream_protocol::endpoint(options.unix_path));
        co_return endpoints;
    }
    boost::system::error_code is_name;
    const auto address = asio::ip::make_address(options.host, is_name);
    if (!is_name) {
        endpoints.emplace_back(asio::ip::tcp::endpoint(address, options.port));
        co_return endpoints;
    }
    Resolver resolver(reactor::current().context().get_executor());
    auto resolving =
        resolver.async_resolve(options.host, std::to_string(options.port), use_deferred);
    const auto found = co_await resolving;
    for (const auto& entry : found) {
        endpoints.emplace_back(entry.endpoint());
    }
    co_return endpoints;
}

inline Deferred<Socket> connect_socket(ConnectionOptions options) {
    auto finding = find_endpoints(options);
    const auto endpoints = co_await finding;
    std::exception_ptr error;
    for (const auto& endpoint : endpoints) {
        Socket socket(reactor::current().context().get_executor());
        error = nullptr;
        try {
            co_await socket.async_connect(endpoint, use_deferred);
        } catch (const boost::system::system_error&) {
            error = std::current_exception();
        }
        if (!error && options.unix_path.empty() && leads_to_itself(socket.native_handle())) {
            error = std::make_exception_ptr(
                boost::system::system_error(asio::error::connection_refused));
        }
        if (!error) {
            if (options.unix_path.empty()) {
                set_tcp_options(socket, options.keepalive);
            }
            co_return std::move(socket);
        }
    }
    if (!error) {
        throw boost::system::system_error(asio::error::host_not_found);
    }
    std::rethrow_exception(error);
}

inline Deferred<std::shared_ptr<Transport>> open_transport(ConnectionOptions options) {
    auto connecting = connect_socket(options);
    Socket socket = co_await connecting;
    if (!options.tls) {
        co_return std::make_shared<PlainTransport>(std::move(socket));
    }
    auto transport = std::make_shared<TlsTransport>(std::move(socket), options);
    auto shaking = transport->handshake();
    co_await shaking;
    co_return std::shared_ptr<Transport>(std::move(transport));
}

inline Deferred<std::shared_ptr<Transport>> open_and_greet(ConnectionOptions options) {
    std::exception_ptr error;
    std::shared_ptr<Transport> transport;
    try {
        auto opening = open_transport(options);
        transport = co_await opening;
    } catch (const boost::system::system_error&) {
        error = std::current_exception();
    }
    if (error) {
        throw NoConnection("it cannot be reached: " + reason_of(error));
    }
    Handshake handshake(options);
    auto writing = write_all(transport, handshake.request());
    co_await writing;
    std::array<char, 1024> buffer;
    for (;;) {
        auto reading = transport->read_some(buffer);
        const std::size_t size = co_await reading;
        switch (handshake.feed({buffer.data(), size})) {
            case Handshake::State::waiting:
                break;
            case Handshake::State::ready:
                transport->early = handshake.rest();
                co_return transport;
            case Handshake::State::unavailable:
                throw NoConnection("it is not ready: " + handshake.error());
            case Handshake::State::refused: {
                NoConnection refused("it refuses " + handshake.failed_command() + ": " +
                                     handshake.error());
                refused.refusal = std::make_exception_ptr(
                    ResponseError(handshake.failed_command(), handshake.error()));
                throw refused;
            }
        }
    }
}

CYCLONE_INLINE Deferred<std::shared_ptr<Transport>> establish(ConnectionOptions options) {
    std::exception_ptr error;
    std::shared_ptr<Transport> transport;
    const auto timeout = options.connect_timeout;
    try {
        auto opening = open_and_greet(std::move(options)).add_timeout(timeout);
        transport = co_await opening;
    } catch (const cyclone::TimeoutError&) {
        throw NoConnection("it did not answer within " + in_words(timeout));
    } catch (const boost::system::system_error&) {
        error = std::current_exception();
    }
    if (error) {
        throw NoConnection(reason_of(error));
    }
    co_return transport;
}

CYCLONE_INLINE Deferred<> write_all(std::shared_ptr<Transport> transport, std::string bytes) {
    for (std::size_t written = 0; written < bytes.size();) {
        auto writing = transport->write_some(std::string_view(bytes).substr(written));
        written += co_await writing;
    }
}

CYCLONE_INLINE std::string reason_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const boost::system::system_error& failure) {
        const auto code = failure.code();
        if (code == asio::error::eof || code == asio::error::connection_reset ||
            code == asio::error::broken_pipe || code == asio::ssl::error::stream_truncated) {
            return "the server closed the connection";
        }
        return code.message();
    } catch (const std::exception& failure) {
        return failure.what();
    }
}

CYCLONE_INLINE bool leads_to_itself(int socket) {
    ::sockaddr_storage here{};
    ::sockaddr_storage there{};
    ::socklen_t here_size = sizeof here;
    ::socklen_t there_size = sizeof there;
    return ::getsockname(socket, reinterpret_cast<::sockaddr*>(&here), &here_size) == 0 &&
           ::getpeername(socket, reinterpret_cast<::sockaddr*>(&there), &there_size) == 0 &&
           here_size == there_size && std::memcmp(&here, &there, here_size) == 0;
}

CYCLONE_INLINE bool is_the_end(const std::exception_ptr& error) {
    const Failure failure(error);
    return failure.check<CancelledError>() || failure.check<BrokenPromise>();
}

CYCLONE_INLINE std::string in_words(std::chrono::milliseconds duration) {
    const auto count = duration.count();
    return count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms";
}

}  // namespace cyclone::redis::detail
