#pragma once

#include <cstddef>
#include <functional>

#include <cyclone/reactor/reactor_class.hpp>

namespace cyclone::reactor {

/// Runs `count` reactors, one on this thread and each other on a thread of its own, until one of
/// them is stopped, which stops all (SIGINT and SIGTERM too). `setup(reactor)` is called first on
/// each thread:
///
///     reactor::run(4, [&](reactor::Reactor&) {
///         reactor::listen_tcp(8888, application, "", {.reuse_port = true});
///     });
///
/// They share nothing: with `reuse_port` the system gives each its part of the connections. When a
/// setup throws, all are stopped and the first exception comes out here. Throws
/// std::invalid_argument for 0.
void run(std::size_t count, const std::function<void(Reactor&)>& setup);

}  // namespace cyclone::reactor

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/reactor_run_several.ipp>
#endif
