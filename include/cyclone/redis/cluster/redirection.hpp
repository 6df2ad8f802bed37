#pragma once

#include <cstdint>

#include <cyclone/redis/cluster/endpoint.hpp>
#include <cyclone/redis/reply.hpp>

namespace cyclone::redis {

/// What a node of a cluster answers instead of executing a command.
struct Redirection {
    enum class Kind : std::uint8_t {
        none,       ///< it is a reply to the command, or an error that is the caller's
        moved,      ///< MOVED: the slot belongs to `endpoint` from now on
        ask,        ///< ASK: this once, and after ASKING, `endpoint` has to be asked
        try_again,  ///< TRYAGAIN, LOADING, MASTERDOWN: later, it will be as before
        reload,     ///< CLUSTERDOWN: later, somebody else may have the slot
    };
    Kind kind = Kind::none;
    std::uint16_t slot = 0;
    Endpoint endpoint{};
};

/// Reads `reply`, which came from `answered`. A redirection without a host means that one's host.
Redirection redirection_of(const Reply& reply, const Endpoint& answered);

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_redirection.ipp>
#endif
