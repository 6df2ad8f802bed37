#pragma once

#include <algorithm>
#include <vector>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/command_words.hpp>
#include <cyclone/redis/pipeline.hpp>

namespace cyclone::redis {

CYCLONE_INLINE Pipeline::Pipeline(std::string address, InFlight in_flight)
    : address_(std::move(address)), in_flight_(in_flight), entries_(16) {}

CYCLONE_INLINE Pipeline::~Pipeline() = default;

CYCLONE_INLINE void Pipeline::add(PendingReplyPtr waiter, Clock::time_point deadline,
                                  std::size_t bytes, std::uint32_t replies,
                                  std::uint64_t connection) {
    if (entries_.full()) {
        entries_.set_capacity(entries_.capacity() * 2);
    }
    std::unique_ptr<const std::string> again;
    if (in_flight_ == InFlight::repeat && replies == 1 && connection == 0) {
        const std::string_view encoded = std::string_view(unsent_).substr(unsent_.size() - bytes);
        if (is_repeatable(words_of(encoded))) {
            again = std::make_unique<const std::string>(encoded);
        }
    }
    entries_.push_back(
        Entry{std::move(waiter), deadline, bytes, connection, replies, false, std::move(again)});
}

CYCLONE_INLINE void Pipeline::push_encoded(std::string_view bytes, std::uint32_t replies,
                                           PendingReplyPtr waiter, Clock::time_point deadline,
                                           std::uint64_t connection) {
    unsent_ += bytes;
    add(std::move(waiter), deadline, bytes.size(), replies, connection);
}

CYCLONE_INLINE void Pipeline::connected() {
    ++connection_;
    reader_.reset();
    error_.clear();
}

CYCLONE_INLINE bool Pipeline::unwritable(const Entry& entry) const {
    return !entry.waiter || entry.waiter->abandoned() ||
           (entry.connection != 0 && entry.connection != connection_);
}

/// Takes out what waits but must not be written, and its bytes.
CYCLONE_INLINE void Pipeline::drop_unwritable() {
    const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(sent_);
    if (std::none_of(first, entries_.end(), [this](const Entry& e) { return unwritable(e); })) {
        return;
    }
    std::vector<PendingReplyPtr> refused;
    std::string kept;
    std::size_t offset = 0;
    auto keep = first;
    for (auto entry = first; entry != entries_.end(); ++entry) {
        const std::size_t bytes = entry->bytes;
        if (unwritable(*entry)) {
            if (entry->waiter) {
                refused.push_back(std::move(entry->waiter));
            }
        } else {
            kept.append(unsent_, offset, bytes);
            if (keep != entry) {
                *keep = std::move(*entry);
            }
            ++keep;
        }
        offset += bytes;
    }
    entries_.erase(keep, entries_.end());
    unsent_ = std::move(kept);
    for (auto& waiter : refused) {
        if (!waiter->abandoned()) {
            waiter->fail(std::make_exception_ptr(ConnectionLost(
                "redis: " + address_ + ": " + std::string(waiter->command()) +
                    ": the connection that this belongs to was lost, so that it was not sent",
                false)));
        }
    }
}

CYCLONE_INLINE std::string_view Pipeline::start_write() {
    drop_unwritable();
    being_written_ = entries_.size() - sent_;
    sent_ = entries_.size();
    written_ = answered_ = 0;
    writing_.swap(unsent_);
    return writing_;
}

CYCLONE_INLINE void Pipeline::finish_write() {
    constexpr std::size_t kept = 1024 * 1024;
    if (writing_.capacity() > kept) {
        writing_ = std::string();
    }
    writing_.clear();
    written_ = answered_ = 0;
    being_written_ = 0;
}

CYCLONE_INLINE Pipeline::Entry Pipeline::take_front() {
    Entry entry = std::move(entries_.front());
    entries_.pop_front();
    // A server may answer the first commands of a long write before the last have left.
    if (being_written_ == sent_) {
        answered_ += entry.bytes;
        --being_written_;
    }
    --sent_;
    return entry;
}

CYCLONE_INLINE bool Pipeline::feed(std::string_view bytes) {
    reader_.feed(bytes);
    Reply reply;
    for (const std::uint64_t connection = connection_; connection == connection_;) {
        switch (reader_.next(reply)) {
            case ReplyReader::Result::incomplete:
                return true;
            case ReplyReader::Result::protocol_error:
                error_ = "it sent something that is no Redis reply: " + reader_.error();
                return false;
            case ReplyReader::Result::reply:
                break;
        }
        if (reply.is_push()) {
            if (on_push) {
                on_push(std::move(reply));
            }
            continue;
        }
        if (sent_ == 0) {
            error_ = "it sent " + reply.describe() + " that nobody had asked for";
            return false;
        }
        Entry& front = entries_.front();
        if (front.replies > 1) {
            --front.replies;
            // Whoever waits for several replies looks at the last only after he has been given it.
            if (front.waiter) {
                front.waiter->deliver(std::move(reply));
            }
            continue;
        }
        const Entry done = take_front();
        if (done.waiter) {
            done.waiter->deliver(std::move(reply));
        }
    }
    return true;
}

CYCLONE_INLINE void Pipeline::lost(std::string_view reason) {
    // Commands of which the last byte has not left cannot have been executed: back to those that
    // wait.
    std::size_t end = answered_;
    std::size_t gone = sent_ - being_written_;
    while (gone < sent_ && end + entries_[gone].bytes <= written_) {
        end += entries_[gone].bytes;
        ++gone;
    }
    unsent_.insert(0, writing_, end, std::string::npos);
    finish_write();
    sent_ = 0;
    ++connection_;

    std::vector<Entry> failed;
    std::vector<Entry> repeated;
    for (; gone > 0; --gone) {
        Entry& entry = entries_.front();
        const bool again = entry.again && entry.waiter && !entry.waiter->abandoned();
        (again ? repeated : failed).push_back(std::move(entry));
        entries_.pop_front();
    }
    put_back(std::move(repeated));
    for (const Entry& entry : failed) {
        if (entry.waiter) {
            entry.waiter->fail(unknown_end(entry, reason));
        }
    }
}

/// Lets entries wait, before all others.
CYCLONE_INLINE void Pipeline::put_back(std::vector<Entry> entries) {
    std::string bytes;
    for (Entry& entry : entries) {
        entry.was_sent = true;
        bytes += *entry.again;
    }
    unsent_.insert(0, bytes);
    if (entries_.reserve() < entries.size()) {
        entries_.set_capacity(entries_.size() + entries.size());
    }
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
        entries_.push_front(std::move(*entry));
    }
}

