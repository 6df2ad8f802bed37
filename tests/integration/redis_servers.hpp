#pragma once

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include <cyclone/reactor.hpp>
#include <cyclone/redis.hpp>
#include <cyclone/task.hpp>

namespace cyclone::redis_tests {

inline std::uint16_t free_port() {
    boost::asio::io_context context;
    boost::asio::ip::tcp::acceptor acceptor(context, {boost::asio::ip::address_v4::loopback(), 0});
    return acceptor.local_endpoint().port();
}

/// A program of its own, which is killed when this ends.
class Process {
public:
    explicit Process(std::vector<std::string> words) {
        std::vector<char*> arguments;
        for (std::string& word : words) {
            arguments.push_back(word.data());
        }
        arguments.push_back(nullptr);
        pid_ = ::fork();
        if (pid_ == 0) {
            // Not left behind by a test that crashed.
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::execvp(arguments[0], arguments.data());
            ::_exit(127);
        }
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process() { kill(); }

    void kill() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
            pid_ = 0;
        }
    }
    void signal(int number) const { ::kill(pid_, number); }

    /// Whether it has ended, and then status() tells how.
    bool ended() {
        if (pid_ > 0 && ::waitpid(pid_, &status_, WNOHANG) == pid_) {
            pid_ = 0;
        }
        return pid_ == 0;
    }
    int status() const { return status_; }

private:
    pid_t pid_ = 0;
    int status_ = 0;
};

/// A redis-server, or a sentinel, in a folder of its own.
class Server {
public:
    /// `settings` are further lines of its configuration file, and `mode` of its command line.
    explicit Server(std::string settings = "", std::string mode = "")
        : port_(free_port()), mode_(std::move(mode)) {
        std::string name = std::filesystem::temp_directory_path() / "cyclone-redis-XXXXXX";
        folder_ = ::mkdtemp(name.data());
        std::ofstream(folder_ + "/redis.conf")
            << "bind 127.0.0.1\nport " << port_ << "\ndir " << folder_ << "\nlogfile redis.log\n"
            << (mode_.empty() ? "save \"\"\n" : "") << settings;
        start();
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server() {
        kill();
        std::filesystem::remove_all(folder_);
    }

    void start() {
        start_without_waiting();
        for (int tries = 0; tries < 1000 && !answers(); ++tries) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        BOOST_REQUIRE_MESSAGE(answers(), "redis-server does not answer; see " << folder_);
    }
    void start_without_waiting() {
        std::vector<std::string> words{"redis-server", folder_ + "/redis.conf"};
        if (!mode_.empty()) {
            words.push_back(mode_);
        }
        process_.emplace(std::move(words));
    }
    void kill() { process_.reset(); }
    void pause() { process_->signal(SIGSTOP); }
    void resume() { process_->signal(SIGCONT); }

    const std::string& folder() const { return folder_; }
    std::uint16_t port() const { return port_; }
    redis::Endpoint endpoint() const { return {"127.0.0.1", port_}; }
    std::string address() const { return endpoint().text(); }

    redis::ConnectionOptions options() const {
        redis::ConnectionOptions options;
        options.port = port_;
        options.backoff = {.initial = std::chrono::milliseconds(10),
                           .longest = std::chrono::milliseconds(50)};
        return options;
    }

    /// What it answers, in one line, to an inline command.
    std::string ask(const std::string& line) const {
        boost::asio::ip::tcp::iostream stream("127.0.0.1", std::to_string(port_));
        stream << line << "\r\n" << std::flush;
        std::string answer;
        std::getline(stream, answer);
        return answer;
    }

private:
    bool answers() const {
        const std::string answer = ask("PING");
        return answer.starts_with("+PONG") || answer.starts_with("-NOAUTH") ||
               answer.starts_with("-MASTERDOWN");
    }

    std::uint16_t port_;
    std::string mode_;
    std::string folder_;
    std::optional<Process> process_;
};

/// Runs a test, which is a coroutine, for at most `limit`.
template <class F>
void run(F test, std::chrono::seconds limit = std::chrono::seconds(60)) {
    reactor::Reactor reactor;
    reactor.run_until(test().add_timeout(limit));
}

template <class T>
Deferred<std::string> error_of(Deferred<T> deferred) {
    try {
        co_await deferred;
    } catch (const std::exception& error) {
        co_return error.what();
    }
    co_return "it succeeded";
}

/// How each of many commands ended.
struct Tally {
    int ok = 0;
    int unknown = 0;  // it may have run
    int not_run = 0;
    int other = 0;
    std::string first_other{};

    int all() const { return ok + unknown + not_run + other; }
};

template <class T>
Deferred<> tally(Deferred<T> command, Tally& into) {
    try {
        co_await command;
        ++into.ok;
    } catch (const redis::ConnectionLost& error) {
        ++(error.may_have_run ? into.unknown : into.not_run);
        into.first_other = into.first_other.empty() ? error.what() : into.first_other;
    } catch (const redis::TimeoutError& error) {
        ++(error.may_have_run ? into.unknown : into.not_run);
        into.first_other = into.first_other.empty() ? error.what() : into.first_other;
    } catch (const std::exception& error) {
        ++into.other;
        into.first_other = into.first_other.empty() ? error.what() : into.first_other;
    }
}

}  // namespace cyclone::redis_tests
