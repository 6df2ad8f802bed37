#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cyclone/autoreload.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/log.hpp>
#include <cyclone/reactor/inherited_sockets.hpp>

namespace cyclone::autoreload::detail {

/// What this process was started with.
class Program {
public:
    Program() : file_(std::filesystem::read_symlink("/proc/self/exe")) {
        std::ifstream command("/proc/self/cmdline", std::ios::binary);
        std::string argument;
        while (std::getline(command, argument, '\0')) {
            arguments_.push_back(argument);
        }
    }

    const std::filesystem::path& file() const { return file_; }
    /// Whether it is there, and as complete as to be executed.
    bool ready() const { return ::access(file_.c_str(), X_OK) == 0; }

    /// Returns only when it cannot, with errno.
    void execute() {
        std::vector<char*> arguments;
        for (std::string& argument : arguments_) {
            arguments.push_back(argument.data());
        }
        arguments.push_back(nullptr);
        keep_listening_sockets(true);
        ::execv(file_.c_str(), arguments.data());
        const int error = errno;
        keep_listening_sockets(false);
        errno = error;
    }

private:
    /// Of all that is open, the new program gets those that listen, and standard input, output and
    /// error.
    static void keep_listening_sockets(bool keep) {
        std::string named = std::to_string(::getpid());
        DIR* const open = ::opendir("/proc/self/fd");
        if (open == nullptr) {
            return;
        }
        while (const dirent* const entry = ::readdir(open)) {
            const std::string_view name = entry->d_name;
            int descriptor = -1;
            std::from_chars(name.data(), name.data() + name.size(), descriptor);
            int listens = 0;
            socklen_t size = sizeof listens;
            if (descriptor <= STDERR_FILENO || descriptor == ::dirfd(open)) {
                continue;
            }
            const bool inherited =
                keep && ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 &&
                listens != 0;
            ::fcntl(descriptor, F_SETFD, inherited ? 0 : FD_CLOEXEC);
            if (inherited) {
                named += ',' + std::to_string(descriptor);
            }
        }
        ::closedir(open);
        ::setenv(reactor::detail::inherited_sockets_variable, named.c_str(), 1);
    }

    std::filesystem::path file_;
    std::vector<std::string> arguments_;
};

/// Watches the files of a reactor's program.
class Watcher {
public:
    explicit Watcher(reactor::Reactor& reactor)
        : reactor_(reactor),
          descriptor_(reactor.context(), open_inotify()),
          alive_(std::make_shared<Watcher*>(this)) {
        read();
    }
    ~Watcher() {
        settling_.cancel();
        *alive_ = nullptr;
    }

    void watch_program() { watch(program_.file()); }

    void watch(const std::filesystem::path& path) {
        const auto file = std::filesystem::absolute(path);
        // The folder, for what replaces a file is another one.
        const int number =
            ::inotify_add_watch(descriptor_.native_handle(), file.parent_path().c_str(),
                                IN_CLOSE_WRITE | IN_MOVED_TO | IN_ATTRIB);
        if (number < 0) {
            throw std::system_error(errno, std::system_category(),
                                    "autoreload: cannot watch " + file.string());
        }
        files_[number].insert(file.filename().string());
    }

    std::vector<std::function<void()>> hooks;

private:
    // A linker writes, closes and changes the mode, one after the other.
    static constexpr std::chrono::milliseconds settling_time{200};

    static int open_inotify() {
        const int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        if (descriptor < 0) {
            throw std::system_error(errno, std::system_category(), "autoreload: inotify");
        }
        return descriptor;
    }

    void read() {
        descriptor_.async_read_some(
            boost::asio::buffer(buffer_),
            [alive = alive_](const boost::system::error_code& error, std::size_t size) {
                if (*alive != nullptr && !error) {
                    (*alive)->changed(size);
                    (*alive)->read();
                }
            });
    }

    void changed(std::size_t size) {
        for (std::size_t at = 0; at + sizeof(inotify_event) <= size;) {
            inotify_event event;
            std::memcpy(&event, buffer_.data() + at, sizeof event);
            const char* const name = buffer_.data() + at + sizeof event;
            at += sizeof event + event.len;
            const auto folder = files_.find(event.wd);
            if (event.len > 0 && folder != files_.end() && folder->second.contains(name)) {
                settle();
            }
        }
    }

    void settle() {
        settling_.cancel();
        settling_ = reactor_.call_later(settling_time, [alive = alive_] {
            if (*alive != nullptr) {
                (*alive)->reload();
            }
        });
    }

    void reload() {
        if (!program_.ready()) {
            // It is being built: its end will be seen.
            return;
        }
        log::info("autoreload: " + program_.file().string() + " is executed anew");
        for (const auto& hook : hooks) {
            try {
                hook();
            } catch (const std::exception& error) {
                log::error(std::string("autoreload: a hook failed: ") + error.what());
            }
        }
        std::fflush(nullptr);
        program_.execute();
        log::error("autoreload: " + program_.file().string() + " cannot be executed: " +
                   std::error_code(errno, std::system_category()).message());
    }

    reactor::Reactor& reactor_;
    Program program_;
    boost::asio::posix::stream_descriptor descriptor_;
    std::map<int, std::set<std::string, std::less<>>> files_;
    reactor::DelayedCall settling_;
    std::shared_ptr<Watcher*> alive_;
    alignas(inotify_event) std::array<char, 4096> buffer_{};
};

CYCLONE_INLINE Watcher& watcher() { return reactor::current().component<Watcher>(); }

}  // namespace cyclone::autoreload::detail

namespace cyclone::autoreload {

CYCLONE_INLINE void start() { detail::watcher().watch_program(); }

CYCLONE_INLINE void watch(const std::filesystem::path& path) { detail::watcher().watch(path); }

CYCLONE_INLINE void add_reload_hook(std::function<void()> hook) {
    detail::watcher().hooks.push_back(std::move(hook));
}

}  // namespace cyclone::autoreload
