#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <cyclone/autoreload.hpp>
#include <cyclone/task.hpp>
#include <cyclone/web.hpp>

BOOST_AUTO_TEST_SUITE(http_program)

using namespace cyclone;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

/// Makes the test case `program` a program: where it listens, a path or a port.
constexpr const char* place_variable = "CYCLONE_HTTP_PROGRAM_PLACE";
/// Where it writes "process port" when it listens, and what makes it execute itself anew.
constexpr const char* report_variable = "CYCLONE_HTTP_PROGRAM_REPORT";
/// How long it sleeps between listening and running.
constexpr const char* pause_variable = "CYCLONE_HTTP_PROGRAM_PAUSE_MS";
constexpr const char* grace_variable = "CYCLONE_HTTP_PROGRAM_GRACE_MS";

/// What makes each program another one: the process and the time at which it began.
std::string program_name() {
    static const std::string name =
        std::to_string(::getpid()) + "/" + std::to_string(Clock::now().time_since_epoch().count());
    return name;
}

struct Name : web::RequestHandler {
    void get() { write(program_name()); }
};
struct Slow : web::RequestHandler {
    Deferred<> get() {
        auto pause = task::defer_later(700ms);
        co_await pause;
        write("slow");
    }
};
struct Endless : web::RequestHandler {
    Deferred<> get() {
        auto pause = task::defer_later(1h);
        co_await pause;
    }
};

