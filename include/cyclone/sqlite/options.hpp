#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace cyclone::sqlite {

/// What may be done with the file.
enum class Access : std::uint8_t {
    /// Read and write; made when it is not there (its directory is not).
    create,
    /// Read and write; an error when it is not there.
    read_write,
    read_only,
};

class Connection;

/// How a Database is opened.
struct Options {
    Access access = Access::create;
    /// Write-ahead logging: readers and the one writer don't wait for each other, in any process.
    /// With it, and synchronous=NORMAL, which is set too, a commit survives the end of the process;
    /// after a power failure the last commits may be missing, the file is sound.
    bool wal = true;
    /// How long a statement waits for the lock of another connection before it fails with "database
    /// is locked".
    std::chrono::milliseconds busy_timeout{5000};
    /// Calls that may wait for the worker thread; one more fails at once.
    std::size_t max_queued = 10000;
    /// Prepared statements that are kept for the next use.
    std::size_t max_statements = 100;
    /// Called on the thread once the file is open, before anything else and before it is switched
    /// to write-ahead logging: to make tables, or to refuse the file. What it throws, every call
    /// fails with.
    std::function<void(Connection&)> on_open{};
};

}  // namespace cyclone::sqlite
