#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include <cyclone/httpclient/connection.hpp>
#include <cyclone/httpclient/error.hpp>
#include <cyclone/httpclient/response_parser.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/reactor.hpp>
#include <cyclone/ssl/client_stream.hpp>

namespace cyclone::httpclient::detail {

using boost::asio::ip::tcp;

inline bool is_quiet(tcp::socket& socket) {
    char byte = 0;
    return socket.is_open() &&
           ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
           (errno == EAGAIN || errno == EWOULDBLOCK);
}

class PlainConnection final : public Connection {
public:
    explicit PlainConnection(tcp::socket socket) : socket_(std::move(socket)) {}

    Deferred<std::size_t> read_some(std::span<char> space) override {
        return socket_.async_read_some(boost::asio::buffer(space.data(), space.size()),
                                       use_deferred);
    }
    Deferred<std::size_t> write_some(std::string_view bytes) override {
        return socket_.async_write_some(boost::asio::buffer(bytes), use_deferred);
    }
    bool quiet() override { return is_quiet(socket_); }
    void close() noexcept override {
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

private:
    tcp::socket socket_;
};

class TlsConnection final : public Connection {
public:
    explicit TlsConnection(std::unique_ptr<ssl::ClientStream> stream)
        : stream_(std::move(stream)) {}

    Deferred<std::size_t> read_some(std::span<char> space) override {
        return stream_->read_some(space);
    }
    Deferred<std::size_t> write_some(std::string_view bytes) override {
        return stream_->write_some(bytes);
    }
    bool quiet() override { return is_quiet(stream_->socket()); }
    void close() noexcept override { stream_->close(); }

private:
    std::unique_ptr<ssl::ClientStream> stream_;
};

using Endpoints = std::vector<tcp::endpoint>;

/// Cancelled, it fails at once: the system's resolver itself cannot be interrupted.
inline Deferred<Endpoints> resolve(const std::string& host, std::uint16_t port) {
    boost::system::error_code is_name;
    const auto address = boost::asio::ip::make_address(host, is_name);
    if (!is_name) {
        return succeed(Endpoints{tcp::endpoint(address, port)});
    }
    auto resolver = std::make_shared<tcp::resolver>(reactor::current().context());
    auto promise = std::make_shared<Promise<Endpoints>>();
    auto deferred = promise->get_deferred();
    resolver->async_resolve(host, std::to_string(port),
                            [resolver, promise](const boost::system::error_code& error,
                                                const tcp::resolver::results_type& found) {
                                if (error) {
                                    promise->errback(boost::system::system_error(error));
                                    return;
                                }
                                promise->callback(Endpoints(found.begin(), found.end()));
                            });
    return deferred;
}

/// The families by turns, beginning with the first one's, each in its order (RFC 8305 4).
inline Endpoints interleaved(const Endpoints& endpoints) {
    Endpoints first;
    Endpoints second;
    for (const tcp::endpoint& endpoint : endpoints) {
        const bool same = endpoint.protocol() == endpoints.front().protocol();
        (same ? first : second).push_back(endpoint);
    }
    Endpoints out;
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size()) {
            out.push_back(first[i]);
        }
        if (i < second.size()) {
            out.push_back(second[i]);
        }
    }
    return out;
}

/// Lets attempts to connect begin one after the other.
struct StartingGates {
    explicit StartingGates(std::size_t count) : gates(count) {}
    void open(std::size_t index) {
        if (index < gates.size() && !gates[index].called()) {
            gates[index].callback();
        }
    }
    std::vector<Promise<>> gates;
};

