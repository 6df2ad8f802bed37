#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redislive {

/// One command that a Redis has run, as its MONITOR tells. To be used again for line after line:
/// nothing is allocated once it has grown.
class MonitorEvent {
public:
    MonitorEvent() = default;
    MonitorEvent(const MonitorEvent&) = delete;
    MonitorEvent& operator=(const MonitorEvent&) = delete;

    /// Microseconds of the Unix epoch, by the clock of the watched server.
    std::int64_t microseconds = 0;
    int db = 0;
    /// `127.0.0.1:43858`, `[::1]:5000`, `unix:/path` or `lua`.
    std::string_view client{};
    /// Upper case.
    std::string command{};
    /// Without the command. Bytes, no longer escaped.
    std::vector<std::string_view> arguments{};

    /// The second in which it ran.
    std::int64_t epoch() const noexcept { return microseconds / 1'000'000; }

private:
    friend class MonitorLineParser;
    std::vector<char> unescaped_{};
};

enum class MonitorLineError : std::uint8_t {
    none,
    no_time,
    no_client,
    bad_argument,
    bad_escape,
    /// The line ends within an argument, as one that was cut does. All arguments before that one
    /// are in the event; the command may be empty.
    unfinished,
};

/// A sentence for people; empty for none.
std::string_view describe(MonitorLineError error);

/// Reads a line of MONITOR as Redis 2.6 and later write it, without the leading `+` and the line
/// end: `1795467302.293838 [0 127.0.0.1:43858] "GET" "a \"key\""`.
///
/// The views in the event are good until the event is used again, and no longer than the line
/// itself. After an error but unfinished, the event holds nothing of use.
MonitorLineError parse_monitor_line(std::string_view line, MonitorEvent& event);

/// The first key that the command names; nothing for a command without one (PING, PUBLISH, SCAN,
/// an EVAL of no keys), or whose arguments are too few.
///
/// As Redis 7.0 has it (COMMAND GETKEYS). For a command that writes to a key and reads others it is
/// the one that stands first. A command that is not known, of a module or a later version, is
/// taken to begin with its key, as most do. Points to what the event points to.
std::optional<std::string_view> first_key(const MonitorEvent& event);

}  // namespace redislive
