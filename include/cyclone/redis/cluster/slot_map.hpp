#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <cyclone/redis/cluster/endpoint.hpp>
#include <cyclone/redis/cluster/key_slot.hpp>
#include <cyclone/redis/reply.hpp>

namespace cyclone::redis {

/// Which node of a cluster has which slot. Does no I/O.
class SlotMap {
public:
    /// Nobody has anything.
    SlotMap();

    /// Reads the reply to CLUSTER SLOTS. A node that does not know its own host ("" or nil) has
    /// that of `asked`. Throws TypeError for what is no such reply.
    static SlotMap from_reply(Reply&& reply, const Endpoint& asked);

    /// Null: nobody has this slot.
    const Endpoint* master_of(std::uint16_t slot) const;
    std::span<const Endpoint> replicas_of(std::uint16_t slot) const;

    /// Each once.
    std::vector<Endpoint> masters() const;
    std::vector<Endpoint> nodes() const;

    /// How many slots somebody has.
    std::size_t covered() const;

    /// What MOVED says: `slot` belongs to `master` now.
    void moved(std::uint16_t slot, const Endpoint& master);

private:
    struct Shard {
        Endpoint master;
        std::vector<Endpoint> replicas;
    };
    static constexpr std::uint16_t nobody = 0xffff;

    std::uint16_t shard_of(const Endpoint& master);

    std::vector<Shard> shards_;
    std::vector<std::uint16_t> owners_;
};

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_slot_map.ipp>
#endif
