#pragma once

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <ctime>
#include <mutex>
#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/log.hpp>

namespace cyclone::log {

namespace detail {

struct State {
    std::atomic<Level> level{Level::warning};
    std::mutex mutex;
    Sink sink;
};

// One for every copy of the headers in the process, and never destroyed: destructors log too.
[[gnu::visibility("default")]] CYCLONE_INLINE State& state() {
    static State* const state = new State;
    return *state;
}

CYCLONE_INLINE void write_to_stderr(const Record& record) {
    static const bool terminal = ::isatty(STDERR_FILENO) == 1;
    const std::string line = format_line(record, terminal) + '\n';
    std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace detail

CYCLONE_INLINE void set_level(Level level) { detail::state().level = level; }
CYCLONE_INLINE Level level() { return detail::state().level; }
CYCLONE_INLINE bool enabled(Level level) {
    return level >= detail::state().level.load(std::memory_order_relaxed) && level != Level::none;
}

CYCLONE_INLINE Sink set_sink(Sink sink) {
    const std::lock_guard lock(detail::state().mutex);
    return std::exchange(detail::state().sink, std::move(sink));
}

CYCLONE_INLINE void write(Level level, Channel channel, std::string_view message) {
    if (!enabled(level)) {
        return;
    }
    const Record record{level, channel, std::chrono::system_clock::now(), message};
    auto& state = detail::state();
    const std::lock_guard lock(state.mutex);
    if (state.sink) {
        state.sink(record);
    } else {
        detail::write_to_stderr(record);
    }
}

CYCLONE_INLINE std::string format_line(const Record& record, bool coloured) {
    static constexpr char letters[] = "DIWE";
    static constexpr const char* colours[] = {"\x1b[34m", "\x1b[32m", "\x1b[33m", "\x1b[31m"};
    static constexpr const char* channels[] = {"app", "access", "general"};
    const auto index = static_cast<std::size_t>(record.level);
    const std::time_t seconds = std::chrono::system_clock::to_time_t(record.time);
    std::tm fields{};
    ::localtime_r(&seconds, &fields);
    char time[32];
    std::strftime(time, sizeof time, "%y%m%d %H:%M:%S", &fields);

    std::string line;
    line.reserve(record.message.size() + 48);
    if (coloured) {
        line += colours[index];
    }
    line += '[';
    line += letters[index];
    line += ' ';
    line += time;
    line += ' ';
    line += channels[static_cast<std::size_t>(record.channel)];
    line += ']';
    if (coloured) {
        line += "\x1b[0m";
    }
    line += ' ';
    for (const char c : record.message) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\n') {
            line += "\n    ";
        } else if (byte < 0x20 || byte == 0x7f) {
            static constexpr char digits[] = "0123456789abcdef";
            line += "\\x";
            line += digits[byte >> 4];
            line += digits[byte & 15];
        } else {
            line += c;
        }
    }
    return line;
}

}  // namespace cyclone::log
