#pragma once

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

/// What a job finds on the worker thread.
struct Workplace {
    /// Null when the file could not be opened, or the job was dropped.
    Connection* connection = nullptr;
    /// Why, when there is no connection.
    std::exception_ptr error;
    /// The Database is being closed: what only reads need not be done any more.
    bool closing = false;
};

/// The thread of a Database, and the calls that wait for it. Knows nothing of reactors.
class Worker {
public:
    using Job = cyclone::detail::UniqueFunction<void(Workplace&)>;
    using Ticket = std::uint64_t;

    Worker(std::string path, Options options);
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    /// Closes and joins.
    ~Worker();

    /// Adds a job, which will be called once unless it is withdrawn. Throws Error when too many
    /// wait, ClosedError after close().
    Ticket add(Job job);
    /// Takes back a job that has not started; false when it has.
    bool withdraw(Ticket ticket);
    std::size_t queued() const;

    /// Lets the thread finish what waits, close the file and end; returns at once.
    void close();
    /// From any thread, more than once.
    void join();

private:
    void run();

    const std::string path_;
    const Options options_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::pair<Ticket, Job>> jobs_;
    Ticket next_ticket_ = 1;
    bool closing_ = false;
    std::mutex joining_;
    std::thread thread_;
};

}  // namespace cyclone::sqlite::detail

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/sqlite_worker.ipp>
#endif
