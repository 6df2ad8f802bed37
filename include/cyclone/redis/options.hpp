#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/redis/backoff.hpp>

namespace cyclone::redis {

/// How TLS is spoken, where ConnectionOptions::tls is set.
struct TlsOptions {
    /// Whether the server's certificate must be valid for the host. Without it anyone can sit in
    /// between.
    bool verify = true;
    /// PEM files. Without ca_file the system's authorities are trusted; the other two are a
    /// client's certificate.
    std::string ca_file{};
    std::string certificate_file{};
    std::string key_file{};
    /// The name to ask for and to verify, where it is not the host.
    std::string server_name{};
};

/// What is done with a command that is issued, or not yet written, while there is no connection.
enum class WhenAway : std::uint8_t {
    /// It waits for the connection, up to command_timeout.
    wait,
    /// It fails with ConnectionLost at once.
    fail,
    /// It waits for the attempt to connect that is under way, or comes next, and fails with
    /// ConnectionLost when that fails.
    attempt,
};

/// What is done with a command that has been written when its connection is lost before the reply.
enum class InFlight : std::uint8_t {
    /// It fails with ConnectionLost: whether it was executed is not known.
    fail,
    /// It is written again on the next connection where is_repeatable() allows it, so that it may
    /// run twice; it fails otherwise.
    repeat,
};

/// What a server must be to be talked to.
enum class Role : std::uint8_t { any, master, replica };

/// Which version of the protocol is spoken.
enum class Protocol : std::uint8_t {
    resp2 = 2,
    /// Needs Redis 6. Replies say more exactly what they are (see Reply), and the server may say
    /// something unasked (see Connection::on_push).
    resp3 = 3,
};

/// Where Redis is and how to talk to it.
struct ConnectionOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 6379;
    /// The path of a Unix socket, used instead of host and port.
    std::string unix_path{};
    bool tls = false;
    TlsOptions tls_options{};

    /// The ACL user; empty is the default user.
    std::string username{};
    /// Empty: no AUTH is sent.
    std::string password{};
    int db = 0;
    /// For CLIENT LIST; empty: none.
    std::string client_name{};

    Protocol protocol = Protocol::resp2;
    /// Arguments of CLIENT TRACKING on each new connection, as {"ON", "NOLOOP"}; empty: no
    /// tracking. With RESP3. See Cache.
    std::vector<std::string> tracking{};

    /// For name resolution, connection, TLS and login together.
    std::chrono::milliseconds connect_timeout{5000};
    /// From the call to the reply; zero: no limit. Time in which the program itself kept the
    /// reactor from running does not count. A connection that has given no sign of life for as
    /// long, with a command waiting, is dropped and made anew.
    std::chrono::milliseconds command_timeout{10000};
    WhenAway when_away = WhenAway::wait;
    InFlight in_flight = InFlight::fail;
    /// A server of another role is left again, as if it could not be reached. See Sentinel.
    Role role = Role::any;
    /// Says READONLY, without which the replicas of a cluster answer nothing. See Cluster.
    bool read_from_replica = false;
    /// Sends PING when nothing has been heard for so long, so that a server that hangs is noticed
    /// (see command_timeout) before somebody needs it; zero: never.
    std::chrono::milliseconds health_check{0};
    /// Silence after which TCP itself probes the other side; zero: never.
    std::chrono::seconds keepalive{15};
    BackoffOptions backoff{};
    /// How many commands may wait on the server (BLPOP) at a time, each on a connection of its own;
    /// others queue.
    std::size_t max_blocking = 16;
    /// Commands that wait to be written may take this much together; one more fails at once.
    std::size_t max_waiting_bytes = 256 * 1024 * 1024;

    /// For people: `127.0.0.1:6379`, `[::1]:6379`, `unix:/run/redis.sock`. Never holds the
    /// password.
    std::string address() const;
};

/// Reads `redis://[[user]:password@]host[:port][/db]`, `rediss://...` (TLS), `unix:path[?db=1]` or
/// `host[:port]`.
///
/// User, password, host and path are percent-decoded; an IPv6 address stands in brackets. After a
/// `?` there may be db=, client_name=, password=, protocol= (2 or 3) and username=, joined by `&`.
/// Throws std::invalid_argument with a sentence that does not repeat the password.
ConnectionOptions parse_url(std::string_view url);

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_options.ipp>
#endif
