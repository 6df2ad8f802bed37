#pragma once

#include <chrono>
#include <csignal>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include <cyclone/reactor/reactor_class.hpp>

namespace cyclone::reactor {

/// The program cannot be started: not found, not allowed. what() names it, and says why.
struct SpawnError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// How a process ended. As twisted.internet.error.ProcessDone and ProcessTerminated.
struct ExitStatus {
    /// Of exit(); -1 when a signal has ended it.
    int code = -1;
    /// 0 when it has ended by itself.
    int signal = 0;

    bool success() const { return code == 0; }
};

struct ProcessOptions {
    /// "NAME=value"; the program's own when there is none.
    std::optional<std::vector<std::string>> environment{};
    /// Where it starts; the program's own when empty.
    std::string directory{};
    /// What a process gets that is to be ended, and how long it may take before SIGKILL comes.
    int end_signal = SIGTERM;
    std::chrono::nanoseconds grace = std::chrono::seconds(5);
};

/// A process that runs, with three pipes. As twisted.internet.interfaces.IProcessTransport.
///
/// It is waited for when it ends: there are no zombies. Destroyed before, it is killed (SIGKILL).
class Process {
public:
    Process(Process&&) noexcept;
    Process& operator=(Process&&) noexcept;
    ~Process();

    pid_t pid() const;

    /// Fires when the pipe has taken all of `bytes`, which is as fast as the process reads them.
    /// One at a time. Fails with boost::system::system_error when the process does not read any
    /// more.
    Deferred<> write(std::string bytes);
    /// What the process sees as the end of its input.
    void close_stdin();

    /// Some of what the process writes, `most` bytes at most; empty at the end. One at a time.
    Deferred<std::string> read_stdout(std::size_t most = 64 * 1024);
    Deferred<std::string> read_stderr(std::size_t most = 64 * 1024);

    /// Sends a signal, if it still runs: never to another process that has got its number.
    void signal(int number);

    /// Fires when the process has ended, at once when it had. Cancelled, it sends `end_signal`,
    /// after `grace` SIGKILL, and fails with CancelledError when the process has ended. One may
    /// wait at a time.
    Deferred<ExitStatus> exited();

    class Running;
    explicit Process(std::shared_ptr<Running> running);

private:
    std::shared_ptr<Running> running_;
};

/// Starts `command`, found by PATH, with its arguments. Throws SpawnError.
///
/// SIGPIPE is ignored from then on (a write to a process that is gone fails instead), though not in
/// the new process. Linux 5.4 or later. As reactor.spawnProcess.
Process spawn_process(const std::vector<std::string>& command, const ProcessOptions& options = {});

/// All that a process has written, and how it has ended.
struct ProcessOutput {
    std::string out;
    std::string err;
    ExitStatus status;
};

/// Runs `command` with `input` to its end. Cancelled or dropped, it ends the process.
/// As twisted.internet.utils.getProcessOutputAndValue.
Deferred<ProcessOutput> get_process_output_and_value(std::vector<std::string> command,
                                                     std::string input = {},
                                                     ProcessOptions options = {});

}  // namespace cyclone::reactor

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/process.ipp>
#endif
