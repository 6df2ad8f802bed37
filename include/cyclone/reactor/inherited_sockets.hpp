#pragma once

#include <sys/socket.h>

namespace cyclone::reactor::detail {

/// Names the listening sockets that a program hands on when it executes itself anew: its process
/// id, and after each comma a descriptor.
inline constexpr const char* inherited_sockets_variable = "CYCLONE_LISTEN_FDS";

/// A listening socket that was open before this program, or this process, began.
struct InheritedSocket {
    /// -1: there is none.
    int descriptor = -1;
    /// Whether somebody else, systemd for instance, keeps it too: who connects to it waits for the
    /// program that comes next, and its file is not this program's.
    bool outlives_program = false;
};

/// The one that listens on `wanted`, where a port of 0 is any; for the caller to close.
///
/// They come from this program before it was executed anew (autoreload), from whoever started it
/// (LISTEN_PID and LISTEN_FDS, as sd_listen_fds(3) reads them), or from leave_for_children(). Each
/// is given once, and to no program that is executed; but with `share` one that was given already,
/// and is still open, is given again as another descriptor. From any thread.
InheritedSocket take_inherited_socket(const sockaddr* wanted, socklen_t wanted_length,
                                      bool share = false);

/// Whether this program, before it was executed anew, listened on more than has been taken by now.
bool has_untaken_sockets();
/// Closes those: who connects to them would wait for ever. Once the program has listened on all that it
/// wants.
void close_untaken_sockets();

/// Puts a listening socket among those that are to be inherited, for the processes that are forked
/// off.
void leave_for_children(int socket);

}  // namespace cyclone::reactor::detail

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/reactor_inherited_sockets.ipp>
#endif
