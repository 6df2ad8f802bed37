#pragma once

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

#include <cyclone/impl/config.hpp>
#include <cyclone/impl/listening_port.ipp>
#include <cyclone/log.hpp>
#include <cyclone/reactor/fork_processes.hpp>

namespace cyclone::reactor {

namespace detail {

/// Starts the processes, and again those that fail, and waits for their end.
class ForkedProcesses {
public:
    explicit ForkedProcesses(std::size_t max_restarts) : restarts_left_(max_restarts) {
        ::sigemptyset(&watched_);
        for (const int signal : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) {
            ::sigaddset(&watched_, signal);
        }
        // Taken one by one by sigwaitinfo().
        ::pthread_sigmask(SIG_BLOCK, &watched_, &mask_before_);
    }
    ForkedProcesses(const ForkedProcesses&) = delete;
    ForkedProcesses& operator=(const ForkedProcesses&) = delete;
    ~ForkedProcesses() { ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr); }

    /// True in the new process.
    bool start(std::size_t number) {
        const pid_t parent = ::getpid();
        const pid_t process = ::fork();
        if (process < 0) {
            const int error = errno;
            end_all();
            throw std::system_error(error, std::system_category(), "fork_processes()");
        }
        if (process > 0) {
            numbers_[process] = number;
            return false;
        }
        // It does not outlive who watches over it, also where that is killed.
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (::getppid() != parent) {
            ::_exit(0);
        }
        return true;
    }

    /// The number of a process that takes the place of a failed one, in that process; nothing at
    /// the end of all.
    std::optional<std::size_t> watch() {
        while (!numbers_.empty()) {
            siginfo_t came{};
            const int signal = ::sigwaitinfo(&watched_, &came);
            if (signal == SIGCHLD) {
                if (const auto number = collect()) {
                    return number;
                }
            } else if (signal > 0) {
                ending_ |= signal != SIGHUP;
                // What the terminal sends, it sends to all of them.
                if (came.si_code != SI_KERNEL) {
                    pass_on(signal);
                }
            }
        }
        return std::nullopt;
    }

private:
    std::optional<std::size_t> collect() {
        int status = 0;
        for (pid_t process = 0; (process = ::waitpid(-1, &status, WNOHANG)) > 0;) {
            const auto ended = numbers_.extract(process);
            if (!ended) {
                // A child that the program has had before.
                continue;
            }
            const std::size_t number = ended.mapped();
            if ((WIFEXITED(status) && WEXITSTATUS(status) == 0) || ending_) {
                continue;
            }
            log::warning("process " + std::to_string(number) + " (" + std::to_string(process) +
                         ") has ended by " +
                         (WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                                              : "status " + std::to_string(WEXITSTATUS(status))) +
                         ": another one is started");
            if (restarts_left_-- == 0) {
                end_all();
                throw std::runtime_error(
                    "fork_processes(): too many processes have failed, one after the other");
            }
            if (start(number)) {
                return number;
            }
        }
        return std::nullopt;
    }

    void pass_on(int signal) const {
        for (const auto& [process, number] : numbers_) {
            ::kill(process, signal);
        }
    }
    void end_all() {
        pass_on(SIGTERM);
        for (const auto& [process, number] : numbers_) {
            ::waitpid(process, nullptr, 0);
        }
        numbers_.clear();
    }

    sigset_t watched_{};
    sigset_t mask_before_{};
    std::map<pid_t, std::size_t> numbers_;
    std::size_t restarts_left_;
    bool ending_ = false;
};

}  // namespace detail

CYCLONE_INLINE std::uint16_t bind_sockets(std::uint16_t port, std::string_view interface,
                                          const ListenOptions& options) {
    detail::OpenedPort opened = detail::open_tcp(port, interface, options);
    detail::leave_for_children(opened.socket.release());
    return opened.place.port;
}

CYCLONE_INLINE std::optional<std::size_t> fork_processes(std::size_t count,
                                                         std::size_t max_restarts) {
    if (detail::current_slot() != nullptr) {
        throw std::logic_error(
            "fork_processes() comes before the first use of the reactor, which cannot be shared by "
            "processes");
    }
    if (std::distance(std::filesystem::directory_iterator("/proc/self/task"), {}) > 1) {
        throw std::logic_error(
            "fork_processes() comes before the first thread: a forked process has but one");
    }
    if (count == 0) {
        count = std::max(1U, std::thread::hardware_concurrency());
    }
    detail::ForkedProcesses processes(max_restarts);
    for (std::size_t number = 0; number < count; ++number) {
        if (processes.start(number)) {
            return number;
        }
    }
    return processes.watch();
}

}  // namespace cyclone::reactor
