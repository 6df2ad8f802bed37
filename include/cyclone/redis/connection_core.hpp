#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/defer.hpp>
#include <cyclone/reactor.hpp>
#include <cyclone/redis/backoff.hpp>
#include <cyclone/redis/options.hpp>
#include <cyclone/redis/pipeline.hpp>
#include <cyclone/redis/transport.hpp>

namespace cyclone::redis::detail {

/// Says before each attempt to connect where the server is now. Fails with NoConnection.
using Locator = std::function<Deferred<ConnectionOptions>(ConnectionOptions)>;

/// One connection that comes back by itself: the shell around Pipeline, Handshake and Backoff.
///
/// Kept alive by its own coroutines until close(); what users hold are handles that call it.
class ConnectionCore : public std::enable_shared_from_this<ConnectionCore> {
public:
    /// Starts to connect, at the reactor's next turn, to where `locate` says each time.
    static std::shared_ptr<ConnectionCore> make(ConnectionOptions options, Locator locate = {});

    template <class T, class... Args>
    Deferred<T> execute(std::string_view name, const Args&... args) {
        auto waiter = TypedPendingReply<T>::make(name);
        auto deferred = waiter->get_deferred();
        if (may_push(*waiter)) {
            const auto due = deadline();
            pipeline_.push(std::move(waiter), due, name, args...);
            pushed(due);
        }
        return deferred;
    }

    /// As Pipeline::push_encoded.
    void execute_encoded(std::string_view bytes, std::uint32_t replies, PendingReplyPtr waiter,
                         std::uint64_t connection);
    /// With a deadline of its own.
    void execute_encoded(std::string_view bytes, std::uint32_t replies, PendingReplyPtr waiter,
                         std::uint64_t connection, Pipeline::Clock::time_point due);

    /// When what is pushed now is given up.
    Pipeline::Clock::time_point deadline();

    /// Ends the present connection; another is made.
    void drop(std::string reason);
    /// The same because the server is the wrong one by now, also for what goes along with this.
    void leave(const std::string& reason);
    /// `other` is connected to the same server.
    void go_along(const std::shared_ptr<ConnectionCore>& other);

    /// The number of the present connection, for execute_encoded().
    std::uint64_t number() const { return pipeline_.connection(); }

    /// Held from WATCH to EXEC, and for EXEC: one EXEC ends all that is watched on its connection.
    DeferredLock& watch_lock() { return watch_lock_; }

    /// Fires when there is a connection; fails when the next attempt to make one has failed.
    Deferred<> ready();

    /// Ends it for good. What is pending fails with ConnectionLost.
    void close(std::string_view reason);

    bool connected() const { return transport_ != nullptr; }
    bool closed() const { return closed_; }
    /// Why there is no connection, or why there was none last time.
    const std::string& last_error() const { return last_error_; }
    std::size_t pending() const { return pipeline_.in_flight() + pipeline_.waiting(); }
    bool batch_is_open() const { return flush_posted_; }
    ConnectionOptions& options() { return options_; }
    const Locator& locator() const { return locate_; }

    std::function<void()> on_connect;
    std::function<void(Reply&&)> on_push;
    std::function<void(const std::string&)> on_lost;

private:
    ConnectionCore(ConnectionOptions options, Locator locate);

    static Deferred<> run(std::shared_ptr<ConnectionCore> self);
    static Deferred<> write_rest(std::shared_ptr<ConnectionCore> self, std::string_view rest);
    Deferred<> read_all(std::shared_ptr<Transport> transport);
    void take_in(std::string_view bytes);
    void opened(std::shared_ptr<Transport> transport);
    void lost(const std::exception_ptr& error);

    bool may_push(PendingReply& waiter);
    void pushed(Pipeline::Clock::time_point due);
    void post_flush();
    void flush();

    void check_health();
    void arm_timer(Pipeline::Clock::time_point deadline);
    void arm_timer_at_next_deadline();
    std::chrono::nanoseconds granule() const;
    void check_deadlines();

    ConnectionOptions options_;
    Locator locate_;
    reactor::Reactor& reactor_;
    Pipeline pipeline_;
    Backoff backoff_;
    std::shared_ptr<Transport> transport_;
    std::optional<Deferred<>> running_;
    std::vector<Promise<>> waiting_for_connection_;
    std::vector<std::weak_ptr<ConnectionCore>> companions_;
    DeferredLock watch_lock_;
    reactor::DelayedCall timer_;
    reactor::DelayedCall health_timer_;
    Pipeline::Clock::time_point timer_due_{};
    Pipeline::Clock::time_point timer_expected_{};
    Pipeline::Clock::time_point batch_deadline_{};
    Pipeline::Clock::time_point last_read_{};
    std::vector<char> buffer_;
    std::string drop_reason_;
    std::string last_error_;
    bool flush_posted_ = false;
    bool timer_armed_ = false;
    bool writing_ = false;
    bool closed_ = false;
};

}  // namespace cyclone::redis::detail

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_connection_core.ipp>
#include <cyclone/impl/redis_connection_deadlines.ipp>
#endif
