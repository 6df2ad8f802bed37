#pragma once

/// The event loop: timers, ports, connections, signals. The module twisted.internet.reactor.

#include <cyclone/defer/filesystem_lock.hpp>
#include <cyclone/reactor/awaitable.hpp>
#include <cyclone/reactor/connect.hpp>
#include <cyclone/reactor/connect_unix.hpp>
#include <cyclone/reactor/endpoint.hpp>
#include <cyclone/reactor/fork_processes.hpp>
#include <cyclone/reactor/future.hpp>
#include <cyclone/reactor/listening_port.hpp>
#include <cyclone/reactor/reactor_class.hpp>
#include <cyclone/reactor/reactor_time.hpp>
#include <cyclone/reactor/run_several.hpp>
#include <cyclone/reactor/spawn_process.hpp>

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/listening_port.ipp>
#include <cyclone/impl/reactor.ipp>
#endif
