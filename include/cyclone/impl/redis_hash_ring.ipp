#pragma once

#include <algorithm>
#include <stdexcept>

#include <boost/crc.hpp>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/hash_ring.hpp>

namespace cyclone::redis {
namespace detail {

inline std::int32_t signed_crc32(std::string_view bytes) {
    boost::crc_32_type crc;
    crc.process_bytes(bytes.data(), bytes.size());
    return static_cast<std::int32_t>(crc.checksum());
}

}  // namespace detail

CYCLONE_INLINE HashRing::HashRing(const std::vector<std::string>& names, std::size_t replicas) {
    if (names.empty() || replicas == 0) {
        throw std::invalid_argument("redis: without a server there is nowhere to keep a key");
    }
    for (std::size_t node = 0; node < names.size(); ++node) {
        for (std::size_t i = 0; i < replicas; ++i) {
            points_.emplace_back(detail::signed_crc32(names[node] + ":" + std::to_string(i)), node);
        }
    }
    std::sort(points_.begin(), points_.end());
}

CYCLONE_INLINE std::size_t HashRing::node_of(std::string_view key) const {
    const std::int32_t point = detail::signed_crc32(shard_tag(key));
    auto found = std::upper_bound(points_.begin(), points_.end(), point,
                                  [](std::int32_t one, auto& other) { return one < other.first; });
    if (found == points_.end()) {
        --found;
    }
    // Of servers with the same point the last one has it.
    const auto same = [&](auto& other) { return other.first == found->first; };
    return std::prev(std::find_if_not(found, points_.end(), same))->second;
}

CYCLONE_INLINE std::string_view shard_tag(std::string_view key) {
    const std::string_view line = key.substr(0, key.find('\n'));
    const auto close = line.rfind('}');
    const auto open = close == line.npos ? line.npos : line.rfind('{', close);
    if (open == line.npos || open == 0) {
        return key;
    }
    return line.substr(open + 1, close - open - 1);
}

}  // namespace cyclone::redis
