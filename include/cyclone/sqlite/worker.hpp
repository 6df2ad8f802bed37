#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <cyclone/reactor/unique_function.hpp>
#include <cyclone/sqlite/connection.hpp>
#include <cyclone/sqlite/options.hpp>

namespace cyclone::sqlite::detail {

/// So long the worker and the reactor may wait awake for each other.
inline constexpr std::chrono::microseconds moment(50);

/// What a job finds on the worker thread.
struct Workplace {
    /// Null when the file could not be opened, or the job was dropped.
    Connection* connection = nullptr;
    /// Why, when there is no connection.
    std::exception_ptr error;
    /// The Database is being closed: what only reads need not be done any more.
    bool closing = false;
    /// The number of the scope that is open; 0: none. A job may open one, and close it again.
    std::uint64_t scope = 0;
};

/// The thread of a Database, and the calls that wait for it. Knows nothing of reactors.
///
/// While a scope is open only jobs that belong to it are done, and the others wait: so a
/// transaction may be made of several jobs. One that is open when the thread ends is rolled back.
class Worker {
public:
    using Job = cyclone::detail::UniqueFunction<void(Workplace&)>;
    using Ticket = std::uint64_t;

    Worker(std::string path, Options options);
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    /// Closes and joins.
    ~Worker();

    /// Adds a job, of a scope or of none, which will be called once unless it is withdrawn. Throws
    /// Error when too many wait, ClosedError after close().
    Ticket add(Job job, std::uint64_t scope = 0);
    /// The same for one that ends something, which is never one too many. Also after close(), as
    /// long as the thread runs; nothing then.
    void add_end(Job job, std::uint64_t scope);
    /// A number for a scope.
    std::uint64_t new_scope();
    /// Takes back a job that has not started; false when it has.
    bool withdraw(Ticket ticket);
    /// Stops the statement that the job runs now, if it does; its transaction is rolled back.
    void interrupt(Ticket ticket);
    std::size_t queued() const;
    std::size_t pending() const;
    /// Whether the end of a call that is added now is worth waiting for awake: it would be the next
    /// one, the last one took moments, and there is a processor for each of the two threads.
    bool answers_at_once() const;

    /// Lets the thread finish what waits, close the file and end; returns at once.
    void close();
    /// From any thread, more than once.
    void join();

private:
    struct Waiting {
        Ticket ticket;
        std::uint64_t scope;
        Job job;
    };

    void run();
    void stay_awake(std::unique_lock<std::mutex>& lock);
    std::deque<Waiting>::iterator next(std::uint64_t scope);

    const std::string path_;
    const Options options_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Waiting> jobs_;
    Ticket next_ticket_ = 1;
    Ticket running_ = 0;
    // Counts what comes, for who looks without the lock.
    std::atomic<std::uint64_t> news_ = 0;
    bool quick_ = false;
    const bool spare_processor_ = std::thread::hardware_concurrency() > 1;
    std::uint64_t scopes_ = 0;
    Connection* connection_ = nullptr;
    bool closing_ = false;
    bool ended_ = false;
    std::mutex joining_;
    std::thread thread_;
};

}  // namespace cyclone::sqlite::detail

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/sqlite_worker.ipp>
#endif
