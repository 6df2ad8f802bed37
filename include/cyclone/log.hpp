#pragma once

/// Log lines in Tornado's form, on stderr or wherever the program wants them. The module tornado.log.

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace cyclone::log {

enum class Level : std::uint8_t { debug, info, warning, error, none };

/// Which part speaks: the program and its handlers, the access log, or the framework itself.
/// As tornado.application, tornado.access and tornado.general.
enum class Channel : std::uint8_t { application, access, general };

struct Record {
    Level level;
    Channel channel;
    std::chrono::system_clock::time_point time;
    /// Without a line end; may have several lines. Good during the call only.
    std::string_view message;
};

/// What is done with each record. Called by one thread at a time, any of them; must not log itself.
using Sink = std::function<void(const Record&)>;

/// Lines below `level` are dropped. Initially warning, as Python has it; options::parse_command_line() sets it to
/// --logging, info unless told otherwise.
void set_level(Level level);
Level level();
/// Whether a line of this level would go anywhere: for those that are dear to make.
bool enabled(Level level);

/// Replaces the sink and gives the one before. A null `sink` restores the initial one, format_line() to stderr.
Sink set_sink(Sink sink);

void write(Level level, Channel channel, std::string_view message);

inline void debug(std::string_view message) { write(Level::debug, Channel::application, message); }
inline void info(std::string_view message) { write(Level::info, Channel::application, message); }
inline void warning(std::string_view message) {
    write(Level::warning, Channel::application, message);
}
inline void error(std::string_view message) { write(Level::error, Channel::application, message); }

/// `[I 261124 15:04:05 access] 200 GET / (127.0.0.1) 0.12ms`, in local time, without a line end; with the colours of
/// a terminal where asked. Control characters but line ends are escaped, so that nobody writes lines of their own.
std::string format_line(const Record& record, bool coloured);

}  // namespace cyclone::log

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/log.ipp>
#endif
