#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <cyclone/defer/filesystem_lock.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/task/defer_later.hpp>

namespace cyclone {

CYCLONE_INLINE DeferredFilesystemLock::DeferredFilesystemLock(std::string name,
                                                              reactor::ReactorTime& clock)
    : name_(std::move(name)), clock_(&clock) {}

CYCLONE_INLINE DeferredFilesystemLock::~DeferredFilesystemLock() {
    if (locked()) {
        unlock();
    }
}

CYCLONE_INLINE bool DeferredFilesystemLock::lock() {
    if (locked()) {
        return false;
    }
    const auto fail_with = [this](int error) {
        throw std::system_error(error, std::system_category(),
                                "DeferredFilesystemLock: cannot lock " + name_);
    };
    const int opened = ::open(name_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (opened < 0) {
        fail_with(errno);
    }
    if (::flock(opened, LOCK_EX | LOCK_NB) != 0) {
        const int error = errno;
        ::close(opened);
        if (error != EWOULDBLOCK) {
            fail_with(error);
        }
        return false;
    }
    const std::string pid = std::to_string(::getpid()) + "\n";
    // For people only: a full disk does not keep anybody from locking.
    if (::ftruncate(opened, 0) == 0) {
        static_cast<void>(!::write(opened, pid.data(), pid.size()));
    }
    descriptor_ = opened;
    return true;
}

CYCLONE_INLINE void DeferredFilesystemLock::unlock() {
    if (!locked()) {
        throw std::logic_error("DeferredFilesystemLock " + name_ + ": it is not locked");
    }
    ::close(std::exchange(descriptor_, -1));
}

CYCLONE_INLINE Deferred<> DeferredFilesystemLock::defer_until_locked(
    std::optional<std::chrono::nanoseconds> timeout) {
    if (trying_) {
        throw AlreadyTryingToLockError(name_);
    }
    struct Trying {
        bool& flag;
        explicit Trying(bool& on) : flag(on) { flag = true; }
        ~Trying() { flag = false; }
    };
    const auto started = clock_->seconds();
    const Trying trying(trying_);
    while (!lock()) {
        auto pause = interval;
        if (timeout) {
            const auto left = started + *timeout - clock_->seconds();
            if (left <= std::chrono::nanoseconds(0)) {
                const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(*timeout);
                throw TimeoutError("DeferredFilesystemLock: " + name_ +
                                   " was not to be had within " + std::to_string(ms.count()) +
                                   " ms");
            }
            pause = std::min(pause, left);
        }
        auto waiting = task::defer_later(pause, *clock_);
        co_await waiting;
    }
}

}  // namespace cyclone
