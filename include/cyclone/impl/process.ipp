#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/write.hpp>

#include <cyclone/defer/combine.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/reactor/spawn_process.hpp>
#include <cyclone/task/defer_later.hpp>

extern "C" char** environ;

namespace cyclone::reactor {

namespace detail {

using ProcessPipe =
    boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;

/// A file descriptor that is closed unless it is given away.
class OwnedDescriptor {
public:
    explicit OwnedDescriptor(int descriptor = -1) : descriptor_(descriptor) {}
    OwnedDescriptor(OwnedDescriptor&& other) noexcept : descriptor_(other.release()) {}
    OwnedDescriptor& operator=(OwnedDescriptor&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~OwnedDescriptor() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }
    int get() const { return descriptor_; }
    int release() { return std::exchange(descriptor_, -1); }

private:
    int descriptor_;
};

[[noreturn]] CYCLONE_INLINE void throw_cannot_start(const std::string& program, int error) {
    throw SpawnError("cannot start " + program + ": " +
                     std::error_code(error, std::system_category()).message());
}

struct Pipe {
    OwnedDescriptor reading;
    OwnedDescriptor writing;
};

CYCLONE_INLINE Pipe make_pipe(const std::string& program) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw_cannot_start(program, errno);
    }
    return {OwnedDescriptor(ends[0]), OwnedDescriptor(ends[1])};
}

/// What posix_spawnp wants to know, freed in the end.
class SpawnPlan {
public:
    explicit SpawnPlan(const ProcessOptions& options) {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawnattr_init(&attributes_);
        sigset_t signals;
        ::sigemptyset(&signals);
        ::posix_spawnattr_setsigmask(&attributes_, &signals);
        ::sigaddset(&signals, SIGPIPE);
        ::posix_spawnattr_setsigdefault(&attributes_, &signals);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        if (!options.directory.empty()) {
            ::posix_spawn_file_actions_addchdir_np(&actions_, options.directory.c_str());
        }
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
    ~SpawnPlan() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    void use_as(int descriptor, int number) {
        ::posix_spawn_file_actions_adddup2(&actions_, descriptor, number);
    }
    int spawn(pid_t& pid, const std::vector<std::string>& command,
              const std::optional<std::vector<std::string>>& environment) {
        auto arguments = pointers(command);
        auto variables = environment ? pointers(*environment) : std::vector<char*>();
        return ::posix_spawnp(&pid, arguments[0], &actions_, &attributes_, arguments.data(),
                              environment ? variables.data() : environ);
    }

private:
    static std::vector<char*> pointers(const std::vector<std::string>& texts) {
        std::vector<char*> all;
        for (const std::string& text : texts) {
            all.push_back(const_cast<char*>(text.c_str()));
        }
        all.push_back(nullptr);
        return all;
    }

    posix_spawn_file_actions_t actions_;
    posix_spawnattr_t attributes_;
};

CYCLONE_INLINE void ignore_broken_pipes() {
    struct sigaction current {};
    if (::sigaction(SIGPIPE, nullptr, &current) == 0 && current.sa_handler == SIG_DFL) {
        ::signal(SIGPIPE, SIG_IGN);
    }
}

}  // namespace detail

/// The pidfd, which becomes readable when the process ends, and the pipes.
class Process::Running : public std::enable_shared_from_this<Running> {
public:
    Running(Reactor& reactor, pid_t pid, int pidfd, const ProcessOptions& options)
        : stdin_pipe(reactor.context()),
          stdout_pipe(reactor.context()),
          stderr_pipe(reactor.context()),
          pid_(pid),
          pidfd_(reactor.context(), pidfd),
          end_signal_(options.end_signal),
          grace_(options.grace) {}

    ~Running() {
        if (!status_) {
            signal(SIGKILL);
            // It ends at once: to wait for it here leaves no zombie.
            collect(0);
        }
    }

    pid_t pid() const { return pid_; }

    void signal(int number) {
        if (!status_) {
            ::syscall(SYS_pidfd_send_signal, pidfd_.native_handle(), number, nullptr, 0);
        }
    }

    // The parameter keeps this while it waits.
    static Deferred<ExitStatus> wait(std::shared_ptr<Running> self) {
        bool cancelled = false;
        while (!self->collect(WNOHANG)) {
            auto ending = self->pidfd_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                                                  use_deferred);
            try {
                co_await ending;
            } catch (const CancelledError&) {
                cancelled = true;
            }
            if (cancelled) {
                auto stopping = stop(self);
                co_await stopping;
                throw CancelledError();
            }
        }
        co_return *self->status_;
    }

    detail::ProcessPipe stdin_pipe;
    detail::ProcessPipe stdout_pipe;
    detail::ProcessPipe stderr_pipe;