CYCLONE_INLINE std::exception_ptr Pipeline::unknown_end(const Entry& entry,
                                                        std::string_view reason) const {
    return std::make_exception_ptr(
        ConnectionLost("redis: " + address_ + ": " + std::string(entry.waiter->command()) + ": " +
                           std::string(reason) + "; whether the command was executed is not known",
                       true));
}

CYCLONE_INLINE void Pipeline::fail_waiting(const std::exception_ptr& error) {
    std::vector<Entry> failed;
    while (entries_.size() > sent_) {
        failed.push_back(std::move(entries_.back()));
        entries_.pop_back();
    }
    unsent_.clear();
    for (auto entry = failed.rbegin(); entry != failed.rend(); ++entry) {
        if (entry->waiter) {
            entry->waiter->fail(
                entry->was_sent ? unknown_end(*entry, "it could not be repeated either") : error);
        }
    }
}

CYCLONE_INLINE void Pipeline::close(std::string_view reason) {
    lost(reason);
    fail_waiting(std::make_exception_ptr(
        ConnectionLost("redis: " + address_ + ": " + std::string(reason), false)));
}

CYCLONE_INLINE std::size_t Pipeline::expire(Clock::time_point now, std::string_view hint) {
    struct Due {
        PendingReplyPtr waiter;
        bool in_flight;
        bool sent;
    };
    std::vector<Due> due;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        Entry& entry = entries_[i];
        if (entry.waiter && entry.deadline <= now) {
            due.push_back({std::move(entry.waiter), i < sent_, i < sent_ || entry.was_sent});
        }
    }
    std::size_t in_flight = 0;
    for (const Due& each : due) {
        in_flight += each.in_flight ? 1 : 0;
        const std::string start =
            "redis: " + address_ + ": " + std::string(each.waiter->command()) + ": ";
        const std::string end =
            each.sent ? "no reply in time; whether the command was executed is not known"
                      : "it could not be sent in time" +
                            (hint.empty() ? std::string() : ": " + std::string(hint));
        each.waiter->fail(std::make_exception_ptr(TimeoutError(start + end, each.sent)));
    }
    return in_flight;
}

CYCLONE_INLINE void Pipeline::postpone(Clock::duration time) {
    for (Entry& entry : entries_) {
        if (entry.deadline != no_deadline) {
            entry.deadline += time;
        }
    }
}

CYCLONE_INLINE std::optional<Pipeline::Clock::time_point> Pipeline::next_deadline() const {
    Clock::time_point first = no_deadline;
    for (const Entry& entry : entries_) {
        if (entry.waiter && !entry.waiter->abandoned()) {
            first = std::min(first, entry.deadline);
        }
    }
    return first == no_deadline ? std::nullopt : std::optional(first);
}

}  // namespace cyclone::redis
