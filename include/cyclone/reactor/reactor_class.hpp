#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <typeindex>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <cyclone/defer.hpp>
#include <cyclone/reactor/reactor_time.hpp>

namespace cyclone::reactor {

/// The event loop of one thread: an io_context, its timers, signals and listening ports.
///
/// Everything here and every Deferred belongs to the thread that runs it; call_from_thread() alone
/// may be called from elsewhere. As twisted.internet.reactor, of which there may be one for each
/// thread.
class Reactor final : public ReactorTime {
public:
    /// With an io_context of its own. Becomes this thread's current() one until it is destroyed.
    Reactor();
    /// Inside an io_context that the program has and runs; `context` must outlive it. Becomes
    /// current() likewise.
    explicit Reactor(boost::asio::io_context& context);
    Reactor(const Reactor&) = delete;
    Reactor& operator=(const Reactor&) = delete;
    ~Reactor();

    boost::asio::io_context& context() { return *context_; }

    /// Runs until stop(), or until SIGINT or SIGTERM comes, which stop it. An exception that comes
    /// out of a call is logged and the loop goes on. A second signal, or stop() while it is
    /// stopping, ends it at once.
    void run();
    /// Takes SIGINT and SIGTERM from now on: one that comes before run() ends it cleanly as soon as it
    /// runs, rather than the program at once. Whoever listens does so. Nothing where the io_context is
    /// the program's.
    void catch_signals();

    /// Runs until `deferred` has fired, and gives its result or throws its error. For tests and
    /// small programs.
    template <class T>
    T run_until(Deferred<T> deferred);

    /// Runs the shutdown triggers, waits for them, and ends run().
    void stop();
    bool running() const { return running_; }
    bool stopping() const { return stopping_; }

    /// `trigger` runs when the reactor stops, which waits for its Deferred.
    /// As reactor.addSystemEventTrigger("before", "shutdown", f).
    void before_shutdown(std::function<Deferred<>()> trigger);

    /// SIGHUP calls `handler` too, beside those that were given before, while run() runs, or then
    /// where it comes after catch_signals(). Without any, it has the system's default effect.
    void on_hangup(std::function<void()> handler);

    /// Takes the time from `time`, which also makes the calls of call_later(), until nullptr gives
    /// it back to the system's clock. For tests: see testing::VirtualTime.
    void use_time(ReactorTime* time) { time_ = time; }

    /// Logs a warning for each call that takes `limit` or longer, while which nobody else is served,
    /// and which handler of a web::Application it was, as far as that is known; 0 turns that off.
    /// It costs some time for each call. For this thread, whose reactors run() from then on. As
    /// slow_callback_duration of Python's asyncio.
    void set_slow_callback_duration(std::chrono::nanoseconds limit);

    std::chrono::nanoseconds seconds() const override;
    DelayedCall call_later(std::chrono::nanoseconds delay, Call call) override;

    /// Calls `call` on this reactor's thread. From any thread; dropped when the reactor has gone.
    void call_from_thread(Call call);

    /// A door to this reactor that outlives it: post() gives false, and drops the call, once it has
    /// gone. A call that is waiting then is dropped too, where the io_context stays.
    class Mailbox : public std::enable_shared_from_this<Mailbox> {
    public:
        bool post(Call call);

    private:
        friend class Reactor;
        std::mutex mutex_;
        Reactor* reactor_ = nullptr;
    };
    std::shared_ptr<Mailbox> mailbox() const { return mailbox_; }

    /// Keeps `object` until the reactor is destroyed or release() is called with it: for what
    /// nobody else owns.
    void keep(std::shared_ptr<void> object);
    void release(const void* object);

    /// The one S of this reactor, made with S(*this) at the first call and destroyed with the
    /// reactor.
    template <class S>
    S& component() {
        // They are few, and found in no time by the address of their type's name.
        const std::type_index type(typeid(S));
        for (const auto& [other, made] : components_) {
            if (other == type) {
                return *static_cast<S*>(made.get());
            }
        }
        auto made = std::make_shared<S>(*this);
        components_.emplace_back(type, made);
        return *made;
    }

private:
    void watch_signals();
    void wait_for_signal();
    void run_loop();
    void run_watched();
    Deferred<> shut_down();

    std::unique_ptr<boost::asio::io_context> own_context_;
    boost::asio::io_context* context_;
    std::shared_ptr<Mailbox> mailbox_;
    std::vector<std::function<Deferred<>()>> triggers_;
    std::vector<std::function<void()>> hangup_;
    std::optional<boost::asio::signal_set> signals_;
    std::unordered_map<const void*, std::shared_ptr<void>> kept_;
    std::vector<std::pair<std::type_index, std::shared_ptr<void>>> components_;
    std::optional<Deferred<>> shutdown_;
    Reactor* previous_ = nullptr;
    /// Null: the system's clock.
    ReactorTime* time_ = nullptr;
    bool running_ = false;
    bool stopping_ = false;
};

namespace detail {
/// This thread's innermost reactor, or null.
Reactor*& current_slot();
}  // namespace detail

/// This thread's reactor: the innermost one that was made here, or one that is made now.
Reactor& current();

/// Runs this thread's reactor. See Reactor::run.
void run();
/// Stops this thread's reactor. See Reactor::stop.
void stop();

/// Calls `call` once after `delay` on this thread's reactor. As reactor.callLater.
DelayedCall call_later(std::chrono::nanoseconds delay, ReactorTime::Call call);

/// Calls `call` on the thread of `reactor`. The one function here that any thread may call. As
/// reactor.callFromThread.
void call_from_thread(Reactor& reactor, ReactorTime::Call call);

template <class T>
T Reactor::run_until(Deferred<T> deferred) {
    context_->restart();
    bool done = false;
    auto watched = cyclone::detail::outcome_of(std::move(deferred));
    std::optional<Outcome<T>> outcome;
    auto finish = [&](Outcome<T> result) {
        outcome.emplace(std::move(result));
        done = true;
        context_->stop();
    };
    auto watching = std::move(watched).add_callback(finish);
    if (!done) {
        run_loop();
    }
    if (!done) {
        throw std::logic_error("the reactor was stopped before the Deferred had fired");
    }
    context_->restart();
    if constexpr (std::is_void_v<T>) {
        outcome->value();
    } else {
        return std::move(*outcome).value();
    }
}

}  // namespace cyclone::reactor
