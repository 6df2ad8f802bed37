#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cyclone/http/file_range.hpp>

namespace cyclone::http {

/// What waits to be written: text, behind which other text is appended, text that is shared with other connections,
/// and parts of files. Does no I/O.
class OutputQueue {
public:
    /// Where to write short things, headers for instance: at its end. Not kept across other calls.
    std::string& text() {
        // A text ends, so that what was written can go, and long text is not copied when something follows it.
        if (segments_.empty() || segments_.back().kind != Kind::text ||
            segments_.back().text.size() >= longest_text) {
            push({.kind = Kind::text, .text = std::move(spare_)});
            segments_.back().text.clear();
        }
        return segments_.back().text;
    }

    void append(std::string_view bytes) {
        text().append(bytes);
    }
    /// Takes the text of `bytes`, which is empty afterwards; long text is not copied.
    void take(std::string& bytes) {
        if (bytes.size() < copied_size) {
            append(bytes);
            bytes.clear();
        } else {
            push({.kind = Kind::text, .text = std::move(bytes)});
            bytes = {};
        }
    }
    void share(std::shared_ptr<const std::string> bytes) {
        if (bytes->size() < copied_size) {
            append(std::string_view(*bytes));
        } else {
            push({.kind = Kind::shared, .shared = std::move(bytes)});
        }
    }
    void append(FileRange file) {
        if (file.length != 0) {
            push({.kind = Kind::file, .file = std::move(file)});
        }
    }

    bool empty() const { return size() == 0; }
    /// All bytes that wait.
    std::uint64_t size() const {
        return segments_.empty() ? 0 : before_last_ + left(segments_.back()) - sent_of_first_;
    }
    /// How many pieces are kept, a few that have been consumed among them.
    std::size_t segments() const { return segments_.size(); }
    /// All bytes that have been put in and consumed since the beginning.
    std::uint64_t consumed_in_all() const { return consumed_; }

    /// Fills `vectors` with what can be written at once, up to the first file, and gives the number used.
    std::size_t gather(std::span<iovec> vectors) const {
        std::size_t used = 0;
        for (std::size_t i = first_; i < segments_.size() && used < vectors.size(); ++i) {
            const Segment& segment = segments_[i];
            if (segment.kind == Kind::file) {
                break;
            }
            const std::string& bytes = segment.kind == Kind::text ? segment.text : *segment.shared;
            const std::size_t skipped = i == first_ ? static_cast<std::size_t>(sent_of_first_) : 0;
            if (bytes.size() > skipped) {
                vectors[used++] = {const_cast<char*>(bytes.data()) + skipped,
                                   bytes.size() - skipped};
            }
        }
        return used;
    }
    /// What is left of the file that comes next; without a file where text comes next.
    FileRange next_file() const {
        if (first_ == segments_.size() || segments_[first_].kind != Kind::file) {
            return {};
        }
        FileRange file = segments_[first_].file;
        file.offset += sent_of_first_;
        file.length -= sent_of_first_;
        return file;
    }

    /// Says that so many bytes have been written.
    void consume(std::uint64_t bytes) {
        consumed_ += bytes;
        sent_of_first_ += bytes;
        while (first_ < segments_.size() && sent_of_first_ >= left(segments_[first_])) {
            Segment& segment = segments_[first_];
            sent_of_first_ -= left(segment);
            if (segments_.size() == 1 && segment.kind == Kind::text &&
                segment.text.capacity() <= most_kept) {
                // It takes what comes next.
                segment.text.clear();
                return;
            }
            if (first_ + 1 < segments_.size()) {
                before_last_ -= left(segment);
            }
            if (segment.kind == Kind::text && segment.text.capacity() > spare_.capacity() &&
                segment.text.capacity() <= most_kept) {
                spare_ = std::move(segment.text);
            }
            segment = {};
            ++first_;
        }
        if (first_ == segments_.size()) {
            segments_.clear();
            first_ = 0;
        } else if (first_ >= most_consumed && first_ * 2 >= segments_.size()) {
            segments_.erase(segments_.begin(),
                            segments_.begin() + static_cast<std::ptrdiff_t>(first_));
            first_ = 0;
        }
    }
    /// Frees what an empty queue keeps for what is put in next, but for a little.
    void give_memory_back() {
        constexpr std::size_t little = 256;
        constexpr std::size_t few = 4;
        if (spare_.capacity() > little) {
            std::string().swap(spare_);
        }
        if (empty() && !segments_.empty() && segments_.back().text.capacity() > little) {
            clear();
        }
        if (segments_.empty() && segments_.capacity() > few) {
            std::vector<Segment>().swap(segments_);
        }
    }
    /// Drops all of it.
    void clear() {
        segments_.clear();
        first_ = 0;
        before_last_ = 0;
        sent_of_first_ = 0;
    }

private:
    static constexpr std::size_t copied_size = 4096;
    static constexpr std::size_t longest_text = 16 * 1024;
    static constexpr std::size_t most_kept = 64 * 1024;
    /// Segments that have been consumed, before they are taken out.
    static constexpr std::size_t most_consumed = 16;

    enum class Kind : std::uint8_t { text, shared, file };
    struct Segment {
        Kind kind = Kind::text;
        std::string text{};
        std::shared_ptr<const std::string> shared{};
        FileRange file{};
    };

    static std::uint64_t left(const Segment& segment) {
        switch (segment.kind) {
            case Kind::text:
                return segment.text.size();
            case Kind::shared:
                return segment.shared->size();
            case Kind::file:
                return segment.file.length;
        }
        return 0;
    }

    void push(Segment segment) {
        if (!segments_.empty()) {
            before_last_ += left(segments_.back());
        }
        segments_.push_back(std::move(segment));
    }

    std::vector<Segment> segments_;
    std::size_t first_ = 0;
    /// Bytes of all segments that have not been consumed, but the last.
    std::uint64_t before_last_ = 0;
    std::uint64_t sent_of_first_ = 0;
    std::uint64_t consumed_ = 0;
    std::string spare_;
};

}  // namespace cyclone::http
