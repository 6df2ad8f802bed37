#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cyclone::redis {

/// Commands about the connections that a server has. As in redis-py.
template <class Derived, template <class> class Result>
class ClientCommands {
public:
    /// One line for each client, as CLIENT LIST gives it.
    Result<std::string> client_list() {
        return self().template command<std::string>("CLIENT", "LIST");
    }
    Result<std::int64_t> client_id() {
        return self().template command<std::int64_t>("CLIENT", "ID");
    }
    Result<std::optional<std::string>> client_getname() {
        return self().template command<std::optional<std::string>>("CLIENT", "GETNAME");
    }
    /// `address` is `ip:port`, as client_list() tells.
    Result<void> client_kill(std::string_view address) {
        return self().template command<void>("CLIENT", "KILL", address);
    }
    /// Names this connection until it is lost; ConnectionOptions::client_name names each new one.
    Result<void> client_setname(std::string_view name) {
        return self().template command<void>("CLIENT", "SETNAME", name);
    }
    /// This connection's line of client_list().
    Result<std::string> client_info() {
        return self().template command<std::string>("CLIENT", "INFO");
    }
    /// Ends what another client waits for: as though its time were over, or with `error` as though
    /// it had failed. False when that does not wait.
    Result<bool> client_unblock(std::int64_t id, bool error = false) {
        return self().template command<bool>("CLIENT", "UNBLOCK", id, error ? "ERROR" : "TIMEOUT");
    }
    /// The server keeps clients waiting for `time`: those that write, or with `all` everybody.
    Result<void> client_pause(std::chrono::milliseconds time, bool all = false) {
        return self().template command<void>("CLIENT", "PAUSE", time.count(),
                                             all ? "ALL" : "WRITE");
    }
    Result<void> client_unpause() { return self().template command<void>("CLIENT", "UNPAUSE"); }

private:
    Derived& self() { return static_cast<Derived&>(*this); }
};

}  // namespace cyclone::redis
