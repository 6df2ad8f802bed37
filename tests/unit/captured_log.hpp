#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cyclone/log.hpp>

/// Keeps what is logged while it lives, instead of printing it.
class CapturedLog {
public:
    explicit CapturedLog(cyclone::log::Level level = cyclone::log::Level::info)
        : level_before_(cyclone::log::level()) {
        cyclone::log::set_level(level);
        sink_before_ = cyclone::log::set_sink([this](const cyclone::log::Record& record) {
            messages_.emplace_back(record.message);
        });
    }
    CapturedLog(const CapturedLog&) = delete;
    CapturedLog& operator=(const CapturedLog&) = delete;
    ~CapturedLog() {
        cyclone::log::set_sink(std::move(sink_before_));
        cyclone::log::set_level(level_before_);
    }

    /// All messages, each on a line.
    std::string text() const {
        std::string text;
        for (const std::string& message : messages_) {
            text += text.empty() ? message : '\n' + message;
        }
        return text;
    }
    /// How many messages are exactly `message`.
    std::ptrdiff_t count(std::string_view message) const {
        return std::ranges::count(messages_, message);
    }

private:
    cyclone::log::Level level_before_;
    cyclone::log::Sink sink_before_;
    std::vector<std::string> messages_;
};
