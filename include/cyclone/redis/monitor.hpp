#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <cyclone/defer.hpp>
#include <cyclone/redis/options.hpp>

namespace cyclone::redis {

/// What a Redis is doing, line by line: MONITOR, on a connection of its own.
///
///     redis::Monitor monitor(options);
///     for (;;) {
///         try {
///             const auto lines = co_await monitor.next();
///             count(lines);
///         } catch (const redis::Error& error) {
///             show(error.what());      // the next call of next() connects again, after a pause
///             that grows
///         }
///     }
///
/// Nothing is read but in next(). Beware that the lines of a reader that lags are kept by the
/// *watched* server, in its memory and without limit (`omem` in CLIENT LIST): call next() again at
/// once, and disconnect() rather than fall behind. To be watched costs a Redis more than half of
/// its throughput under full load.
class Monitor {
public:
    /// A line longer than `max_line` bytes is handed out cut to that.
    explicit Monitor(ConnectionOptions options = {}, std::size_t max_line = 1024 * 1024);

    /// Fires with all lines that one read has brought, without line ends: `1700000000.1 [0
    /// 127.0.0.1:5] "GET" "k"`.
    ///
    /// They are valid until next() is called again or the Monitor ends. An empty batch says that
    /// the server has begun
    /// (+OK): every command from then on is in the batches that follow. Connects first where there
    /// is no connection. Fails, once, with ResponseError when the server refuses (NOAUTH, NOPERM),
    /// with ConnectionLost, a sentence too, for every other trouble. Cancelled while it reads, it
    /// loses nothing. Throws std::logic_error when the one before has not fired yet.
    Deferred<std::span<const std::string_view>> next();

    /// Whether the server sends its lines to us now.
    bool connected() const;
    /// How many lines were cut.
    std::uint64_t cut() const;

    /// Ends the connection; a next() that waits fails with ConnectionLost. Another next() connects
    /// again.
    void disconnect();

    Monitor(Monitor&&) noexcept;
    Monitor& operator=(Monitor&&) noexcept;
    ~Monitor();

private:
    class Stream;
    std::shared_ptr<Stream> stream_;
};

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_monitor.ipp>
#endif
