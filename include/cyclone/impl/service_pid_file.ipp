#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/service/pid_file.hpp>

namespace cyclone::service {

CYCLONE_INLINE PidFile::PidFile(std::string path)
    : path_(std::move(path)),
      descriptor_(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    const auto reason = [] { return std::error_code(errno, std::system_category()).message(); };
    if (descriptor_ < 0) {
        throw StartError("cannot write the pid file " + path_ + ": " + reason());
    }
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
        char other[16] = "";
        const auto size = ::read(descriptor_, other, sizeof other - 1);
        ::close(descriptor_);
        std::string pid(other, size > 0 ? static_cast<std::size_t>(size) : 0);
        pid = pid.substr(0, pid.find('\n'));
        throw StartError("another one runs already, process " + pid + ", which has the pid file " +
                         path_);
    }
    const std::string pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(descriptor_, 0) != 0 ||
        ::write(descriptor_, pid.data(), pid.size()) != static_cast<ssize_t>(pid.size())) {
        const std::string why = reason();
        ::close(descriptor_);
        throw StartError("cannot write the pid file " + path_ + ": " + why);
    }
}

CYCLONE_INLINE PidFile::PidFile(PidFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

CYCLONE_INLINE PidFile::~PidFile() {
    if (descriptor_ >= 0) {
        // Removed before it is unlocked: nobody finds it unlocked with our number in it.
        ::unlink(path_.c_str());
        ::close(descriptor_);
    }
}

}  // namespace cyclone::service
