#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <cyclone/defer.hpp>
#include <cyclone/redis/options.hpp>
#include <cyclone/redis/subscriptions.hpp>

namespace cyclone::redis {

/// Messages that are published on channels, on a connection of its own.
///
///     redis::Subscriber subscriber(options);
///     co_await subscriber.subscribe("news");
///     for (;;) {
///         redis::Message message = co_await subscriber.next();
///     }
///
/// Connects at once, and again after each loss, and then subscribes again by itself; what is
/// published in between is lost, as on_lost() and on_connect() tell. Once about `max_queued`
/// messages wait for next() nothing more is read: the server keeps them then, up to its
/// client-output-buffer-limit for pubsub, and cuts the connection beyond.
class Subscriber {
public:
    explicit Subscriber(ConnectionOptions options = {}, std::size_t max_queued = 1024);

    /// Fires when the server has confirmed it, however long it takes to be connected (see
    /// Deferred::add_timeout). Fails with ResponseError when it refuses; with ConnectionLost after
    /// disconnect().
    Deferred<> subscribe(std::string_view channel);
    /// All channels that match a glob pattern.
    Deferred<> psubscribe(std::string_view pattern);
    Deferred<> unsubscribe(std::string_view channel);
    Deferred<> punsubscribe(std::string_view pattern);

    /// Fires with the next message. Cancelled, it loses none. Fails with ConnectionLost after
    /// disconnect(), once the messages that were there have been fetched.
    Deferred<Message> next();

    bool connected() const;
    /// Why there is no connection, as a clause; empty when there has been no trouble yet.
    const std::string& last_error() const;
    /// As Connection::on_connect and on_lost.
    void on_connect(std::function<void()> observer);
    void on_lost(std::function<void(const std::string&)> observer);

    /// Ends it. What waits fails with ConnectionLost.
    void disconnect();

    Subscriber(Subscriber&&) noexcept;
    Subscriber& operator=(Subscriber&&) noexcept;
    ~Subscriber();

private:
    class Stream;
    std::shared_ptr<Stream> stream_;
};

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_subscriber.ipp>
#endif
