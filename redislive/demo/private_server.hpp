#pragma once

#include <cstdint>
#include <string>

#include <sys/types.h>

namespace redislive::demo {

/// A redis-server of its own on a free port of the loopback, which keeps nothing. It ends with
/// this, and with this process, however that ends.
class PrivateServer {
public:
    /// Throws std::runtime_error with a sentence when there is no redis-server, or it does not
    /// answer.
    PrivateServer();
    PrivateServer(const PrivateServer&) = delete;
    PrivateServer& operator=(const PrivateServer&) = delete;
    ~PrivateServer();

    std::uint16_t port() const noexcept { return port_; }

private:
    std::uint16_t port_ = 0;
    pid_t process_ = 0;
};

}  // namespace redislive::demo