inline Deferred<tcp::socket> attempt(std::shared_ptr<StartingGates> gates, std::size_t index,
                                     Deferred<> gate, tcp::endpoint endpoint, std::string source) {
    constexpr auto head_start = std::chrono::milliseconds(250);
    co_await gate;
    auto timer = reactor::call_later(head_start, [gates, index] { gates->open(index + 1); });
    std::exception_ptr error;
    tcp::socket socket(reactor::current().context(), endpoint.protocol());
    try {
        if (!source.empty()) {
            socket.bind(tcp::endpoint(boost::asio::ip::make_address(source), 0));
        }
        auto connecting = socket.async_connect(endpoint, use_deferred);
        co_await connecting;
        socket.set_option(tcp::no_delay(true));
    } catch (const boost::system::system_error&) {
        error = std::current_exception();
    }
    timer.cancel();
    if (error) {
        gates->open(index + 1);
        std::rethrow_exception(error);
    }
    co_return std::move(socket);
}

inline Deferred<tcp::socket> dial(const ConnectPlan& plan) {
    auto resolving = resolve(plan.host, plan.port);
    Endpoints endpoints = co_await resolving;
    if (!plan.allow_ipv6) {
        std::erase_if(endpoints, [](const auto& endpoint) { return endpoint.address().is_v6(); });
    }
    if (endpoints.empty()) {
        throw boost::system::system_error(boost::asio::error::host_not_found);
    }
    endpoints = interleaved(endpoints);
    auto gates = std::make_shared<StartingGates>(endpoints.size());
    std::vector<Deferred<tcp::socket>> attempts;
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
        attempts.push_back(
            attempt(gates, i, gates->gates[i].get_deferred(), endpoints[i], plan.source_address));
    }
    gates->open(0);
    std::exception_ptr error;
    try {
        auto racing = race(std::move(attempts));
        auto first = co_await racing;
        co_return std::move(first.value);
    } catch (const FailureGroup& group) {
        error = group.failures.front().exception();
    }
    std::rethrow_exception(error);
}

inline Deferred<> ask_for_tunnel(tcp::socket& socket, const ConnectPlan& plan) {
    auto writing =
        boost::asio::async_write(socket, boost::asio::buffer(plan.connect_head), use_deferred);
    co_await writing;
    ResponseParser parser("CONNECT");
    std::vector<char> buffer(4096);
    std::string_view bytes;
    const std::string proxy = "the proxy " + plan.host + ":" + std::to_string(plan.port);
    for (;;) {
        switch (parser.parse(bytes)) {
            case ResponseParser::State::incomplete: {
                auto reading = socket.async_read_some(boost::asio::buffer(buffer), use_deferred);
                const std::size_t size = co_await reading;
                bytes = {buffer.data(), size};
                break;
            }
            case ResponseParser::State::head:
                if (parser.head().code / 100 != 2) {
                    throw HTTPConnectError(
                        proxy + " refuses a tunnel: " + std::to_string(parser.head().code) + " " +
                        parser.head().reason);
                }
                break;
            case ResponseParser::State::refused:
                throw HTTPConnectError(proxy +
                                       " gives no answer that can be used: " + parser.refusal());
            case ResponseParser::State::complete:
                if (!bytes.empty()) {
                    // In a TLS tunnel the client speaks first: this comes from the proxy.
                    throw HTTPConnectError(proxy + " says more than its answer");
                }
                co_return;
            case ResponseParser::State::informational:
            case ResponseParser::State::data:
                break;
        }
    }
}

CYCLONE_INLINE Deferred<std::shared_ptr<Connection>> connect(ConnectPlan plan) {
    try {
        auto dialling = dial(plan);
        tcp::socket socket = co_await dialling;
        if (!plan.connect_head.empty()) {
            auto asking = ask_for_tunnel(socket, plan);
            co_await asking;
        }
        if (!plan.tls) {
            co_return std::make_shared<PlainConnection>(std::move(socket));
        }
        auto shaking = ssl::ClientStream::connect(std::move(socket), *plan.tls, plan.url.host);
        auto stream = co_await shaking;
        co_return std::make_shared<TlsConnection>(std::move(stream));
    } catch (const boost::system::system_error& error) {
        throw HTTPConnectError("cannot connect to " + plan.host + ":" + std::to_string(plan.port) +
                               ": " + error.code().message());
    } catch (const ssl::Error& error) {
        throw HTTPConnectError(error.what());
    }
}

}  // namespace cyclone::httpclient::detail
