#pragma once

#include <algorithm>
#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/cluster/slot_map.hpp>

namespace cyclone::redis {

CYCLONE_INLINE SlotMap::SlotMap() : owners_(slot_count, nobody) {}

CYCLONE_INLINE SlotMap SlotMap::from_reply(Reply&& reply, const Endpoint& asked) {
    constexpr std::string_view command = "CLUSTER SLOTS";
    const auto endpoint_of = [&](Reply& node) {
        auto& parts = detail::elements_of(node, command, "an array of a host, a port and an id");
        if (parts.size() < 2) {
            no_conversion(command, node, "an array of a host, a port and an id");
        }
        auto host = std::move(parts[0]).as<std::optional<std::string>>(command).value_or("");
        // "?" stands for a hostname that was to be announced and is not set.
        const bool unknown = host.empty() || host == "?";
        return Endpoint{unknown ? asked.host : std::move(host),
                        std::move(parts[1]).as<std::uint16_t>(command)};
    };
    SlotMap map;
    for (Reply& range : detail::elements_of(reply, command, "an array")) {
        auto& parts = detail::elements_of(range, command, "an array of two slots and nodes");
        if (parts.size() < 3) {
            no_conversion(command, range, "an array of two slots and nodes");
        }
        const auto first = std::move(parts[0]).as<std::uint16_t>(command);
        const auto last = std::move(parts[1]).as<std::uint16_t>(command);
        if (first > last || last >= slot_count) {
            no_conversion(command, range, "a range of slots from 0 to 16383");
        }
        const std::uint16_t index = map.shard_of(endpoint_of(parts[2]));
        auto& replicas = map.shards_[index].replicas;
        for (std::size_t i = 3; i < parts.size(); ++i) {
            Endpoint replica = endpoint_of(parts[i]);
            if (std::find(replicas.begin(), replicas.end(), replica) == replicas.end()) {
                replicas.push_back(std::move(replica));
            }
        }
        std::fill(map.owners_.begin() + first, map.owners_.begin() + last + 1, index);
    }
    return map;
}

CYCLONE_INLINE const Endpoint* SlotMap::master_of(std::uint16_t slot) const {
    const std::uint16_t owner = owners_[slot];
    return owner == nobody ? nullptr : &shards_[owner].master;
}

CYCLONE_INLINE std::span<const Endpoint> SlotMap::replicas_of(std::uint16_t slot) const {
    const std::uint16_t owner = owners_[slot];
    return owner == nobody ? std::span<const Endpoint>() : shards_[owner].replicas;
}

CYCLONE_INLINE std::vector<Endpoint> SlotMap::masters() const {
    std::vector<Endpoint> all;
    for (const Shard& shard : shards_) {
        all.push_back(shard.master);
    }
    return all;
}

CYCLONE_INLINE std::vector<Endpoint> SlotMap::nodes() const {
    std::vector<Endpoint> all = masters();
    for (const Shard& shard : shards_) {
        for (const Endpoint& replica : shard.replicas) {
            if (std::find(all.begin(), all.end(), replica) == all.end()) {
                all.push_back(replica);
            }
        }
    }
    return all;
}

CYCLONE_INLINE std::size_t SlotMap::covered() const {
    return static_cast<std::size_t>(std::count_if(
        owners_.begin(), owners_.end(), [](std::uint16_t owner) { return owner != nobody; }));
}

CYCLONE_INLINE void SlotMap::moved(std::uint16_t slot, const Endpoint& master) {
    owners_[slot] = shard_of(master);
}

CYCLONE_INLINE std::uint16_t SlotMap::shard_of(const Endpoint& master) {
    const auto found = std::find_if(shards_.begin(), shards_.end(),
                                    [&](const Shard& shard) { return shard.master == master; });
    if (found != shards_.end()) {
        return static_cast<std::uint16_t>(found - shards_.begin());
    }
    shards_.push_back({master, {}});
    return static_cast<std::uint16_t>(shards_.size() - 1);
}

}  // namespace cyclone::redis
