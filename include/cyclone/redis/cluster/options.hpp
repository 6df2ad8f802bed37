#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include <cyclone/redis/cluster/endpoint.hpp>
#include <cyclone/redis/options.hpp>

namespace cyclone::redis {

/// Which node answers a command that only reads.
enum class ReadFrom : std::uint8_t {
    master,
    /// A replica of it, where one can be reached: what it says may be old.
    replica,
};

/// Where a cluster is and how to talk to it.
struct ClusterOptions {
    /// Some of its nodes; one that answers is enough, the others are found by it.
    std::vector<Endpoint> nodes{Endpoint{}};
    /// How to talk to each node; host, port and db are of no account. command_timeout limits a
    /// command with all its redirections and attempts.
    ConnectionOptions connection{};
    ReadFrom read_from = ReadFrom::master;
    /// A command that has been sent on so often fails with what the last node said.
    std::uint16_t max_redirections = 16;
    /// The slot map is also loaded anew when nothing has told that it changed; zero: never.
    std::chrono::milliseconds refresh{60000};
};

}  // namespace cyclone::redis
