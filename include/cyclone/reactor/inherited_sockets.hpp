#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

namespace cyclone::reactor::detail {

/// Names the listening sockets that a program hands on when it executes itself anew: its process
/// id, and after each comma a descriptor. As systemd's LISTEN_PID and LISTEN_FDS.
inline constexpr const char* inherited_sockets_variable = "CYCLONE_LISTEN_FDS";

/// Whether a socket that is bound to `bound` is what is asked for by `wanted`; a port 0 there is
/// any.
inline bool is_same_address(const sockaddr_storage& bound, socklen_t bound_length,
                            const sockaddr* wanted, socklen_t wanted_length) {
    // The port stands at the same place for both families, behind the family.
    constexpr std::size_t port_begin = 2;
    constexpr std::size_t port_end = 4;
    if (bound.ss_family != wanted->sa_family || bound_length != wanted_length) {
        return false;
    }
    const auto* const a = reinterpret_cast<const char*>(&bound);
    const auto* const b = reinterpret_cast<const char*>(wanted);
    if (wanted->sa_family != AF_INET && wanted->sa_family != AF_INET6) {
        return std::memcmp(a, b, bound_length) == 0;
    }
    const bool any_port = b[port_begin] == 0 && b[port_begin + 1] == 0;
    return (any_port || std::memcmp(a + port_begin, b + port_begin, 2) == 0) &&
           std::memcmp(a + port_end, b + port_end, bound_length - port_end) == 0;
}

/// A socket that listens on `wanted` already, from this program before it was executed anew; -1 for
/// none. Each is given once, and to no child process.
inline int take_inherited_socket(const sockaddr* wanted, socklen_t wanted_length) {
    const char* const value = std::getenv(inherited_sockets_variable);
    if (value == nullptr) {
        return -1;
    }
    char* rest = nullptr;
    if (std::strtol(value, &rest, 10) != ::getpid()) {
        return -1;
    }
    std::string left = std::to_string(::getpid());
    int found = -1;
    while (*rest == ',') {
        const int descriptor = static_cast<int>(std::strtol(rest + 1, &rest, 10));
        sockaddr_storage bound{};
        socklen_t length = sizeof bound;
        if (found < 0 &&
            ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound), &length) == 0 &&
            is_same_address(bound, length, wanted, wanted_length)) {
            ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
            found = descriptor;
        } else {
            left += ',' + std::to_string(descriptor);
        }
    }
    ::setenv(inherited_sockets_variable, left.c_str(), 1);
    return found;
}

}  // namespace cyclone::reactor::detail
