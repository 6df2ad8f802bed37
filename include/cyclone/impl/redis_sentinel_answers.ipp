#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/sentinel/answers.hpp>

namespace cyclone::redis {

CYCLONE_INLINE std::optional<MasterSwitch> parse_master_switch(std::string_view payload) {
    const auto take = [&payload] {
        const std::string_view word = payload.substr(0, payload.find(' '));
        payload.remove_prefix(std::min(word.size() + 1, payload.size()));
        return word;
    };
    const auto take_endpoint = [&take] {
        const std::string_view host = take();
        return parse_endpoint("[" + std::string(host) + "]:" + std::string(take()));
    };
    const std::string_view name = take();
    const auto from = take_endpoint();
    const auto to = take_endpoint();
    if (name.empty() || !from || !to) {
        return std::nullopt;
    }
    return MasterSwitch{name, *from, *to};
}

CYCLONE_INLINE std::optional<Endpoint> master_from_reply(Reply&& reply) {
    constexpr std::string_view command = "SENTINEL GET-MASTER-ADDR-BY-NAME";
    const auto address =
        std::move(reply).as<std::optional<std::pair<std::string, std::uint16_t>>>(command);
    if (!address) {
        return std::nullopt;
    }
    return Endpoint{address->first, address->second};
}

CYCLONE_INLINE std::vector<Endpoint> usable_from_reply(Reply&& reply) {
    using Fields = std::map<std::string, std::string>;
    std::vector<Endpoint> usable;
    for (Fields& fields : std::move(reply).as<std::vector<Fields>>("SENTINEL")) {
        const std::string& flags = fields["flags"];
        const auto link = fields.find("master-link-status");
        const bool down = flags.find("down") != flags.npos || flags.find("disc") != flags.npos ||
                          (link != fields.end() && link->second != "ok");
        const auto endpoint = parse_endpoint("[" + fields["ip"] + "]:" + fields["port"]);
        if (!down && endpoint) {
            usable.push_back(*endpoint);
        }
    }
    return usable;
}

}  // namespace cyclone::redis
