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

CYCLONE_INLINE Worker::Ticket Worker::add(Job job) {
    std::lock_guard lock(mutex_);
    if (closing_) {
        throw ClosedError("sqlite: " + path_ + " is closed");
    }
    if (jobs_.size() >= options_.max_queued) {
        throw Error("sqlite: " + path_ + ": " + std::to_string(jobs_.size()) +
                    " calls are waiting already (Options::max_queued)");
    }
    jobs_.emplace_back(next_ticket_, std::move(job));
    changed_.notify_one();
    return next_ticket_++;
}

CYCLONE_INLINE bool Worker::withdraw(Ticket ticket) {
    Job withdrawn;
    std::lock_guard lock(mutex_);
    const auto found =
        std::ranges::lower_bound(jobs_, ticket, {}, [](const auto& job) { return job.first; });
    if (found == jobs_.end() || found->first != ticket) {
        return false;
    }
    withdrawn = std::move(found->second);
    jobs_.erase(found);
    return true;
}

CYCLONE_INLINE std::size_t Worker::queued() const {
    std::lock_guard lock(mutex_);
    return jobs_.size();
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

CYCLONE_INLINE void Worker::run() {
    std::optional<Connection> connection;
    Workplace workplace;
    try {
        connection.emplace(path_, options_);
        workplace.connection = &*connection;
    } catch (...) {
        workplace.error = std::current_exception();
    }
    for (;;) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return closing_ || !jobs_.empty(); });
            workplace.closing = closing_;
            if (jobs_.empty()) {
                return;
            }
            job = std::move(jobs_.front().second);
            jobs_.pop_front();
        }
        job(workplace);
    }
}

}  // namespace cyclone::sqlite::detail
