#pragma once

#include <algorithm>
#include <csignal>
#include <utility>

#include <boost/asio/steady_timer.hpp>
#include <boost/core/demangle.hpp>

#include <cyclone/impl/config.hpp>
#include <cyclone/log.hpp>
#include <cyclone/reactor.hpp>
#include <cyclone/reactor/inherited_sockets.hpp>
#include <cyclone/reactor/slow_callbacks.hpp>

namespace cyclone::reactor {

namespace detail {

// One door for every copy of the headers in the process: the function is exported whatever the
// default visibility.
[[gnu::visibility("default")]] CYCLONE_INLINE Reactor*& current_slot() {
    static constinit thread_local Reactor* slot = nullptr;
    return slot;
}

[[gnu::visibility("default")]] CYCLONE_INLINE SlowCallbacks& slow_callbacks() {
    static constinit thread_local SlowCallbacks watched;
    return watched;
}

struct TimerEntry final : DelayedCall::Entry {
    TimerEntry(boost::asio::io_context& context, ReactorTime::Call function)
        : timer(context), call(std::move(function)) {}

    void cancel() override {
        timer.cancel();
        call = nullptr;
    }

    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>,
                                      boost::asio::io_context::executor_type>
        timer;
    ReactorTime::Call call;
};

}  // namespace detail

CYCLONE_INLINE Reactor::Reactor()
    : own_context_(std::make_unique<boost::asio::io_context>(1)),
      context_(own_context_.get()),
      mailbox_(std::make_shared<Mailbox>()),
      previous_(std::exchange(detail::current_slot(), this)) {
    mailbox_->reactor_ = this;
}

CYCLONE_INLINE Reactor::Reactor(boost::asio::io_context& context)
    : context_(&context),
      mailbox_(std::make_shared<Mailbox>()),
      previous_(std::exchange(detail::current_slot(), this)) {
    mailbox_->reactor_ = this;
}

CYCLONE_INLINE Reactor::~Reactor() {
    {
        std::lock_guard lock(mailbox_->mutex_);
        mailbox_->reactor_ = nullptr;
    }
    shutdown_.reset();
    triggers_.clear();
    // What is kept may use the reactor while it ends, and what waits for the context ends with it.
    auto kept = std::exchange(kept_, {});
    kept.clear();
    auto components = std::exchange(components_, {});
    components.clear();
    signals_.reset();
    own_context_.reset();
    if (detail::current_slot() == this) {
        detail::current_slot() = previous_;
    }
}

CYCLONE_INLINE void Reactor::run_loop() {
    for (;;) {
        try {
            auto guard = boost::asio::make_work_guard(*context_);
            run_watched();
            context_->run();
            return;
        } catch (...) {
            log::error("Unhandled exception in a call of the reactor: " +
                       Failure(std::current_exception()).get_error_message());
        }
    }
}

/// Runs until it is stopped, or slow calls are not to be told of any more.
CYCLONE_INLINE void Reactor::run_watched() {
    detail::SlowCallbacks& slow = detail::slow_callbacks();
    while (slow.limit.count() != 0 && !context_->stopped()) {
        slow.reported = {};
        slow.worker = nullptr;
        slow.began = std::chrono::steady_clock::now();
        if (context_->poll_one() == 0) {
            // The waiting is none of the call's time: who is called tells when it began.
            slow.began = {};
            context_->run_one();
        }
        if (slow.began == std::chrono::steady_clock::time_point()) {
            continue;
        }
        const auto took = std::chrono::steady_clock::now() - slow.began - slow.reported;
        if (slow.limit.count() != 0 && took >= slow.limit) {
            log::warning(
                "a call of the reactor took " +
                std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()) +
                " ms, while which nobody else was served" +
                (slow.worker == nullptr
                     ? std::string()
                     : "; in it worked " + boost::core::demangle(slow.worker->name())));
        }
    }
}

CYCLONE_INLINE void Reactor::set_slow_callback_duration(std::chrono::nanoseconds limit) {
    detail::slow_callbacks().limit = limit;
}

CYCLONE_INLINE void Reactor::run() {
    if (running_) {
        throw std::logic_error("Reactor::run(): this reactor is running already");
    }
    context_->restart();
    running_ = true;
    stopping_ = false;
    watch_signals();
    if (detail::has_untaken_sockets()) {
        // Further reactors may be about to listen.
        call_later(std::chrono::seconds(1), [] { detail::close_untaken_sockets(); });
    }
    run_loop();
    signals_.reset();
    shutdown_.reset();
    running_ = false;
}

