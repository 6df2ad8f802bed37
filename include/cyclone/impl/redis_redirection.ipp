#pragma once

#include <charconv>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/cluster/key_slot.hpp>
#include <cyclone/redis/cluster/redirection.hpp>

namespace cyclone::redis {

CYCLONE_INLINE Redirection redirection_of(const Reply& reply, const Endpoint& answered) {
    using Kind = Redirection::Kind;
    if (!reply.is_error()) {
        return {};
    }
    const std::string_view words = reply.text();
    const std::string_view code = words.substr(0, words.find(' '));
    if (code == "TRYAGAIN" || code == "LOADING" || code == "MASTERDOWN") {
        return {.kind = Kind::try_again};
    }
    if (code == "CLUSTERDOWN") {
        return {.kind = Kind::reload};
    }
    if (code != "MOVED" && code != "ASK") {
        return {};
    }
    const std::string_view rest = words.substr(std::min(code.size() + 1, words.size()));
    const auto space = rest.find(' ');
    std::uint16_t slot = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), slot);
    auto endpoint = space == rest.npos ? std::nullopt : parse_endpoint(rest.substr(space + 1));
    if (error != std::errc() || slot >= slot_count || !endpoint) {
        return {};
    }
    if (endpoint->host.empty() || endpoint->host == "?") {
        endpoint->host = answered.host;
    }
    return {code == "MOVED" ? Kind::moved : Kind::ask, slot, std::move(*endpoint)};
}

}  // namespace cyclone::redis
