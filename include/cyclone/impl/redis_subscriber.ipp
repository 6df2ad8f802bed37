#pragma once

#include <algorithm>
#include <deque>
#include <optional>
#include <random>

#include <cyclone/impl/config.hpp>
#include <cyclone/reactor.hpp>
#include <cyclone/redis/backoff.hpp>
#include <cyclone/redis/subscriber.hpp>
#include <cyclone/redis/transport.hpp>
#include <cyclone/task/defer_later.hpp>

namespace cyclone::redis {

class Subscriber::Stream : public std::enable_shared_from_this<Stream> {
public:
    Stream(ConnectionOptions options, std::size_t max_queued)
        : options_(std::move(options)),
          max_queued_(std::max<std::size_t>(max_queued, 1)),
          backoff_(options_.backoff, std::random_device()()) {}

    void start() { running_.emplace(run(shared_from_this())); }

    template <class Change>
    Deferred<> change(std::string_view command, Change apply) {
        auto waiter = TypedPendingReply<void>::make(command);
        auto deferred = waiter->get_deferred();
        if (closed_) {
            waiter->fail(closed_error());
        } else {
            apply(subscriptions_, std::move(waiter));
            write_output();
        }
        return deferred;
    }

    Deferred<Message> next() {
        if (!messages_.empty()) {
            Message message = std::move(messages_.front());
            messages_.pop_front();
            if (messages_.size() < max_queued_ && paused_) {
                std::exchange(paused_, std::nullopt)->callback();
            }
            return succeed(std::move(message));
        }
        Promise<Message> promise;
        auto deferred = promise.get_deferred();
        if (closed_) {
            promise.errback(closed_error());
        } else {
            waiting_.push_back(std::move(promise));
        }
        return deferred;
    }

    void close(std::string_view reason) {
        if (std::exchange(closed_, true)) {
            return;
        }
        const auto self = shared_from_this();
        last_error_ = reason;
        if (auto transport = std::exchange(transport_, nullptr)) {
            transport->close();
        }
        if (auto running = std::exchange(running_, std::nullopt)) {
            running->cancel();
            std::move(*running).detach();
        }
        subscriptions_.close(closed_error());
        for (auto& promise : std::exchange(waiting_, {})) {
            promise.errback(closed_error());
        }
        on_connect = nullptr;
        on_lost = nullptr;
    }

    bool connected() const { return transport_ != nullptr; }
    const std::string& last_error() const { return last_error_; }