class Connection {
public:
    /// Connects, waiting for the server as long as that takes; connected() says whether it did.
    explicit Connection(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connect(AF_INET, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    }
    explicit Connection(const std::string& path) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        connect(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { ::close(socket_); }

    bool connected() const { return connected_; }
    void ask(std::string_view path, std::string_view fields = "Connection: close\r\n") {
        const std::string request =
            "GET " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n";
        static_cast<void>(::send(socket_, request.data(), request.size(), MSG_NOSIGNAL));
    }
    /// All that comes until the server closes; at most 20 s.
    std::string read_all() {
        char buffer[4096];
        ssize_t size = 0;
        while ((size = ::recv(socket_, buffer, sizeof buffer, 0)) > 0) {
            received_.append(buffer, static_cast<std::size_t>(size));
        }
        return std::exchange(received_, {});
    }
    std::string read_to(std::string_view text) {
        char buffer[4096];
        ssize_t size = 1;
        while (size > 0 && received_.find(text) == std::string::npos) {
            size = ::recv(socket_, buffer, sizeof buffer, 0);
            received_.append(buffer, static_cast<std::size_t>(std::max(size, ssize_t{0})));
        }
        return std::exchange(received_, {});
    }

private:
    void connect(int family, const sockaddr* address, socklen_t size) {
        socket_ = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const timeval patience{20, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        connected_ = ::connect(socket_, address, size) == 0;
    }
    int socket_ = -1;
    bool connected_ = false;
    std::string received_;
};

struct Folder {
    fs::path path;
    Folder() {
        std::string pattern = (fs::temp_directory_path() / "cyclone-http-XXXXXX").string();
        BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path = pattern;
    }
    ~Folder() { fs::remove_all(path); }
};

/// The test case `program` in a process of its own; killed in the end where it has not ended.
class Program {
public:
    struct Options {
        std::string place = "0";
        std::chrono::milliseconds grace = 5s;
        std::chrono::milliseconds pause = 0s;
        /// Handed over as systemd does it.
        int listening_socket = -1;
    };
    explicit Program(const Options& options) : report_(folder_.path / "report") {
        process_ = ::fork();
        BOOST_REQUIRE(process_ >= 0);
        if (process_ == 0) {
            ::setenv(place_variable, options.place.c_str(), 1);
            ::setenv(report_variable, report_.c_str(), 1);
            ::setenv(grace_variable, std::to_string(options.grace.count()).c_str(), 1);
            ::setenv(pause_variable, std::to_string(options.pause.count()).c_str(), 1);
            if (options.listening_socket >= 0) {
                ::dup2(options.listening_socket, 3);
                ::fcntl(3, F_SETFD, 0);
                ::setenv("LISTEN_FDS", "1", 1);
                ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
            }
            ::execl("/proc/self/exe", "program", "--run_test=http_program/program", nullptr);
            ::_exit(1);
        }
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    ~Program() {
        if (process_ > 0) {
            ::kill(process_, SIGKILL);
            ::waitpid(process_, nullptr, 0);
        }
    }

    /// Waits until it has listened `times` times; its port, or 0.
    std::uint16_t wait_until_it_listens(std::size_t times = 1) const {
        std::vector<std::string> lines;
        for (const auto until = Clock::now() + 20s; Clock::now() < until;
             std::this_thread::sleep_for(5ms)) {
            lines.clear();
            std::ifstream in(report_);
            for (std::string line; std::getline(in, line) && !in.eof();) {
                lines.push_back(line);
            }
            if (lines.size() >= times) {
                return static_cast<std::uint16_t>(std::stoul(lines.back()));
            }
        }
        return 0;
    }
    void signal(int number) const { ::kill(process_, number); }
    void touch_watched_file() const { std::ofstream(folder_.path / "watched") << "changed"; }
    /// Its status, or -1 when it takes longer than `most`.
    int wait_for_end(std::chrono::milliseconds most = 20s) {
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
    Folder folder_;
    fs::path report_;
    pid_t process_ = 0;
};

std::string body_of(const std::string& answer) {
    const std::size_t end = answer.find("\r\n\r\n");
    return end == std::string::npos ? "no answer: " + answer : answer.substr(end + 4);
}

/// Asks again and again, each time on a new connection, until it is told to stop.
template <class Place>
class Visitor {
public:
    explicit Visitor(Place place) : thread_([this, place] { visit(place); }) {}
    /// Waits until so many programs have answered.
    bool has_seen(std::size_t programs) const {
        const auto until = Clock::now() + 20s;
        while (seen_ < programs && Clock::now() < until) {
            std::this_thread::sleep_for(5ms);
        }
        return seen_ >= programs;
    }
    void stop() {
        stopped_ = true;
        thread_.join();
    }
    std::size_t asked = 0;
    /// Could not connect; were connected and got no answer.
    std::size_t refused = 0;
    std::size_t cut = 0;

private:
    void visit(Place place) {
        std::set<std::string> programs;
        while (!stopped_) {
            Connection connection(place);
            ++asked;
            if (!connection.connected()) {
                ++refused;
                continue;
            }
            connection.ask("/");
            const std::string answer = connection.read_all();
            if (!answer.starts_with("HTTP/1.1 200 ")) {
                ++cut;
            } else {
                programs.insert(body_of(answer));
                seen_ = programs.size();
            }
        }
    }
    std::atomic<bool> stopped_ = false;
    std::atomic<std::size_t> seen_ = 0;
    std::jthread thread_;
};

/// A listening socket that somebody else holds, as systemd does.
struct HeldSocket {
    int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    std::uint16_t port = 0;
    HeldSocket() {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        BOOST_REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), size) == 0);
        BOOST_REQUIRE(::listen(socket, 1024) == 0);
        ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(address.sin_port);
    }
    ~HeldSocket() { ::close(socket); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(program) {
    const char* const place = std::getenv(place_variable);
    if (place == nullptr) {
        BOOST_TEST_MESSAGE("this one is run by those that follow");
        BOOST_TEST(place == nullptr);
        return;
    }
    const fs::path report = std::getenv(report_variable);
    const fs::path folder = report.parent_path();
    std::ofstream(folder / "file") << "";
    fs::resize_file(folder / "file", 100'000'000);
    web::Application application(
        {web::url<Name>("/"), web::url<Slow>("/slow"), web::url<Endless>("/endless"),
         web::url<web::StaticFileHandler>("/(file)", {.path = folder.string()})});
    const reactor::ListenOptions options{
        .grace = std::chrono::milliseconds(std::atoi(std::getenv(grace_variable)))};
    reactor::Reactor loop;
    const auto port = *place == '/'
                          ? reactor::listen_unix(place, application, options)
                          : reactor::listen_tcp(static_cast<std::uint16_t>(std::atoi(place)),
                                                application, "127.0.0.1", options);
    autoreload::watch(report.parent_path() / "watched");
    const auto tell = [&] { std::ofstream(report, std::ios::app) << port.port() << std::endl; };
    const std::chrono::milliseconds pause(std::atoi(std::getenv(pause_variable)));
    if (pause > 0ms) {
        tell();
        // Also after a signal.
        std::this_thread::sleep_for(pause);
    } else {
        loop.call_later(0ms, tell);
    }
    loop.call_later(30s, [&loop] { loop.stop(); });
    loop.run();
    std::fflush(nullptr);
    ::_exit(0);
}

// A clean end

BOOST_AUTO_TEST_CASE(sigterm_ends_the_program_when_what_runs_has_been_answered) {
    Program program({});
    const std::uint16_t port = program.wait_until_it_listens();
    BOOST_REQUIRE(port != 0);
    Connection idle(port);
    idle.ask("/", "");
    BOOST_TEST(idle.read_to("/").starts_with("HTTP/1.1 200 "));
    Connection slow(port);
    slow.ask("/slow", "");
    std::this_thread::sleep_for(100ms);
    program.signal(SIGTERM);
    // What waits for nothing is closed at once, and nobody else comes in.
    BOOST_TEST(idle.read_all().find("HTTP/1.1") == std::string::npos);
    BOOST_TEST(program.wait_for_end(200ms) == -1);
    Connection late(port);
    BOOST_TEST(!late.connected());
    const std::string answer = slow.read_all();
    BOOST_TEST(answer.starts_with("HTTP/1.1 200 "));
    BOOST_TEST(answer.find("\r\nConnection: close\r\n") != std::string::npos);
    BOOST_TEST(body_of(answer) == "slow");
    BOOST_TEST(program.wait_for_end(3s) == 0);
}

BOOST_AUTO_TEST_CASE(sigterm_between_listening_and_running_ends_the_program_cleanly) {
    Program program({.pause = 500ms});
    const std::uint16_t port = program.wait_until_it_listens();
    BOOST_REQUIRE(port != 0);
    Connection early(port);
    early.ask("/");
    program.signal(SIGTERM);
    // Who was there before is answered.
    BOOST_TEST(early.read_all().starts_with("HTTP/1.1 200 "));
    BOOST_TEST(program.wait_for_end(5s) == 0);
}

BOOST_AUTO_TEST_CASE(what_takes_longer_than_the_grace_time_is_cut_off) {
    Program program({.grace = 500ms});
    const std::uint16_t port = program.wait_until_it_listens();
    BOOST_REQUIRE(port != 0);
    Connection endless(port);
    endless.ask("/endless");
    std::this_thread::sleep_for(100ms);
    const auto begin = Clock::now();
    program.signal(SIGTERM);
    BOOST_TEST(program.wait_for_end(5s) == 0);
    BOOST_TEST((Clock::now() - begin >= 450ms));
    BOOST_TEST(endless.read_all() == "");
}

BOOST_AUTO_TEST_CASE(a_second_signal_ends_the_program_at_once) {
    Program program({.grace = 60s});
    const std::uint16_t port = program.wait_until_it_listens();
    BOOST_REQUIRE(port != 0);
    Connection endless(port);
    endless.ask("/endless");
    std::this_thread::sleep_for(100ms);
    program.signal(SIGTERM);
    BOOST_TEST(program.wait_for_end(500ms) == -1);
    program.signal(SIGTERM);
    BOOST_TEST(program.wait_for_end(3s) == 0);
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_while_a_file_is_sent_does_not_end_the_program) {
    Program program({});
    const std::uint16_t port = program.wait_until_it_listens();
    BOOST_REQUIRE(port != 0);
    for (int i = 0; i < 20; ++i) {
        Connection connection(port);
        connection.ask("/file");
        connection.read_to("HTTP/1.1 200");
    }
    Connection last(port);
    last.ask("/");
    BOOST_TEST(last.read_all().starts_with("HTTP/1.1 200 "));
    program.signal(SIGTERM);
    BOOST_TEST(program.wait_for_end(3s) == 0);
}

// Sockets that outlive the program

BOOST_AUTO_TEST_CASE(a_program_that_is_started_by_systemd_serves_its_socket) {
    const HeldSocket held;
    // Who comes before the program is there waits for it.
    Connection early(held.port);
    early.ask("/");
    Program program({.place = std::to_string(held.port), .listening_socket = held.socket});
    BOOST_TEST(early.read_all().starts_with("HTTP/1.1 200 "));
    BOOST_TEST(program.wait_until_it_listens() == held.port);
    program.signal(SIGTERM);
    BOOST_TEST(program.wait_for_end(3s) == 0);
}

BOOST_AUTO_TEST_CASE(a_restart_under_systemd_refuses_nobody) {
    const HeldSocket held;
    Visitor<std::uint16_t> visitor(held.port);
    Visitor<std::uint16_t> another(held.port);
    for (std::size_t i = 1; i <= 3; ++i) {
        Program program({.place = std::to_string(held.port), .listening_socket = held.socket});
        BOOST_TEST(visitor.has_seen(i));
        BOOST_TEST(another.has_seen(i));
        if (i == 3) {
            visitor.stop();
            another.stop();
        }
        program.signal(SIGTERM);
        BOOST_TEST(program.wait_for_end(5s) == 0);
    }
    BOOST_TEST_MESSAGE(visitor.asked + another.asked << " requests in three programs");
    BOOST_TEST(visitor.refused + another.refused == 0U);
    BOOST_TEST(visitor.cut + another.cut == 0U);
}

BOOST_AUTO_TEST_CASE(a_program_that_executes_itself_anew_refuses_nobody) {
    Program program({});
    const std::uint16_t port = program.wait_until_it_listens();
    BOOST_REQUIRE(port != 0);
    Visitor<std::uint16_t> visitor(port);
    BOOST_TEST(visitor.has_seen(1));
    program.touch_watched_file();
    BOOST_TEST(program.wait_until_it_listens(2) == port);
    BOOST_TEST(visitor.has_seen(2));
    visitor.stop();
    BOOST_TEST(visitor.refused == 0U);
    // The one that was being answered in the very moment.
    BOOST_TEST(visitor.cut <= 1U);
}

BOOST_AUTO_TEST_CASE(a_unix_socket_is_kept_by_a_program_that_executes_itself_anew) {
    const Folder folder;
    const std::string path = (folder.path / "socket").string();
    {
        Program program({.place = path});
        program.wait_until_it_listens();
        Visitor<std::string> visitor(path);
        BOOST_TEST(visitor.has_seen(1));
        program.touch_watched_file();
        BOOST_TEST(visitor.has_seen(2));
        visitor.stop();
        BOOST_TEST(visitor.refused == 0U);
        BOOST_TEST(visitor.cut <= 1U);
        program.signal(SIGTERM);
        BOOST_TEST(program.wait_for_end(3s) == 0);
    }
    BOOST_TEST(!fs::exists(path));
}

BOOST_AUTO_TEST_SUITE_END()
