#pragma once

#include <chrono>
#include <string>

#include <boost/asio/local/stream_protocol.hpp>

#include <cyclone/reactor/awaitable.hpp>

namespace cyclone::reactor {

/// Connects to the Unix socket at `path`. Fails with boost::system::system_error or TimeoutError.
/// As reactor.connectUNIX.
inline Deferred<boost::asio::local::stream_protocol::socket> connect_unix(
    std::string path, std::chrono::nanoseconds timeout = std::chrono::seconds(30)) {
    using boost::asio::local::stream_protocol;
    auto connecting = [](std::string name) -> Deferred<stream_protocol::socket> {
        stream_protocol::socket socket(current().context());
        const stream_protocol::endpoint endpoint(name);
        co_await socket.async_connect(endpoint, use_deferred);
        co_return std::move(socket);
    };
    return connecting(std::move(path)).add_timeout(timeout);
}

}  // namespace cyclone::reactor
