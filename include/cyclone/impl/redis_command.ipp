#pragma once

#include <algorithm>
#include <array>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/command.hpp>

namespace cyclone::redis {

CYCLONE_INLINE std::string_view reason_to_refuse(std::string_view name) {
    struct Refused {
        std::string_view name;
        std::string_view reason;
    };
    constexpr std::string_view subscriber =
        "subscriptions need a connection of their own: use redis::Subscriber";
    constexpr std::string_view transaction =
        "other commands share this connection: use multi() or watch(), then commit()";
    constexpr std::string_view driver =
        "the driver does this by itself when it connects: set it in ConnectionOptions";
    constexpr std::string_view replication = "the driver does not speak the replication protocol";
    static constexpr std::array<Refused, 19> refused{{
        {"SUBSCRIBE", subscriber},
        {"PSUBSCRIBE", subscriber},
        {"SSUBSCRIBE", subscriber},
        {"UNSUBSCRIBE", subscriber},
        {"PUNSUBSCRIBE", subscriber},
        {"SUNSUBSCRIBE", subscriber},
        {"MONITOR", "MONITOR needs a connection of its own: use redis::Monitor"},
        {"MULTI", transaction},
        {"EXEC", transaction},
        {"DISCARD", transaction},
        {"WATCH", transaction},
        {"UNWATCH", transaction},
        {"HELLO", driver},
        {"RESET", driver},
        {"SELECT",
         "a reconnection would forget it: use Connection::select() or ConnectionOptions::db"},
        {"AUTH", "a reconnection would forget it: use Connection::auth() or ConnectionOptions"},
        {"QUIT", "use disconnect()"},
        {"SYNC", replication},
        {"PSYNC", replication},
    }};
    // The longest of them; nearly every call ends with the second or third comparison of lengths or
    // first letters.
    if (name.size() < 4 || name.size() > 12) {
        return {};
    }
    const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; };
    const char first = upper(name[0]);
    for (const Refused& entry : refused) {
        if (entry.name.size() == name.size() && entry.name[0] == first &&
            std::equal(name.begin(), name.end(), entry.name.begin(),
                       [&](char a, char b) { return upper(a) == b; })) {
            return entry.reason;
        }
    }
    return {};
}

}  // namespace cyclone::redis
