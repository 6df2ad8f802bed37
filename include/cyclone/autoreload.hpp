#pragma once

/// For development: the program starts itself anew when it has been built anew. The module
/// tornado.autoreload.

#include <filesystem>
#include <functional>

#include <cyclone/reactor.hpp>

namespace cyclone::autoreload {

/// Watches the program's own file from now on, and when it has been replaced or written, executes
/// it with the same arguments in this process. By inotify.
///
/// The sockets that it listens on stay open: who connects meanwhile waits, and is accepted by the
/// new program, where reactor::listen_tcp() finds them again, under port 0 too. Connections are
/// cut. Needs this thread's reactor to run. Throws std::system_error when nothing can be watched.
/// As tornado.autoreload.start.
void start();

/// The same for the file `path`, a configuration perhaps, which need not be there yet. As
/// tornado.autoreload.watch.
void watch(const std::filesystem::path& path);

/// `hook` is called before the program is executed anew. As tornado.autoreload.add_reload_hook.
void add_reload_hook(std::function<void()> hook);

}  // namespace cyclone::autoreload

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/autoreload.ipp>
#endif
