#pragma once

#include <algorithm>
#include <csignal>
#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/sqlite/error.hpp>
#include <cyclone/sqlite/worker.hpp>

namespace cyclone::sqlite::detail {

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
    changed_.notify_one();
    return next_ticket_++;
}

CYCLONE_INLINE void Worker::add_end(Job job, std::uint64_t scope) {
    std::lock_guard lock(mutex_);
    if (!ended_) {
        jobs_.push_back({next_ticket_++, scope, std::move(job)});
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

CYCLONE_INLINE void Worker::close() {
    std::lock_guard lock(mutex_);
    closing_ = true;
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

CYCLONE_INLINE void Worker::run() {
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
    for (;;) {
        changed_.wait(lock, [&] { return closing_ || next(workplace.scope) != jobs_.end(); });
        workplace.closing = closing_;
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
        lock.lock();
        running_ = 0;
    }
}

}  // namespace cyclone::sqlite::detail
