#pragma once

#include <algorithm>
#include <chrono>
#include <csignal>
#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/sqlite/error.hpp>
#include <cyclone/sqlite/worker.hpp>

namespace cyclone::sqlite::detail {

/// For a processor that shares its core with another one, or saves energy.
inline void pause_processor() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

CYCLONE_INLINE Worker::Worker(std::string path, Options options)
    : path_(std::move(path)), options_(std::move(options)) {
    // The thread inherits this mask: signals are the reactor's.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
        thread_ = std::thread([this] { run(); });
    } catch (...) {
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        throw;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

CYCLONE_INLINE Worker::~Worker() {
    close();
    join();
}

CYCLONE_INLINE Worker::Ticket Worker::add(Job job, std::uint64_t scope) {
    std::lock_guard lock(mutex_);
    if (closing_) {
        throw ClosedError("sqlite: " + path_ + " is closed");
    }
    if (jobs_.size() >= options_.max_queued) {
        throw Error("sqlite: " + path_ + ": " + std::to_string(jobs_.size()) +
                    " calls are waiting already (Options::max_queued)");
    }
    jobs_.push_back({next_ticket_, scope, std::move(job)});
    ++news_;
    changed_.notify_one();
    return next_ticket_++;
}

CYCLONE_INLINE void Worker::add_end(Job job, std::uint64_t scope) {
    std::lock_guard lock(mutex_);
    if (!ended_) {
        jobs_.push_back({next_ticket_++, scope, std::move(job)});
        ++news_;
        changed_.notify_one();
    }
}

CYCLONE_INLINE std::uint64_t Worker::new_scope() {
    std::lock_guard lock(mutex_);
    return ++scopes_;
}

CYCLONE_INLINE bool Worker::withdraw(Ticket ticket) {
    Job withdrawn;
    std::lock_guard lock(mutex_);
    const auto found = std::ranges::lower_bound(jobs_, ticket, {}, &Waiting::ticket);
    if (found == jobs_.end() || found->ticket != ticket) {
        return false;
    }
    withdrawn = std::move(found->job);
    jobs_.erase(found);
    return true;
}

CYCLONE_INLINE void Worker::interrupt(Ticket ticket) {
    std::lock_guard lock(mutex_);
    // Under the lock, so that it cannot reach the next job, or a connection that is closed.
    if (running_ == ticket && connection_ != nullptr) {
        connection_->interrupt();
    }
}

CYCLONE_INLINE std::size_t Worker::queued() const {
    std::lock_guard lock(mutex_);
    return jobs_.size();
}

CYCLONE_INLINE std::size_t Worker::pending() const {
    std::lock_guard lock(mutex_);
    return jobs_.size() + (running_ != 0 ? 1 : 0);
}

CYCLONE_INLINE bool Worker::answers_at_once() const {
    std::lock_guard lock(mutex_);
    return quick_ && spare_processor_ && jobs_.empty() && running_ == 0;
}

CYCLONE_INLINE void Worker::close() {
    std::lock_guard lock(mutex_);
    closing_ = true;
    ++news_;
    changed_.notify_one();
}

CYCLONE_INLINE void Worker::join() {
    std::lock_guard lock(joining_);
    if (thread_.joinable()) {
        thread_.join();
    }
}

/// The job to do next; none, which is the end, while an open scope waits for one of its own.
CYCLONE_INLINE std::deque<Worker::Waiting>::iterator Worker::next(std::uint64_t scope) {
    return scope == 0 ? jobs_.begin() : std::ranges::find(jobs_, scope, &Waiting::scope);
}

/// Waits for the next job awake for a while: to be woken takes the system longer than a query does.
CYCLONE_INLINE void Worker::stay_awake(std::unique_lock<std::mutex>& lock) {
    const std::uint64_t seen = news_;
    lock.unlock();
    const auto until = std::chrono::steady_clock::now() + moment;
    while (news_ == seen && std::chrono::steady_clock::now() < until) {
        for (int i = 0; i < 32 && news_ == seen; ++i) {
            pause_processor();
        }
    }
    lock.lock();
}

CYCLONE_INLINE void Worker::run() {
    using Clock = std::chrono::steady_clock;
    std::optional<Connection> connection;
    Workplace workplace;
    try {
        connection.emplace(path_, options_);
        workplace.connection = &*connection;
    } catch (...) {
        workplace.error = std::current_exception();
    }
    std::unique_lock lock(mutex_);
    connection_ = workplace.connection;
    // Only where one call follows the other: a single one does not cost a moment of waiting.
    bool expects_more = false;
    for (;;) {
        const bool idle = !closing_ && next(workplace.scope) == jobs_.end();
        const auto idle_since = idle ? Clock::now() : Clock::time_point();
        if (idle && expects_more) {
            stay_awake(lock);
        }
        changed_.wait(lock, [&] { return closing_ || next(workplace.scope) != jobs_.end(); });
        workplace.closing = closing_;
        const auto began = Clock::now();
        expects_more = spare_processor_ && began - idle_since < 2 * moment;
        auto found = next(workplace.scope);
        if (found == jobs_.end()) {
            // Closed, and nobody will end the scope any more.
            if (workplace.scope != 0) {
                connection->roll_back();
                workplace.scope = 0;
                continue;
            }
            connection_ = nullptr;
            ended_ = true;
            return;
        }
        Job job = std::move(found->job);
        running_ = found->ticket;
        jobs_.erase(found);
        lock.unlock();
        job(workplace);
        job = Job();
        const bool quick = Clock::now() - began < moment;
        lock.lock();
        quick_ = quick;
        running_ = 0;
    }
}

}  // namespace cyclone::sqlite::detail
