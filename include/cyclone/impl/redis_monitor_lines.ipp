#pragma once

#include <algorithm>
#include <cstring>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/monitor_lines.hpp>

namespace cyclone::redis {

CYCLONE_INLINE MonitorLines::MonitorLines(std::size_t max_line) : max_line_(max_line) {}

CYCLONE_INLINE std::span<char> MonitorLines::prepare(std::size_t wanted) {
    lines_.clear();
    if (skipping_) {
        begin_ = scanned_ = end_;
    }
    // A line that outgrows the limit is handed out by scan(), so that what is moved here is never
    // longer than that.
    if (begin_ == end_) {
        begin_ = scanned_ = end_ = 0;
    } else if (begin_ > 0 && buffer_.size() - end_ < wanted) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        scanned_ -= begin_;
        end_ -= begin_;
        begin_ = 0;
    }
    if (buffer_.size() - end_ < wanted) {
        buffer_.resize(std::max(buffer_.size() * 2, end_ + wanted));
    }
    return {buffer_.data() + end_, buffer_.size() - end_};
}

CYCLONE_INLINE std::span<const std::string_view> MonitorLines::scan(std::size_t size) {
    const char* data = buffer_.data();
    end_ += size;
    while (scanned_ < end_) {
        const void* found = std::memchr(data + scanned_, '\n', end_ - scanned_);
        if (found == nullptr) {
            scanned_ = end_;
            break;
        }
        const auto stop = static_cast<std::size_t>(static_cast<const char*>(found) - data);
        std::size_t length = stop - begin_;
        if (length > 0 && data[stop - 1] == '\r') {
            --length;
        }
        if (!skipping_ && !add_line({data + begin_, length})) {
            return {};
        }
        skipping_ = false;
        begin_ = scanned_ = stop + 1;
    }
    if (!skipping_ && end_ - begin_ > max_line_ + 2) {
        if (!add_line({data + begin_, end_ - begin_})) {
            return {};
        }
        skipping_ = true;
    }
    return lines_;
}

CYCLONE_INLINE bool MonitorLines::add_line(std::string_view line) {
    if (!line.starts_with('+')) {
        error_ = line.starts_with('-') ? line.substr(1, max_line_)
                                       : "it sent something that is no line of MONITOR";
        lines_.clear();
        return false;
    }
    line.remove_prefix(1);
    if (line.size() > max_line_) {
        line = line.substr(0, max_line_);
        ++cut_;
    }
    lines_.push_back(line);
    return true;
}

CYCLONE_INLINE void MonitorLines::reset() {
    lines_.clear();
    error_.clear();
    begin_ = scanned_ = end_ = 0;
    skipping_ = false;
}

}  // namespace cyclone::redis
