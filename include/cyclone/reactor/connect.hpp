#pragma once

#include <cstdint>
#include <string>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cyclone/reactor/awaitable.hpp>

namespace cyclone::reactor {

/// Connects to `host`, a name or an address, trying each of its addresses in turn for `timeout`
/// altogether. Fails with boost::system::system_error or TimeoutError. The name is resolved without
/// blocking. As reactor.connectTCP.
inline Deferred<boost::asio::ip::tcp::socket> connect_tcp(
    std::string host, std::uint16_t port,
    std::chrono::nanoseconds timeout = std::chrono::seconds(30)) {
    using boost::asio::ip::tcp;
    auto connecting = [](std::string name, std::string service) -> Deferred<tcp::socket> {
        tcp::resolver resolver(current().context());
        auto addresses = co_await resolver.async_resolve(name, service, use_deferred);
        tcp::socket socket(current().context());
        co_await boost::asio::async_connect(socket, addresses, use_deferred);
        socket.set_option(tcp::no_delay(true));
        co_return std::move(socket);
    };
    return connecting(std::move(host), std::to_string(port)).add_timeout(timeout);
}

}  // namespace cyclone::reactor
