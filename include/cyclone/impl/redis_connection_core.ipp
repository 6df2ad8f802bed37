#pragma once

#include <algorithm>
#include <random>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/connection_core.hpp>
#include <cyclone/task/defer_later.hpp>

namespace cyclone::redis::detail {

CYCLONE_INLINE ConnectionCore::ConnectionCore(ConnectionOptions options, Locator locate)
    : options_(std::move(options)),
      locate_(std::move(locate)),
      reactor_(reactor::current()),
      pipeline_(options_.address(), options_.in_flight),
      backoff_(options_.backoff, std::random_device()()),
      buffer_(32 * 1024) {
    pipeline_.on_push = [this](Reply&& reply) {
        if (on_push && !closed_) {
            // A copy, because the observer may put another in its place.
            const auto observer = on_push;
            observer(std::move(reply));
        }
    };
}

CYCLONE_INLINE std::shared_ptr<ConnectionCore> ConnectionCore::make(ConnectionOptions options,
                                                                    Locator locate) {
    std::shared_ptr<ConnectionCore> core(new ConnectionCore(std::move(options), std::move(locate)));
    core->running_.emplace(run(core));
    return core;
}

CYCLONE_INLINE Deferred<> ConnectionCore::run(std::shared_ptr<ConnectionCore> self) {
    // Not at once: who makes the connection sets its observers first.
    std::chrono::nanoseconds delay{0};
    while (!self->closed_) {
        std::exception_ptr error;
        try {
            auto waiting = task::defer_later(delay, self->reactor_);
            co_await waiting;
            if (self->locate_) {
                auto locating = self->locate_(self->options_);
                self->options_ = co_await locating;
                self->pipeline_.set_address(self->options_.address());
            }
            auto connecting = establish(self->options_);
            auto transport = co_await connecting;
            self->opened(transport);
            auto reading = self->read_all(transport);
            co_await reading;
        } catch (...) {
            error = std::current_exception();
        }
        if (self->closed_) {
            co_return;
        }
        if (is_the_end(error)) {
            self->close("the reactor has gone");
            co_return;
        }
        self->lost(error);
        delay = self->backoff_.next();
    }
}

CYCLONE_INLINE Deferred<> ConnectionCore::read_all(std::shared_ptr<Transport> transport) {
    if (!transport->early.empty() && !closed_) {
        take_in(std::exchange(transport->early, {}));
    }
    while (!closed_) {
        auto reading = transport->read_some(buffer_);
        const std::size_t size = co_await reading;
        take_in({buffer_.data(), size});
    }
}

CYCLONE_INLINE void ConnectionCore::take_in(std::string_view bytes) {
    last_read_ = Pipeline::Clock::now();
    // What the replies give rise to leaves at the end of this turn, without a trip through the
    // reactor.
    const bool posted = std::exchange(flush_posted_, true);
    batch_deadline_ = posted ? batch_deadline_ : last_read_ + options_.command_timeout;
    const bool good = pipeline_.feed(bytes);
    flush_posted_ = posted;
    if (!good) {
        throw NoConnection(pipeline_.error());
    }
    if (!posted && pipeline_.waiting() > 0) {
        flush();
    }
}

CYCLONE_INLINE void ConnectionCore::opened(std::shared_ptr<Transport> transport) {
    transport_ = std::move(transport);
    drop_reason_.clear();
    backoff_.reset();
    pipeline_.connected();
    last_read_ = Pipeline::Clock::now();
    post_flush();
    check_health();
    for (auto& promise : std::exchange(waiting_for_connection_, {})) {
        promise.callback();
    }
    if (on_connect && !closed_) {
        // A copy, because the observer may put another in its place.
        const auto observer = on_connect;
        observer();
    }
}

CYCLONE_INLINE void ConnectionCore::lost(const std::exception_ptr& error) {
    if (closed_) {
        return;
    }
    last_error_ = drop_reason_.empty() ? reason_of(error) : std::exchange(drop_reason_, {});
    std::exception_ptr refusal;
    try {
        std::rethrow_exception(error);
    } catch (const NoConnection& failure) {
        refusal = failure.refusal;
    } catch (...) {
    }
    if (auto transport = std::exchange(transport_, nullptr)) {
        transport->close();
    }
    writing_ = false;
    flush_posted_ = false;
    pipeline_.lost(last_error_);
    const std::string sentence = "redis: " + options_.address() + ": " + last_error_;
    if (refusal) {
        pipeline_.fail_waiting(refusal);
    } else if (options_.when_away != WhenAway::wait) {
        pipeline_.fail_waiting(std::make_exception_ptr(ConnectionLost(sentence, false)));
    }
    for (auto& promise : std::exchange(waiting_for_connection_, {})) {
        promise.errback(refusal ? refusal
                                : std::make_exception_ptr(ConnectionLost(sentence, false)));
    }
    if (on_lost && !closed_) {
        const auto observer = on_lost;
        observer(sentence);
    }
}

/// Ends the present connection; the coroutine that reads from it does the rest.
CYCLONE_INLINE void ConnectionCore::drop(std::string reason) {
    if (transport_) {
        drop_reason_ = std::move(reason);
        transport_->close();
    }
}

CYCLONE_INLINE void ConnectionCore::leave(const std::string& reason) {
    drop(reason);
    for (const auto& weak : companions_) {
        if (const auto companion = weak.lock()) {
            companion->drop(reason);
        }
    }
}

CYCLONE_INLINE void ConnectionCore::go_along(const std::shared_ptr<ConnectionCore>& other) {
    std::erase_if(companions_, [](const auto& weak) { return weak.expired(); });
    companions_.push_back(other);
}

CYCLONE_INLINE void ConnectionCore::close(std::string_view reason) {
    if (std::exchange(closed_, true)) {
        return;
    }
    const auto self = shared_from_this();
    timer_.cancel();
    timer_armed_ = false;
    health_timer_.cancel();
    if (auto transport = std::exchange(transport_, nullptr)) {
        transport->close();
    }
    if (auto running = std::exchange(running_, std::nullopt)) {
        running->cancel();
        std::move(*running).detach();
    }
    last_error_ = reason;
    pipeline_.close(reason);
    for (auto& promise : std::exchange(waiting_for_connection_, {})) {
        promise.errback(ConnectionLost("redis: " + options_.address() + ": " + last_error_, false));
    }
    on_connect = nullptr;
    on_push = nullptr;
    on_lost = nullptr;
}

CYCLONE_INLINE Deferred<> ConnectionCore::ready() {
    Promise<> promise;
    auto deferred = promise.get_deferred();
    if (closed_) {
        promise.errback(ConnectionLost("redis: " + options_.address() + ": " + last_error_, false));
    } else if (connected()) {
        promise.callback();
    } else {
        waiting_for_connection_.push_back(std::move(promise));
    }
    return deferred;
}

CYCLONE_INLINE bool ConnectionCore::may_push(PendingReply& waiter) {
    const bool away = !transport_ && options_.when_away == WhenAway::fail;
    if (!closed_ && !away && pipeline_.waiting_bytes() <= options_.max_waiting_bytes) {
        return true;
    }
    std::string why = "too many commands wait to be sent (ConnectionOptions::max_waiting_bytes)";
    if (closed_ || away) {
        why = last_error_.empty() ? "there is no connection yet" : last_error_;
    }
    waiter.fail(std::make_exception_ptr(ConnectionLost("redis: " + options_.address() + ": " +
                                                           std::string(waiter.command()) + ": " +
                                                           why + "; it was not sent",
                                                       false)));
    return false;
}

CYCLONE_INLINE void ConnectionCore::execute_encoded(std::string_view bytes, std::uint32_t replies,
                                                    PendingReplyPtr waiter,
                                                    std::uint64_t connection) {
    execute_encoded(bytes, replies, std::move(waiter), connection, deadline());
}

CYCLONE_INLINE void ConnectionCore::execute_encoded(std::string_view bytes, std::uint32_t replies,
                                                    PendingReplyPtr waiter,
                                                    std::uint64_t connection,
                                                    Pipeline::Clock::time_point due) {
    if (may_push(*waiter)) {
        pipeline_.push_encoded(bytes, replies, std::move(waiter), due, connection);
        pushed(due);
    }
}

/// The clock is read once for all commands of a turn.
CYCLONE_INLINE Pipeline::Clock::time_point ConnectionCore::deadline() {
    if (options_.command_timeout.count() <= 0) {
        return Pipeline::no_deadline;
    }
    if (!flush_posted_) {
        batch_deadline_ = Pipeline::Clock::now() + options_.command_timeout;
    }
    return batch_deadline_;
}

CYCLONE_INLINE void ConnectionCore::pushed(Pipeline::Clock::time_point due) {
    if (due != Pipeline::no_deadline && (due < timer_due_ || !timer_armed_)) {
        arm_timer(due);
    }
    if (transport_ && !writing_) {
        post_flush();
    }
}

CYCLONE_INLINE void ConnectionCore::post_flush() {
    if (!std::exchange(flush_posted_, true)) {
        batch_deadline_ = Pipeline::Clock::now() + options_.command_timeout;
        boost::asio::post(reactor_.context(), [self = shared_from_this()] { self->flush(); });
    }
}

CYCLONE_INLINE void ConnectionCore::flush() {
    flush_posted_ = false;
    if (!transport_ || writing_) {
        return;
    }
    const auto transport = transport_;
    const std::string_view bytes = pipeline_.start_write();
    std::size_t written = 0;
    try {
        written = bytes.empty() ? 0 : transport->write_now(bytes);
    } catch (const boost::system::system_error&) {
        drop(reason_of(std::current_exception()));
        return;
    }
    pipeline_.wrote(written);
    if (written == bytes.size()) {
        pipeline_.finish_write();
    } else {
        writing_ = true;
        write_rest(shared_from_this(), bytes.substr(written)).detach();
    }
}

CYCLONE_INLINE Deferred<> ConnectionCore::write_rest(std::shared_ptr<ConnectionCore> self,
                                                     std::string_view rest) {
    const auto transport = self->transport_;
    const bool exact = transport->failed_writes_send_nothing();
    if (!exact) {
        self->pipeline_.wrote(rest.size());
    }
    std::exception_ptr error;
    try {
        while (!rest.empty()) {
            auto writing = transport->write_some(rest);
            const std::size_t size = co_await writing;
            // Another connection may have taken over meanwhile, and the bytes with it.
            if (transport != self->transport_) {
                co_return;
            }
            if (exact) {
                self->pipeline_.wrote(size);
            }
            rest.remove_prefix(size);
        }
    } catch (...) {
        error = std::current_exception();
    }
    if (transport != self->transport_) {
        co_return;
    }
    if (error) {
        self->drop(reason_of(error));
        co_return;
    }
    self->writing_ = false;
    self->pipeline_.finish_write();
    if (self->pipeline_.waiting() > 0) {
        self->post_flush();
    }
}

inline void ignore_failure(const Failure&) {}

/// Asks for a sign of life where there was none for a while. Without a reply the timeout of the
/// command drops the connection.
CYCLONE_INLINE void ConnectionCore::check_health() {
    if (options_.health_check.count() <= 0 || closed_ || !transport_) {
        return;
    }
    const auto silent = Pipeline::Clock::now() - last_read_;
    if (silent >= options_.health_check && pipeline_.in_flight() == 0) {
        execute<void>("PING").add_errback(ignore_failure).detach();
    }
    health_timer_.cancel();
    health_timer_ = reactor_.call_later(options_.health_check, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->check_health();
        }
    });
}

}  // namespace cyclone::redis::detail
