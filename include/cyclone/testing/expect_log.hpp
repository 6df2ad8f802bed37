#pragma once

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include <cyclone/log.hpp>

namespace cyclone::testing {

/// While it lives, lines of the log that have `text` in them are counted instead of written; all
/// others go where they went. As tornado.testing.ExpectLog, whose destructor does not throw here:
/// ask matched().
class ExpectLog {
public:
    explicit ExpectLog(std::string text, log::Level level = log::Level::info)
        : text_(std::move(text)), level_before_(log::level()) {
        if (level < level_before_) {
            log::set_level(level);
        }
        sink_before_ = log::set_sink(nullptr);
        log::set_sink([this](const log::Record& record) { take(record); });
    }
    ExpectLog(const ExpectLog&) = delete;
    ExpectLog& operator=(const ExpectLog&) = delete;
    ~ExpectLog() {
        log::set_sink(std::move(sink_before_));
        log::set_level(level_before_);
    }

    /// How many such lines there were.
    std::size_t matched() const { return matched_; }

private:
    void take(const log::Record& record) {
        if (record.message.find(text_) != std::string_view::npos) {
            ++matched_;
        } else if (record.level < level_before_) {
        } else if (sink_before_) {
            sink_before_(record);
        } else {
            const std::string line = log::format_line(record, false) + '\n';
            std::fwrite(line.data(), 1, line.size(), stderr);
        }
    }

    std::string text_;
    log::Level level_before_;
    log::Sink sink_before_;
    std::size_t matched_ = 0;
};

}  // namespace cyclone::testing
