#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include <cyclone/redis/backoff.hpp>
#include <redislive/dataprovider/data_provider.hpp>

namespace redislive {

/// How the collector gets on with one server, and when it tries again. Does no I/O and has no
/// clock: times are microseconds of the Unix epoch.
class ServerState {
public:
    /// `seed`: for the share of a delay that is drawn by lot.
    explicit ServerState(std::int64_t now, std::uint64_t seed = std::random_device()());

    /// MONITOR has begun and INFO was answered within `latency`. `loading`: the server is reading
    /// its data set, and says so in INFO.
    void answered(std::int64_t now, std::chrono::nanoseconds latency, bool loading = false);
    /// INFO has had no answer for `silence`; the connection is still there.
    void silent(std::int64_t now, std::chrono::seconds silence);
    /// INFO was answered with an error that will pass: BUSY, LOADING.
    void busy(std::int64_t now, std::string reason);
    /// There is no connection, for the reason that the server or the system gave. Gives the delay
    /// after which to try again, which grows.
    std::chrono::milliseconds lost(std::int64_t now, std::string reason);
    /// The same where the server answers, but will not have us until someone changes something.
    std::chrono::milliseconds refused(std::int64_t now, std::string reason);
    /// The same where the server is not ready, and says so: LOADING.
    std::chrono::milliseconds not_ready(std::int64_t now, std::string reason);

    const ServerStatus& status() const noexcept { return status_; }
    /// Whether anybody should be told at once: the state or the reason is another one since the
    /// last call.
    bool take_changed();

private:
    void set(std::int64_t now, std::string_view state, std::optional<std::string> reason);
    std::chrono::milliseconds retry(std::int64_t now, cyclone::redis::Backoff& backoff);

    ServerStatus status_;
    cyclone::redis::Backoff lost_backoff_;
    cyclone::redis::Backoff refused_backoff_;
    bool changed_ = true;
};

/// What an error of the Redis driver says beside the name of the server at `address`: of `redis:
/// 127.0.0.1:6379: it is not ready: LOADING Redis is loading`, the server's own `LOADING Redis is
/// loading`.
std::string server_words(std::string_view error, std::string_view address);

}  // namespace redislive