private:
    static Deferred<> stop(std::shared_ptr<Running> self) {
        self->signal(self->end_signal_);
        auto killing = call_later(self->grace_, [weak = std::weak_ptr(self)] {
            if (auto running = weak.lock()) {
                running->signal(SIGKILL);
            }
        });
        while (!self->collect(WNOHANG)) {
            auto ending = self->pidfd_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                                                  use_deferred);
            bool hurry = false;
            try {
                co_await ending;
            } catch (const CancelledError&) {
                hurry = true;
            }
            if (hurry) {
                self->signal(SIGKILL);
            }
        }
        killing.cancel();
    }

    bool collect(int flags) {
        if (status_) {
            return true;
        }
        siginfo_t info{};
        int result = 0;
        do {
            result = ::waitid(static_cast<idtype_t>(P_PIDFD),
                              static_cast<id_t>(pidfd_.native_handle()), &info, WEXITED | flags);
        } while (result != 0 && errno == EINTR);
        if (result != 0) {
            // Somebody else has waited for it, or SIGCHLD is ignored: how it has ended is not to be
            // known.
            status_ = ExitStatus{};
        } else if (info.si_pid != 0) {
            status_ = info.si_code == CLD_EXITED ? ExitStatus{info.si_status, 0}
                                                 : ExitStatus{-1, info.si_status};
        }
        return status_.has_value();
    }

    pid_t pid_;
    detail::ProcessPipe pidfd_;
    int end_signal_;
    std::chrono::nanoseconds grace_;
    std::optional<ExitStatus> status_;
};

namespace detail {

CYCLONE_INLINE Deferred<std::string> read_from(std::shared_ptr<Process::Running> running,
                                               ProcessPipe& pipe, std::size_t most) {
    const auto kept = std::move(running);
    std::string bytes(most, '\0');
    auto reading = pipe.async_read_some(boost::asio::buffer(bytes), use_deferred);
    std::size_t size = 0;
    try {
        size = co_await reading;
    } catch (const boost::system::system_error& failure) {
        if (failure.code() != boost::asio::error::eof) {
            throw;
        }
    }
    bytes.resize(size);
    co_return bytes;
}

CYCLONE_INLINE Deferred<std::string> read_all(Process& process,
                                              Deferred<std::string> (Process::*read)(std::size_t)) {
    std::string all;
    for (;;) {
        auto reading = (process.*read)(64 * 1024);
        const std::string some = co_await reading;
        if (some.empty()) {
            co_return all;
        }
        all += some;
    }
}

CYCLONE_INLINE Deferred<> write_input(Process& process, std::string input) {
    auto writing = process.write(std::move(input));
    try {
        co_await writing;
    } catch (const boost::system::system_error&) {
        // A process need not read its input.
    }
    process.close_stdin();
}

}  // namespace detail

CYCLONE_INLINE Process::Process(std::shared_ptr<Running> running) : running_(std::move(running)) {}
CYCLONE_INLINE Process::Process(Process&&) noexcept = default;
CYCLONE_INLINE Process& Process::operator=(Process&&) noexcept = default;
CYCLONE_INLINE Process::~Process() = default;

CYCLONE_INLINE pid_t Process::pid() const { return running_->pid(); }
CYCLONE_INLINE void Process::signal(int number) { running_->signal(number); }
CYCLONE_INLINE Deferred<ExitStatus> Process::exited() { return Running::wait(running_); }

CYCLONE_INLINE Deferred<> Process::write(std::string bytes) {
    const auto running = running_;
    const std::string kept = std::move(bytes);
    auto writing =
        boost::asio::async_write(running->stdin_pipe, boost::asio::buffer(kept), use_deferred);
    co_await writing;
}
CYCLONE_INLINE void Process::close_stdin() {
    boost::system::error_code ignored;
    running_->stdin_pipe.close(ignored);
}
CYCLONE_INLINE Deferred<std::string> Process::read_stdout(std::size_t most) {
    return detail::read_from(running_, running_->stdout_pipe, most);
}
CYCLONE_INLINE Deferred<std::string> Process::read_stderr(std::size_t most) {
    return detail::read_from(running_, running_->stderr_pipe, most);
}

CYCLONE_INLINE Process spawn_process(const std::vector<std::string>& command,
                                     const ProcessOptions& options) {
    if (command.empty() || command[0].empty()) {
        throw SpawnError("cannot start a process: the command is empty");
    }
    detail::ignore_broken_pipes();
    const std::string& program = command[0];
    auto input = detail::make_pipe(program);
    auto output = detail::make_pipe(program);
    auto errors = detail::make_pipe(program);
    detail::SpawnPlan plan(options);
    plan.use_as(input.reading.get(), STDIN_FILENO);
    plan.use_as(output.writing.get(), STDOUT_FILENO);
    plan.use_as(errors.writing.get(), STDERR_FILENO);
    pid_t pid = -1;
    if (const int error = plan.spawn(pid, command, options.environment); error != 0) {
        detail::throw_cannot_start(program, error);
    }
    const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (pidfd < 0) {
        const int error = errno;
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
        detail::throw_cannot_start(program, error);
    }
    auto running = std::make_shared<Process::Running>(current(), pid, pidfd, options);
    running->stdin_pipe.assign(input.writing.release());
    running->stdout_pipe.assign(output.reading.release());
    running->stderr_pipe.assign(errors.reading.release());
    return Process(std::move(running));
}

CYCLONE_INLINE Deferred<ProcessOutput> get_process_output_and_value(
    std::vector<std::string> command, std::string input, ProcessOptions options) {
    Process process = spawn_process(command, options);
    auto streams = gather_results(detail::read_all(process, &Process::read_stdout),
                                  detail::read_all(process, &Process::read_stderr),
                                  detail::write_input(process, std::move(input)), process.exited());
    auto [out, err, written, status] = co_await streams;
    co_return ProcessOutput{std::move(out), std::move(err), status};
}

}  // namespace cyclone::reactor
