#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <cyclone/redis/cluster/endpoint.hpp>
#include <cyclone/redis/options.hpp>

namespace cyclone::redis {

/// Where the sentinels are, and how to talk to what they watch.
struct SentinelOptions {
    /// Some of them; one that answers is enough, the others are found by it.
    std::vector<Endpoint> sentinels{Endpoint{"127.0.0.1", 26379}};
    /// The name that the sentinels have for the master.
    std::string master_name = "mymaster";
    /// How to talk to the master and the replicas; host, port and role are of no account.
    ConnectionOptions connection{};
    /// For the sentinels themselves.
    std::string username{};
    std::string password{};
    /// How long one of them may take to answer before the next is asked.
    std::chrono::milliseconds timeout{500};
};

}  // namespace cyclone::redis
