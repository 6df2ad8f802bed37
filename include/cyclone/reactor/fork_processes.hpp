#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <cyclone/reactor/listening_port.hpp>

namespace cyclone::reactor {

/// Listens on a TCP port before the processes are forked that will serve it: listen_tcp() for the
/// same port and interface takes it over in each. Gives the port's number, also where 0 was asked
/// for. Throws CannotListenError. As tornado.netutil.bind_sockets.
///
/// Who connects is taken by whichever process is free, and waits where one has just died.
std::uint16_t bind_sockets(std::uint16_t port, std::string_view interface = "",
                           const ListenOptions& options = {});

/// Forks `count` processes, one for each core where that is 0, and gives each its number from 0 on.
///
///     reactor::bind_sockets(8888);
///     if (!reactor::fork_processes(4)) {
///         return 0;
///     }
///     web::Application application(...);
///     reactor::listen_tcp(8888, application);
///     reactor::run();
///
/// The process that calls it watches over the others, and is given nothing when they have ended.
/// SIGTERM, SIGINT and SIGHUP are passed on to them. One that crashes or ends with a status other
/// than 0 is replaced, until that has happened more than `max_restarts` times: then the others are
/// ended, and std::runtime_error is thrown. Throws std::logic_error, and forks nothing, where there
/// is a reactor or a second thread already. As tornado.process.fork_processes.
std::optional<std::size_t> fork_processes(std::size_t count = 0, std::size_t max_restarts = 100);

}  // namespace cyclone::reactor

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/reactor_fork_processes.ipp>
#endif
