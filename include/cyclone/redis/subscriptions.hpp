#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <cyclone/redis/pending_reply.hpp>
#include <cyclone/redis/reply_reader.hpp>

namespace cyclone::redis {

/// What was published.
struct Message {
    std::string channel;
    std::string payload;
    /// The pattern that the channel matched; empty for a channel that was subscribed to by its
    /// name.
    std::string pattern;
};

/// The protocol of a connection in subscription mode: what is subscribed to, what to write, what
/// messages have come. Does no I/O. Remembers the subscriptions over connections.
class Subscriptions {
public:
    enum class Kind : std::uint8_t { channel, pattern };

    /// Subscribes; `waiter` is told when the server has confirmed it, on this connection or a later
    /// one. A refusal ends the subscription.
    void add(Kind kind, std::string_view name, PendingReplyPtr waiter);
    /// Subscribes no more.
    void remove(Kind kind, std::string_view name, PendingReplyPtr waiter);

    /// A connection has been made: everything is to be subscribed to again.
    void connected();
    void lost();
    /// Fails all that wait.
    void close(const std::exception_ptr& error);

    /// Takes out what is to be written.
    std::string take_output() { return std::exchange(output_, {}); }
    bool has_output() const { return !output_.empty(); }

    /// Takes in bytes from the server, and appends to `messages`. False when they make no sense;
    /// see error().
    bool feed(std::string_view bytes, std::deque<Message>& messages);
    const std::string& error() const { return error_; }

    bool empty() const { return channels_.empty() && patterns_.empty(); }

private:
    struct Request {
        Kind kind;
        bool add;
        std::string name;
        PendingReplyPtr waiter;
    };

    void request(Request request);
    bool take(Reply&& reply, std::deque<Message>& messages);
    bool confirm(Reply&& reply);
    std::set<std::string, std::less<>>& names(Kind kind) {
        return kind == Kind::channel ? channels_ : patterns_;
    }

    std::set<std::string, std::less<>> channels_;
    std::set<std::string, std::less<>> patterns_;
    // Written and not confirmed yet: each is answered once, in order, with messages in between.
    std::deque<Request> requests_;
    std::string output_;
    ReplyReader reader_;
    std::string error_;
    bool connected_ = false;
};

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_subscriptions.ipp>
#endif
