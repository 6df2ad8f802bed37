#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cyclone/redis/options.hpp>
#include <redislive/api/util/parsed.hpp>

namespace redislive {

/// A Redis that is watched.
struct ServerAddress {
    cyclone::redis::ConnectionOptions connection{};

    /// What names the server in the answers and in the stores: `127.0.0.1:6379`, `[::1]:6379`, or
    /// the path of its Unix socket. Neither user nor password nor database are part of it: MONITOR
    /// tells of all of them.
    std::string id() const;
};

/// Reads an address as it stands in a flag: `host:port`, `host` (port 6379), `[::1]:6379`,
/// `redis://user:password@host:port/db`, `rediss://...` (TLS), `unix:path` or `unix:///path`.
///
/// As cyclone::redis::parse_url(), which also takes `?db=1` and the like; what is special in a user
/// or a password is percent-encoded. The error begins with the address, as it is to stand behind
/// `--monitor=`; no error holds a password.
Parsed<cyclone::redis::ConnectionOptions> parse_redis_address(std::string_view text);

/// Reads addresses with commas between them; at least one. A comma in a password is `%2C`. The same
/// server twice is refused.
Parsed<std::vector<ServerAddress>> parse_server_list(std::string_view text);

/// The error of a list in which a server stands that stood in it before; empty if there is none.
std::string find_duplicate(const std::vector<ServerAddress>& servers);

}  // namespace redislive
