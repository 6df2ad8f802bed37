#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/circular_buffer.hpp>

#include <cyclone/redis/command.hpp>
#include <cyclone/redis/options.hpp>
#include <cyclone/redis/pending_reply.hpp>
#include <cyclone/redis/reply_reader.hpp>

namespace cyclone::redis {

/// The commands of one connection, from the call to the reply. Does no I/O and reads no clock.
///
/// Commands leave in the order in which they were pushed, and replies belong to them in the same
/// order. What has been written is in flight: when the connection is lost it fails and is not
/// written again, but for what InFlight::repeat allows. What has not, waits for the next
/// connection. A command that is given up (cancelled or timed out) is not written any more, or,
/// when it is in flight, keeps its place until its reply has come and been dropped; the others do
/// not notice.
///
/// A PendingReply runs code of others, which may call anything here but feed().
class Pipeline {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr Clock::time_point no_deadline = Clock::time_point::max();

    /// `address` is named in messages.
    explicit Pipeline(std::string address, InFlight in_flight = InFlight::fail);
    ~Pipeline();

    /// For another server, which is named in messages from now on.
    void set_address(std::string address) { address_ = std::move(address); }

    /// Adds a command for which `waiter` waits until `deadline`.
    template <class... Args>
    void push(PendingReplyPtr waiter, Clock::time_point deadline, const Args&... args) {
        const std::size_t before = unsent_.size();
        append_command(unsent_, args...);
        add(std::move(waiter), deadline, unsent_.size() - before, 1, 0);
    }

    /// Adds commands that are encoded already and get `replies` replies. With a `connection` other
    /// than 0 they are written on the connection of that number only, and fail when there is
    /// another one by then.
    void push_encoded(std::string_view bytes, std::uint32_t replies, PendingReplyPtr,
                      Clock::time_point deadline, std::uint64_t connection = 0);

    /// Says that there is a connection, its number from now on being connection().
    void connected();
    std::uint64_t connection() const noexcept { return connection_; }

    /// The bytes to write now, of all that waits; empty when there are none. Valid until
    /// finish_write() or lost().
    std::string_view start_write();
    /// `size` more of these bytes have left, or may have: what they complete is in flight.
    void wrote(std::size_t size) { written_ += size; }
    /// All of them have left; start_write() may be called again.
    void finish_write();

    /// Takes in bytes from the server and delivers what is complete. False when they are no replies
    /// to what was sent; error() says why, and the connection is of no use any more.
    bool feed(std::string_view bytes);
    const std::string& error() const noexcept { return error_; }

    /// Called with what a server that speaks RESP3 says unasked; without it that is passed over.
    std::function<void(Reply&&)> on_push;

    /// The connection has gone: fails what is in flight with ConnectionLost. `reason` is a
    /// sentence.
    void lost(std::string_view reason);
    /// Fails what has not been written.
    void fail_waiting(const std::exception_ptr& error);
    /// Fails everything: nothing is going to be written or read any more.
    void close(std::string_view reason);

    /// Fails what is due with TimeoutError. `hint` ends the sentence for those that were never
    /// written. Gives how many of them were in flight.
    std::size_t expire(Clock::time_point now, std::string_view hint);
    /// Gives all that waits `time` more.
    void postpone(Clock::duration time);
    /// When expire() should be called next.
    std::optional<Clock::time_point> next_deadline() const;

    /// Commands that are in flight, those given up included.
    std::size_t in_flight() const noexcept { return sent_; }
    /// Commands that have not been written, those given up included.
    std::size_t waiting() const noexcept { return entries_.size() - sent_; }
    std::size_t waiting_bytes() const noexcept { return unsent_.size(); }

private:
    struct Entry {
        PendingReplyPtr waiter;  // null once it was told how it ended
        Clock::time_point deadline;
        std::size_t bytes;
        std::uint64_t connection;
        std::uint32_t replies;
        bool was_sent = false;                     // on a connection that was lost
        std::unique_ptr<const std::string> again;  // its bytes, where it may be repeated
    };

    void add(PendingReplyPtr waiter, Clock::time_point deadline, std::size_t bytes,
             std::uint32_t replies, std::uint64_t connection);
    void drop_unwritable();
    bool unwritable(const Entry& entry) const;
    void put_back(std::vector<Entry> entries);
    std::exception_ptr unknown_end(const Entry& entry, std::string_view reason) const;
    Entry take_front();

    std::string address_;
    InFlight in_flight_;
    ReplyReader reader_;
    // The commands in flight first, then those that wait. The bytes of those being written are in
    // writing_, of the others in unsent_, end to end, in the same order.
    boost::circular_buffer<Entry> entries_;
    std::size_t sent_ = 0;
    std::size_t being_written_ = 0;  // the last of the sent ones, whose bytes are in writing_
    std::string writing_;
    std::string unsent_;
    std::size_t written_ = 0;  // of writing_
    std::size_t answered_ =
        0;  // the bytes at the front of writing_ whose commands have had their reply
    std::uint64_t connection_ = 0;
    std::string error_;
};

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_pipeline.ipp>
#endif
