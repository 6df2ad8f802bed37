#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include <cyclone/redis/cluster/endpoint.hpp>
#include <cyclone/redis/reply.hpp>

namespace cyclone::redis {

/// What a sentinel publishes on `+switch-master` when a replica has taken over.
struct MasterSwitch {
    std::string_view name;
    Endpoint from;
    Endpoint to;
};

/// Reads the payload of `+switch-master`; nothing, where it is none.
std::optional<MasterSwitch> parse_master_switch(std::string_view payload);

/// Reads the reply to SENTINEL GET-MASTER-ADDR-BY-NAME; nothing, where the sentinel knows of no
/// such master. Throws TypeError for what is no such reply.
std::optional<Endpoint> master_from_reply(Reply&& reply);

/// Reads the reply to SENTINEL REPLICAS or SENTINEL SENTINELS: those that are up, and linked to the
/// master where that is told. Throws TypeError for what is no such reply.
std::vector<Endpoint> usable_from_reply(Reply&& reply);

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_sentinel_answers.ipp>
#endif