CYCLONE_INLINE void Reactor::catch_signals() {
    if (own_context_ != nullptr) {
        watch_signals();
    }
}

CYCLONE_INLINE void Reactor::watch_signals() {
    if (signals_) {
        return;
    }
    signals_.emplace(*context_, SIGINT, SIGTERM);
    if (!hangup_.empty()) {
        signals_->add(SIGHUP);
    }
    wait_for_signal();
}

CYCLONE_INLINE void Reactor::wait_for_signal() {
    signals_->async_wait([this](const boost::system::error_code& error, int signal) {
        if (error) {
            return;
        }
        wait_for_signal();
        if (signal == SIGHUP) {
            // By index: a handler may add another one.
            for (std::size_t i = 0; i < hangup_.size(); ++i) {
                hangup_[i]();
            }
        } else {
            log::info(signal == SIGINT ? "stopping (SIGINT)" : "stopping (SIGTERM)");
            stop();
        }
    });
}

CYCLONE_INLINE void Reactor::stop() {
    if (std::exchange(stopping_, true)) {
        context_->stop();
        return;
    }
    shutdown_ = shut_down();
}

CYCLONE_INLINE Deferred<> Reactor::shut_down() {
    std::vector<Deferred<>> running;
    for (auto& trigger : std::exchange(triggers_, {})) {
        auto logged = maybe_deferred(trigger).add_errback([](const Failure& failure) {
            // At a second signal it is not waited for any more.
            if (!failure.check<CancelledError>()) {
                log::error("a shutdown trigger failed: " + failure.get_error_message());
            }
        });
        running.push_back(std::move(logged));
    }
    co_await gather_results(std::move(running));
    context_->stop();
}

CYCLONE_INLINE void Reactor::before_shutdown(std::function<Deferred<>()> trigger) {
    triggers_.push_back(std::move(trigger));
}

CYCLONE_INLINE void Reactor::on_hangup(std::function<void()> handler) {
    hangup_.push_back(std::move(handler));
    if (signals_ && hangup_.size() == 1) {
        signals_->add(SIGHUP);
    }
}

CYCLONE_INLINE std::chrono::nanoseconds Reactor::seconds() const {
    return time_ ? time_->seconds() : std::chrono::steady_clock::now().time_since_epoch();
}

CYCLONE_INLINE DelayedCall Reactor::call_later(std::chrono::nanoseconds delay, Call call) {
    if (time_) {
        return time_->call_later(delay, std::move(call));
    }
    auto entry = std::make_shared<detail::TimerEntry>(*context_, std::move(call));
    entry->timer.expires_after(std::max(delay, std::chrono::nanoseconds(0)));
    entry->timer.async_wait([entry](const boost::system::error_code&) {
        // Cancelled after it had expired, it comes here without an error.
        if (std::exchange(entry->active, false)) {
            detail::note_call_begins();
            Call now = std::move(entry->call);
            now();
        }
    });
    return DelayedCall(std::move(entry));
}

CYCLONE_INLINE void Reactor::call_from_thread(Call call) { mailbox_->post(std::move(call)); }

CYCLONE_INLINE bool Reactor::Mailbox::post(Call call) {
    std::lock_guard lock(mutex_);
    if (reactor_ == nullptr) {
        return false;
    }
    boost::asio::post(*reactor_->context_,
                      [self = shared_from_this(), call = std::move(call)]() mutable {
                          // The reactor ends on the thread that runs this.
                          if (self->reactor_ != nullptr) {
                              call();
                          }
                      });
    return true;
}

CYCLONE_INLINE void Reactor::keep(std::shared_ptr<void> object) {
    const void* key = object.get();
    kept_.emplace(key, std::move(object));
}

CYCLONE_INLINE void Reactor::release(const void* object) {
    // Destroyed after it has left the map, which its end may change.
    auto last = kept_.extract(object);
}

CYCLONE_INLINE Reactor& current() {
    Reactor* reactor = detail::current_slot();
    if (reactor == nullptr) {
        static thread_local std::optional<Reactor> own;
        reactor = &own.emplace();
    }
    return *reactor;
}

CYCLONE_INLINE void run() { current().run(); }
CYCLONE_INLINE void stop() { current().stop(); }

CYCLONE_INLINE DelayedCall call_later(std::chrono::nanoseconds delay, ReactorTime::Call call) {
    return current().call_later(delay, std::move(call));
}

CYCLONE_INLINE void call_from_thread(Reactor& reactor, ReactorTime::Call call) {
    reactor.call_from_thread(std::move(call));
}

}  // namespace cyclone::reactor
