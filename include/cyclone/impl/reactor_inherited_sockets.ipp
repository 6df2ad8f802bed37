#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string_view>
#include <vector>

#include <cyclone/impl/config.hpp>
#include <cyclone/reactor/inherited_sockets.hpp>

namespace cyclone::reactor::detail {

struct InheritedSockets {
    struct Entry {
        int descriptor;
        bool outlives_program;
        /// Of the socket, once it was given: the descriptor may be another one's by then.
        ino_t given = 0;

        bool is_left_over() const { return given == 0 && !outlives_program; }
    };

    void add(int descriptor, bool outlives_program) {
        ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
        entries.push_back({descriptor, outlives_program});
    }
    void read_environment();

    std::mutex mutex;
    std::vector<Entry> entries;
};

[[gnu::visibility("default")]] CYCLONE_INLINE InheritedSockets& inherited_sockets() {
    static InheritedSockets sockets;
    return sockets;
}

/// Takes the number at the front of `text` away; -1 where there is none.
CYCLONE_INLINE int take_number(std::string_view& text) {
    int number = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return error == std::errc() ? number : -1;
}

/// The variables are taken away: what they say is for no other program.
CYCLONE_INLINE void InheritedSockets::read_environment() {
    if (const char* const value = std::getenv(inherited_sockets_variable)) {
        std::string_view left = value;
        if (take_number(left) == ::getpid()) {
            while (left.starts_with(',')) {
                left.remove_prefix(1);
                add(take_number(left), false);
            }
            ::unsetenv(inherited_sockets_variable);
        }
    }
    const char* const process = std::getenv("LISTEN_PID");
    const char* const number = std::getenv("LISTEN_FDS");
    if (process == nullptr || number == nullptr) {
        return;
    }
    std::string_view process_text = process;
    if (take_number(process_text) == ::getpid()) {
        std::string_view number_text = number;
        constexpr int first = 3;
        const int end = first + take_number(number_text);
        for (int descriptor = first; descriptor < end; ++descriptor) {
            add(descriptor, true);
        }
        for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) {
            ::unsetenv(name);
        }
    }
}

/// Whether a socket that is bound to `bound` is what is asked for by `wanted`.
CYCLONE_INLINE bool is_same_address(const sockaddr_storage& bound, socklen_t bound_length,
                                    const sockaddr* wanted, socklen_t wanted_length) {
    if (bound.ss_family != wanted->sa_family) {
        return false;
    }
    if (bound.ss_family == AF_UNIX) {
        const auto& ours = reinterpret_cast<const sockaddr_un&>(bound);
        const auto& theirs = *reinterpret_cast<const sockaddr_un*>(wanted);
        return bound_length > offsetof(sockaddr_un, sun_path) &&
               std::strncmp(ours.sun_path, theirs.sun_path, sizeof ours.sun_path) == 0;
    }
    // The port stands at the same place for both families, behind the family.
    constexpr std::size_t port_begin = 2;
    constexpr std::size_t port_end = 4;
    const auto* const a = reinterpret_cast<const char*>(&bound);
    const auto* const b = reinterpret_cast<const char*>(wanted);
    const bool any_port = b[port_begin] == 0 && b[port_begin + 1] == 0;
    return bound_length == wanted_length &&
           (any_port || std::memcmp(a + port_begin, b + port_begin, 2) == 0) &&
           std::memcmp(a + port_end, b + port_end, bound_length - port_end) == 0;
}

CYCLONE_INLINE bool listens_on(int descriptor, const sockaddr* wanted, socklen_t wanted_length) {
    sockaddr_storage bound{};
    socklen_t length = sizeof bound;
    int listens = 0;
    socklen_t size = sizeof listens;
    return ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 &&
           listens != 0 &&
           ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound), &length) == 0 &&
           is_same_address(bound, length, wanted, wanted_length);
}

CYCLONE_INLINE ino_t inode_of(int descriptor) {
    struct stat status {};
    return ::fstat(descriptor, &status) == 0 ? status.st_ino : 0;
}

CYCLONE_INLINE bool shares_port(int descriptor) {
    int shares = 0;
    socklen_t size = sizeof shares;
    return ::getsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &shares, &size) == 0 && shares != 0;
}

CYCLONE_INLINE InheritedSocket take_inherited_socket(const sockaddr* wanted,
                                                     socklen_t wanted_length, bool share) {
    InheritedSockets& all = inherited_sockets();
    const std::lock_guard lock(all.mutex);
    all.read_environment();
    for (auto& entry : all.entries) {
        if (entry.given == 0 && listens_on(entry.descriptor, wanted, wanted_length)) {
            entry.given = inode_of(entry.descriptor);
            ::fcntl(entry.descriptor, F_SETFL, ::fcntl(entry.descriptor, F_GETFL) | O_NONBLOCK);
            return {entry.descriptor, entry.outlives_program};
        }
    }
    for (const auto& entry : all.entries) {
        // A further socket could not be bound beside one that does not share its port.
        if (share && entry.given != 0 && inode_of(entry.descriptor) == entry.given &&
            !shares_port(entry.descriptor) && listens_on(entry.descriptor, wanted, wanted_length)) {
            return {::fcntl(entry.descriptor, F_DUPFD_CLOEXEC, 0), entry.outlives_program};
        }
    }
    return {};
}

CYCLONE_INLINE bool has_untaken_sockets() {
    InheritedSockets& all = inherited_sockets();
    const std::lock_guard lock(all.mutex);
    all.read_environment();
    return std::ranges::any_of(all.entries, &InheritedSockets::Entry::is_left_over);
}

CYCLONE_INLINE void close_untaken_sockets() {
    InheritedSockets& all = inherited_sockets();
    const std::lock_guard lock(all.mutex);
    std::erase_if(all.entries, [](const InheritedSockets::Entry& entry) {
        return entry.is_left_over() && ::close(entry.descriptor) == 0;
    });
}

CYCLONE_INLINE void leave_for_children(int socket) {
    InheritedSockets& all = inherited_sockets();
    const std::lock_guard lock(all.mutex);
    all.add(socket, true);
}

}  // namespace cyclone::reactor::detail
