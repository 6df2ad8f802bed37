#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <functional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <cyclone/log.hpp>
#include <cyclone/web.hpp>

BOOST_AUTO_TEST_SUITE(reactor_processes)

using namespace cyclone;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

/// Keeps its process busy for a moment, so that the next request is another's.
struct Process : web::RequestHandler {
    void get() {
        std::this_thread::sleep_for(20ms);
        write(std::to_string(::getpid()));
    }
};
struct Crash : web::RequestHandler {
    void get() { ::_exit(3); }
};

/// Runs `f` in a process of its own, with the write end of a pipe.
class Watcher {
public:
    explicit Watcher(const std::function<int(int pipe)>& f) {
        std::fflush(nullptr);
        std::array<int, 2> ends{};
        BOOST_REQUIRE(::pipe(ends.data()) == 0);
        process_ = ::fork();
        if (process_ == 0) {
            ::close(ends[0]);
            log::set_level(log::Level::none);
            ::_exit(f(ends[1]));
        }
        ::close(ends[1]);
        pipe_ = ends[0];
    }
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;
    ~Watcher() {
        ::close(pipe_);
        if (process_ > 0) {
            ::kill(process_, SIGKILL);
            ::waitpid(process_, nullptr, 0);
        }
    }
    std::uint16_t read_port() const {
        std::uint16_t port = 0;
        return ::read(pipe_, &port, sizeof port) == sizeof port ? port : 0;
    }
    /// All that comes until every process has closed the pipe.
    std::string read_all() const {
        std::string text;
        char byte = 0;
        while (::read(pipe_, &byte, 1) == 1) {
            text += byte;
        }
        return text;
    }
    void signal(int number) const { ::kill(process_, number); }
    int wait_for_end(std::chrono::milliseconds most = 10s) {
        int status = -1;
        for (const auto until = Clock::now() + most; Clock::now() < until;
             std::this_thread::sleep_for(5ms)) {
            if (::waitpid(process_, &status, WNOHANG) == process_) {
                process_ = 0;
                return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
            }
        }
        return -1;
    }

private:
    pid_t process_ = 0;
    int pipe_ = -1;
};

/// Serves with `count` processes on a port that is written to the pipe.
int serve(int pipe, std::size_t count, std::size_t max_restarts) {
    const std::uint16_t port = reactor::bind_sockets(0, "127.0.0.1");
    static_cast<void>(!::write(pipe, &port, sizeof port));
    try {
        if (!reactor::fork_processes(count, max_restarts)) {
            return 0;
        }
    } catch (const std::runtime_error&) {
        return 7;
    }
    web::Application application({web::url<Process>("/"), web::url<Crash>("/crash")});
    reactor::listen_tcp(port, application, "127.0.0.1");
    reactor::call_later(30s, [] { ::_exit(1); });
    reactor::run();
    return 0;
}

/// The body of an answer; empty when there is none.
std::string ask(std::uint16_t port, const std::string& path) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{10, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::string received;
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
        const std::string request =
            "GET " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
        static_cast<void>(::send(socket, request.data(), request.size(), MSG_NOSIGNAL));
        char buffer[4096];
        for (ssize_t size = 0; (size = ::recv(socket, buffer, sizeof buffer, 0)) > 0;) {
            received.append(buffer, static_cast<std::size_t>(size));
        }
    }
    ::close(socket);
    const std::size_t end = received.find("\r\n\r\n");
    return end == std::string::npos ? "" : received.substr(end + 4);
}

/// The answers of 20 requests at a time; an empty one among them was none.
std::set<std::string> ask_many(std::uint16_t port) {
    std::vector<std::string> answers(20);
    {
        std::vector<std::jthread> clients;
        for (std::string& answer : answers) {
            clients.emplace_back([&answer, port] { answer = ask(port, "/"); });
        }
    }
    return {answers.begin(), answers.end()};
}

}  // namespace

BOOST_AUTO_TEST_CASE(forked_processes_share_a_port_and_one_that_crashes_is_replaced) {
    Watcher watcher([](int pipe) { return serve(pipe, 2, 100); });
    const std::uint16_t port = watcher.read_port();
    BOOST_REQUIRE(port != 0);
    std::set<std::string> before;
    for (int i = 0; i < 20 && before.size() < 2; ++i) {
        before = ask_many(port);
    }
    BOOST_TEST(before.size() == 2U);
    BOOST_TEST(!before.contains(""));
    BOOST_TEST(ask(port, "/crash") == "");
    ::kill(std::stoi(*before.begin()), SIGKILL);
    // Nobody is refused meanwhile.
    std::set<std::string> after;
    for (int i = 0; i < 20 && after.size() < 2; ++i) {
        after = ask_many(port);
    }
    BOOST_TEST(after.size() == 2U);
    BOOST_TEST(!after.contains(""));
    BOOST_TEST(!after.contains(*before.begin()));
    watcher.signal(SIGTERM);
    BOOST_TEST(watcher.wait_for_end() == 0);
    BOOST_TEST(ask(port, "/") == "");
}

BOOST_AUTO_TEST_CASE(processes_that_always_crash_are_given_up) {
    Watcher watcher([](int) {
        try {
            if (reactor::fork_processes(2, 3)) {
                return 3;
            }
        } catch (const std::runtime_error&) {
            return 7;
        }
        return 0;
    });
    BOOST_TEST(watcher.wait_for_end() == 7);
}

BOOST_AUTO_TEST_CASE(each_process_has_its_number_and_all_may_end_by_themselves) {
    Watcher watcher([](int pipe) {
        const auto number = reactor::fork_processes(3);
        const char name = number ? static_cast<char>('0' + *number) : 'w';
        static_cast<void>(!::write(pipe, &name, 1));
        return 0;
    });
    std::string names = watcher.read_all();
    std::ranges::sort(names);
    BOOST_TEST(names == "012w");
    BOOST_TEST(watcher.wait_for_end() == 0);
}

BOOST_AUTO_TEST_CASE(processes_end_with_the_one_that_watches_over_them) {
    Watcher watcher([](int pipe) { return serve(pipe, 2, 100); });
    BOOST_REQUIRE(watcher.read_port() != 0);
    watcher.signal(SIGKILL);
    // The pipe is closed when the last of them has ended.
    BOOST_TEST(watcher.read_all() == "");
}

BOOST_AUTO_TEST_CASE(what_is_too_late_for_a_fork_is_refused_by_a_sentence) {
    Watcher watcher([](int) {
        const auto refused = [] {
            try {
                reactor::fork_processes(2);
            } catch (const std::logic_error& error) {
                return std::string(error.what()).starts_with("fork_processes() comes before");
            }
            return false;
        };
        std::jthread thread([](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                std::this_thread::sleep_for(1ms);
            }
        });
        const bool with_thread = refused();
        thread = {};
        reactor::current();
        return with_thread && refused() ? 5 : 6;
    });
    BOOST_TEST(watcher.wait_for_end() == 5);
}

BOOST_AUTO_TEST_SUITE_END()