    std::function<void()> on_connect;
    std::function<void(const std::string&)> on_lost;

private:
    static Deferred<> run(std::shared_ptr<Stream> self) {
        std::chrono::nanoseconds delay{0};
        while (!self->closed_) {
            std::exception_ptr error;
            try {
                auto waiting = task::defer_later(delay);
                co_await waiting;
                auto connecting = detail::establish(self->options_);
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
            if (detail::is_the_end(error)) {
                self->close("the reactor has gone");
                co_return;
            }
            self->lost(error);
            delay = self->backoff_.next();
        }
    }

    void opened(std::shared_ptr<detail::Transport> transport) {
        transport_ = std::move(transport);
        backoff_.reset();
        writing_ = false;
        subscriptions_.connected();
        write_output();
        if (on_connect) {
            const auto observer = on_connect;
            observer();
        }
    }

    void lost(const std::exception_ptr& error) {
        last_error_ = detail::reason_of(error);
        if (auto transport = std::exchange(transport_, nullptr)) {
            transport->close();
        }
        subscriptions_.lost();
        if (on_lost) {
            const auto observer = on_lost;
            observer("redis: " + options_.address() + ": " + last_error_);
        }
    }

    Deferred<> read_all(std::shared_ptr<detail::Transport> transport) {
        std::vector<char> buffer(16 * 1024);
        while (!closed_) {
            auto reading = transport->read_some(buffer);
            const std::size_t size = co_await reading;
            const bool good = subscriptions_.feed({buffer.data(), size}, messages_);
            hand_out();
            if (!good) {
                throw detail::NoConnection(subscriptions_.error());
            }
            write_output();
            if (messages_.size() >= max_queued_ && !closed_) {
                paused_.emplace();
                auto pause = paused_->get_deferred();
                co_await pause;
            }
        }
    }

    void hand_out() {
        while (!messages_.empty() && !waiting_.empty()) {
            Promise<Message> promise = std::move(waiting_.front());
            waiting_.pop_front();
            // One that was cancelled must not take a message with it.
            if (!promise.called()) {
                Message message = std::move(messages_.front());
                messages_.pop_front();
                promise.callback(std::move(message));
            }
        }
    }

    void write_output() {
        if (transport_ && !writing_ && subscriptions_.has_output()) {
            writing_ = true;
            write(shared_from_this()).detach();
        }
    }

    static Deferred<> write(std::shared_ptr<Stream> self) {
        const auto transport = self->transport_;
        try {
            while (transport == self->transport_ && self->subscriptions_.has_output()) {
                auto writing = detail::write_all(transport, self->subscriptions_.take_output());
                co_await writing;
            }
        } catch (...) {
            // The reading side is told by the same loss.
            transport->close();
        }
        if (transport == self->transport_) {
            self->writing_ = false;
        }
    }

    std::exception_ptr closed_error() const {
        return std::make_exception_ptr(ConnectionLost(
            "redis: " + options_.address() + ": the Subscriber has ended: " + last_error_, false));
    }

    ConnectionOptions options_;
    std::size_t max_queued_;
    Backoff backoff_;
    Subscriptions subscriptions_;
    std::shared_ptr<detail::Transport> transport_;
    std::optional<Deferred<>> running_;
    std::deque<Message> messages_;
    std::deque<Promise<Message>> waiting_;
    std::optional<Promise<>> paused_;
    std::string last_error_;
    bool writing_ = false;
    bool closed_ = false;
};

CYCLONE_INLINE Subscriber::Subscriber(ConnectionOptions options, std::size_t max_queued)
    : stream_(std::make_shared<Stream>(std::move(options), max_queued)) {
    stream_->start();
}
CYCLONE_INLINE Subscriber::Subscriber(Subscriber&&) noexcept = default;
CYCLONE_INLINE Subscriber& Subscriber::operator=(Subscriber&& other) noexcept {
    if (this != &other) {
        disconnect();
        stream_ = std::move(other.stream_);
    }
    return *this;
}
CYCLONE_INLINE Subscriber::~Subscriber() {
    if (stream_) {
        stream_->close("the Subscriber object was destroyed");
    }
}

CYCLONE_INLINE Deferred<> Subscriber::subscribe(std::string_view channel) {
    return stream_->change("SUBSCRIBE", [&](Subscriptions& all, auto waiter) {
        all.add(Subscriptions::Kind::channel, channel, std::move(waiter));
    });
}
CYCLONE_INLINE Deferred<> Subscriber::psubscribe(std::string_view pattern) {
    return stream_->change("PSUBSCRIBE", [&](Subscriptions& all, auto waiter) {
        all.add(Subscriptions::Kind::pattern, pattern, std::move(waiter));
    });
}
CYCLONE_INLINE Deferred<> Subscriber::unsubscribe(std::string_view channel) {
    return stream_->change("UNSUBSCRIBE", [&](Subscriptions& all, auto waiter) {
        all.remove(Subscriptions::Kind::channel, channel, std::move(waiter));
    });
}
CYCLONE_INLINE Deferred<> Subscriber::punsubscribe(std::string_view pattern) {
    return stream_->change("PUNSUBSCRIBE", [&](Subscriptions& all, auto waiter) {
        all.remove(Subscriptions::Kind::pattern, pattern, std::move(waiter));
    });
}
CYCLONE_INLINE Deferred<Message> Subscriber::next() { return stream_->next(); }
CYCLONE_INLINE bool Subscriber::connected() const { return stream_->connected(); }
CYCLONE_INLINE const std::string& Subscriber::last_error() const { return stream_->last_error(); }
CYCLONE_INLINE void Subscriber::on_connect(std::function<void()> observer) {
    stream_->on_connect = std::move(observer);
}
CYCLONE_INLINE void Subscriber::on_lost(std::function<void(const std::string&)> observer) {
    stream_->on_lost = std::move(observer);
}
CYCLONE_INLINE void Subscriber::disconnect() {
    if (stream_) {
        stream_->close("disconnect() was called");
    }
}

}  // namespace cyclone::redis
