#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cyclone::redis {

/// Which of several servers has a key, by consistent hashing: where one is added or taken away,
/// only its share of the keys moves. Places keys as cyclone.redis does, so that both find what the
/// other has stored.
///
/// Each server has 160 points on the ring, the CRC-32 of `name:0` to `name:159`, in the order of
/// signed 32-bit numbers, as they are in Python 2. A key belongs to the first point behind its own
/// CRC-32; behind the last point, to that.
class HashRing {
public:
    /// `names` are `host:port`, or the paths of Unix sockets. Throws std::invalid_argument without
    /// any.
    explicit HashRing(const std::vector<std::string>& names, std::size_t replicas = 160);

    /// The place, in `names`, of the server that has `key`; see shard_tag().
    std::size_t node_of(std::string_view key) const;

private:
    std::vector<std::pair<std::int32_t, std::size_t>> points_;
};

/// The part of `key` that decides on its server: what is between the last { that a } follows and
/// the last }, unless that { is its first letter; otherwise all of it. As in cyclone.redis, and not
/// as in a cluster (see hash_tag()).
std::string_view shard_tag(std::string_view key);

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_hash_ring.ipp>
#endif
