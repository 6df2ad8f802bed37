#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/log.hpp>
#include <cyclone/options.hpp>
#include <cyclone/service/application.hpp>

namespace cyclone::service {

namespace detail {

[[noreturn]] CYCLONE_INLINE void throw_start_error(const std::string& what) {
    throw StartError(what + ": " + std::error_code(errno, std::system_category()).message());
}

/// Makes `path` what stdout and stderr are.
CYCLONE_INLINE void write_to(const std::string& path) {
    const int opened = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (opened < 0) {
        throw_start_error("cannot write the log file " + path);
    }
    std::fflush(nullptr);
    ::dup2(opened, STDOUT_FILENO);
    ::dup2(opened, STDERR_FILENO);
    ::close(opened);
}

/// The way on which the daemon tells the process that was started how it went: nothing, or what is
/// wrong.
class StartReport {
public:
    explicit StartReport(int descriptor = -1) : descriptor_(descriptor) {}
    StartReport(StartReport&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    StartReport& operator=(StartReport&&) = delete;
    ~StartReport() { started(); }

    /// Says so to the process that was started, or where there is none, on stderr.
    void failed(const std::string& sentence) {
        const std::string line = sentence + "\n";
        static_cast<void>(
            !::write(descriptor_ >= 0 ? descriptor_ : STDERR_FILENO, line.data(), line.size()));
    }
    void started() {
        if (descriptor_ >= 0) {
            ::close(std::exchange(descriptor_, -1));
        }
    }

private:
    int descriptor_;
};

/// The process that was started: it waits for the daemon's report, hands it on and ends.
[[noreturn]] CYCLONE_INLINE void wait_for_report(int descriptor, pid_t child) {
    ::waitpid(child, nullptr, 0);
    std::array<char, 512> text;
    bool failed = false;
    for (ssize_t size = 0; (size = ::read(descriptor, text.data(), text.size())) != 0;) {
        if (size < 0 && errno == EINTR) {
            continue;
        }
        failed = true;
        if (size < 0) {
            break;
        }
        static_cast<void>(!::write(STDERR_FILENO, text.data(), static_cast<std::size_t>(size)));
    }
    ::_exit(failed ? 1 : 0);
}

/// Goes on in a process of the background, the terminal's no more.
CYCLONE_INLINE StartReport become_daemon(boost::asio::io_context& context) {
    std::array<int, 2> report{};
    if (::pipe2(report.data(), O_CLOEXEC) != 0) {
        throw_start_error("cannot become a daemon");
    }
    std::fflush(nullptr);
    context.notify_fork(boost::asio::io_context::fork_prepare);
    const pid_t child = ::fork();
    if (child < 0) {
        throw_start_error("cannot become a daemon");
    }
    if (child > 0) {
        ::close(report[1]);
        wait_for_report(report[0], child);
    }
    ::setsid();
    // The second one cannot get a terminal any more.
    if (::fork() != 0) {
        ::_exit(0);
    }
    context.notify_fork(boost::asio::io_context::fork_child);
    ::close(report[0]);
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        ::dup2(nothing, standard);
    }
    ::close(nothing);
    if (::chdir("/") != 0) {
        throw_start_error("cannot become a daemon");
    }
    return StartReport(report[1]);
}

}  // namespace detail

CYCLONE_INLINE int Application::run(const RunOptions& options) {
    const auto absolute = [](const std::string& path) {
        return path.empty() ? path : std::filesystem::absolute(path).string();
    };
    const std::string pid_path = absolute(options.pid_file);
    const std::string log_path = absolute(options.log_file);
    reactor::Reactor& reactor = reactor::current();
    std::optional<detail::StartReport> report;
    std::optional<PidFile> pid_file;
    try {
        report.emplace(options.daemon ? detail::become_daemon(reactor.context())
                                      : detail::StartReport());
        if (!pid_path.empty()) {
            pid_file.emplace(pid_path);
        }
        if (!log_path.empty()) {
            detail::write_to(log_path);
            reactor.on_hangup([log_path] { detail::write_to(log_path); });
        }
    } catch (const StartError& error) {
        (report ? *report : report.emplace()).failed(name_ + ": " + error.what());
        return 1;
    }
    int status = 0;
    std::optional<Deferred<>> starting;
    auto started = [&](const Outcome<void>& outcome) {
        if (outcome) {
            report->started();
        } else if (!outcome.failure().check<CancelledError>()) {
            report->failed(name_ + ": " + outcome.failure().get_error_message());
            status = 1;
            reactor::call_later(std::chrono::nanoseconds(0), [] { reactor::stop(); });
        }
    };
    reactor.before_shutdown([this, &starting] {
        starting.reset();
        return stop_service();
    });
    reactor.call_later(std::chrono::nanoseconds(0), [&] {
        starting = maybe_deferred([this] { return start_service(); }).add_both(started);
    });
    reactor.run();
    return status;
}

CYCLONE_INLINE int Application::main(int argc, char** argv) {
    const auto daemon = options::define("daemon", false, "run in the background");
    const auto pid_file =
        options::define<std::string>("pidfile", "", "write the process id to this file");
    const auto log_file = options::define<std::string>(
        "logfile", "", "write what would go to the terminal to this file");
    options::parse_command_line(argc, argv);
    return run({.daemon = *daemon, .pid_file = *pid_file, .log_file = *log_file});
}

}  // namespace cyclone::service
