#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include <cyclone/reactor/reactor_class.hpp>

namespace cyclone {

/// defer_until_locked() while another one waits. As
/// twisted.internet.defer.AlreadyTryingToLockError.
struct AlreadyTryingToLockError : std::logic_error {
    explicit AlreadyTryingToLockError(const std::string& name)
        : std::logic_error("DeferredFilesystemLock " + name +
                           ": somebody waits for it already; let one coroutine wait at a time") {}
};

/// A lock between processes, by a file. As twisted.internet.defer.DeferredFilesystemLock.
///
/// It is flock(2): the system releases it when the process ends, however it ends, so that there are
/// no stale ones. The file, which holds the process id for people to read, stays. Two objects in
/// one process exclude each other as well.
class DeferredFilesystemLock {
public:
    /// How often it is tried, while somebody waits. As Twisted.
    static constexpr std::chrono::nanoseconds interval = std::chrono::seconds(1);

    /// `name` is the path of the file, which is made. `clock` must outlive it.
    explicit DeferredFilesystemLock(std::string name,
                                    reactor::ReactorTime& clock = reactor::current());
    DeferredFilesystemLock(const DeferredFilesystemLock&) = delete;
    DeferredFilesystemLock& operator=(const DeferredFilesystemLock&) = delete;
    /// Unlocks.
    ~DeferredFilesystemLock();

    /// Tries it once, without waiting. Throws std::system_error when the file cannot be made.
    bool lock();
    /// Throws std::logic_error when it is not locked.
    void unlock();
    bool locked() const { return descriptor_ >= 0; }

    /// Fires when it is locked; fails with TimeoutError after `timeout`, trying one last time, and
    /// with AlreadyTryingToLockError while another one waits.
    Deferred<> defer_until_locked(std::optional<std::chrono::nanoseconds> timeout = std::nullopt);

private:
    std::string name_;
    reactor::ReactorTime* clock_;
    int descriptor_ = -1;
    bool trying_ = false;
};

}  // namespace cyclone

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/defer_filesystem_lock.ipp>
#endif
