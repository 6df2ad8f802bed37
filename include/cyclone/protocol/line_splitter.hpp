#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cyclone::protocol {

/// Cuts bytes into lines; does no I/O.
class LineSplitter {
public:
    /// Lines end with `delimiter`, and have at most `max_length` bytes without it.
    explicit LineSplitter(std::string delimiter = "\r\n", std::size_t max_length = 16384)
        : delimiter_(std::move(delimiter)), max_length_(max_length) {}

    void feed(std::string_view bytes) {
        buffer_.erase(0, std::exchange(begin_, 0));
        buffer_ += bytes;
    }

    /// The next line, good until feed(); nothing when it is not complete, or too_long().
    std::optional<std::string_view> next() {
        const std::string_view rest = std::string_view(buffer_).substr(begin_);
        // What was searched before need not be searched again, but for a delimiter that had begun.
        const std::size_t from =
            searched_ < delimiter_.size() ? 0 : searched_ - (delimiter_.size() - 1);
        const std::size_t end = rest.find(delimiter_, from);
        if (end == std::string_view::npos) {
            searched_ = rest.size();
            too_long_ = rest.size() >= max_length_ + delimiter_.size();
            return std::nullopt;
        }
        if (end > max_length_) {
            too_long_ = true;
            return std::nullopt;
        }
        searched_ = 0;
        begin_ += end + delimiter_.size();
        return rest.substr(0, end);
    }

    /// Whether next() found a line that has more bytes than allowed, or will have. It stays so
    /// until take_rest().
    bool too_long() const { return too_long_; }

    /// All that has not been cut yet.
    std::string take_rest() {
        std::string rest = buffer_.substr(begin_);
        buffer_.clear();
        begin_ = 0;
        searched_ = 0;
        too_long_ = false;
        return rest;
    }

private:
    std::string delimiter_;
    std::size_t max_length_;
    std::string buffer_;
    std::size_t begin_ = 0;
    std::size_t searched_ = 0;
    bool too_long_ = false;
};

}  // namespace cyclone::protocol
