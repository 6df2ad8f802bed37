#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cyclone::redis {

/// Cuts what MONITOR sends into lines, where they lie: no copy and no allocation for each. Does no
/// I/O.
///
/// Status lines ("+...\r\n") need no more than the next line end, searched for once in each byte.
/// For replies of whatever type see ReplyReader.
class MonitorLines {
public:
    /// A line that is longer than `max_line` bytes is handed out cut to that length; the rest is
    /// not stored.
    explicit MonitorLines(std::size_t max_line = 1024 * 1024);

    /// Where the next bytes are to be read to, at least `wanted` of them. The lines of the last
    /// scan() end here.
    std::span<char> prepare(std::size_t wanted = 64 * 1024);

    /// Takes in the `size` bytes that were put where prepare() said, and gives the lines that are
    /// complete, without
    /// '+' and line end. They are valid until prepare() or reset(). Empty with error() set after
    /// what is no status.
    std::span<const std::string_view> scan(std::size_t size);

    /// What is wrong with the stream: the server's error ("ERR ..."), or what came instead of a
    /// status. Empty: nothing.
    const std::string& error() const noexcept { return error_; }

    /// How many lines have been cut so far.
    std::uint64_t cut() const noexcept { return cut_; }

    /// Forgets everything but cut(), for a new connection.
    void reset();

private:
    bool add_line(std::string_view line);

    std::vector<char> buffer_;
    std::vector<std::string_view> lines_;
    std::string error_;
    std::size_t max_line_;
    std::size_t begin_ = 0;    // of the line that is not complete yet
    std::size_t scanned_ = 0;  // up to here there is no line end in it
    std::size_t end_ = 0;
    std::uint64_t cut_ = 0;
    bool skipping_ = false;  // the rest of a line that was cut
};

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_monitor_lines.ipp>
#endif
