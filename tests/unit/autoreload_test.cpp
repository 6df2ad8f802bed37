#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include <cyclone/autoreload.hpp>
#include <cyclone/reactor/inherited_sockets.hpp>

BOOST_AUTO_TEST_SUITE(autoreload_program)

using namespace cyclone;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// Tells the test case program() where to write its report; without, it is no program.
constexpr const char* report_variable = "CYCLONE_AUTORELOAD_REPORT";

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int listen_on(sockaddr_in address) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::listen(socket, 16);
    return socket;
}

sockaddr_in address_of(int socket) {
    sockaddr_in address{};
    socklen_t length = sizeof address;
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length);
    return address;
}

int take(const sockaddr_in& address) {
    return reactor::detail::take_inherited_socket(reinterpret_cast<const sockaddr*>(&address),
                                                  sizeof address)
        .descriptor;
}

/// The lines of a report, each "process port".
std::vector<std::string> lines_of(const fs::path& file) {
    std::vector<std::string> lines;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        lines.push_back(line);
    }
    return lines;
}

/// Waits until the report has `count` lines.
std::vector<std::string> wait_for_lines(const fs::path& file, std::size_t count) {
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (lines_of(file).size() < count && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(5ms);
    }
    return lines_of(file);
}

struct Folder {
    fs::path path;
    Folder() {
        std::string pattern = (fs::temp_directory_path() / "cyclone-autoreload-XXXXXX").string();
        BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path = pattern;
    }
    ~Folder() { fs::remove_all(path); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(program) {
    const char* const report = std::getenv(report_variable);
    if (report == nullptr) {
        BOOST_TEST_MESSAGE("this one is run by the next");
        BOOST_TEST(report == nullptr);
        return;
    }
    reactor::Reactor loop;
    const int inherited = take(loopback(0));
    const int socket = inherited >= 0 ? inherited : listen_on(loopback(0));
    autoreload::start();
    autoreload::add_reload_hook([report] { std::ofstream(report, std::ios::app) << "hook\n"; });
    std::ofstream(report, std::ios::app)
        << ::getpid() << ' ' << ntohs(address_of(socket).sin_port) << std::endl;
    loop.call_later(30s, [&loop] { loop.stop(); });
    loop.run();
    ::_exit(0);
}

BOOST_AUTO_TEST_CASE(a_program_that_is_replaced_goes_on_as_the_new_one_with_its_socket) {
    const Folder folder;
    const fs::path binary = folder.path / "program";
    const fs::path report = folder.path / "report";
    fs::copy_file("/proc/self/exe", binary);

    const pid_t child = ::fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) {
        ::setenv(report_variable, report.c_str(), 1);
        ::execl(binary.c_str(), "program", "--run_test=autoreload_program/program", nullptr);
        ::_exit(1);
    }
    const auto before = wait_for_lines(report, 1);
    BOOST_REQUIRE(before.size() == 1u);
    std::istringstream words(before[0]);
    pid_t process = 0;
    std::uint16_t port = 0;
    words >> process >> port;
    BOOST_TEST(process == child);

    fs::copy_file(binary, folder.path / "new");
    fs::rename(folder.path / "new", binary);
    // Who connects while the program is being replaced is not refused.
    std::size_t refused = 0;
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (lines_of(report).size() < 3 && std::chrono::steady_clock::now() < until) {
        const sockaddr_in address = loopback(port);
        const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
            errno != EINPROGRESS) {
            ++refused;
        }
        ::close(client);
        std::this_thread::sleep_for(50ms);
    }
    const auto after = lines_of(report);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    BOOST_TEST(refused == 0u);
    BOOST_REQUIRE(after.size() == 3u);
    BOOST_TEST(after[1] == "hook");
    BOOST_TEST(after[2] == before[0], "the same process, the same port");
}

BOOST_AUTO_TEST_CASE(a_socket_is_inherited_once_and_only_for_its_address) {
    const int first = listen_on(loopback(0));
    const int second = listen_on(loopback(0));
    const auto set = [&](pid_t process) {
        const std::string value =
            std::to_string(process) + ',' + std::to_string(first) + ',' + std::to_string(second);
        ::setenv(reactor::detail::inherited_sockets_variable, value.c_str(), 1);
    };
    set(::getpid() + 1);
    BOOST_TEST(take(loopback(0)) == -1, "it was another process");
    set(::getpid());
    sockaddr_in other = address_of(second);
    other.sin_addr.s_addr = htonl(INADDR_ANY);
    BOOST_TEST(take(other) == -1);
    BOOST_TEST(take(address_of(second)) == second);
    BOOST_TEST(take(address_of(second)) == -1);
    BOOST_TEST(take(loopback(0)) == first);
    BOOST_TEST(take(loopback(0)) == -1);
    ::unsetenv(reactor::detail::inherited_sockets_variable);
    BOOST_TEST(take(loopback(0)) == -1);
    ::close(first);
    ::close(second);
}

BOOST_AUTO_TEST_CASE(sockets_that_the_new_program_does_not_listen_on_are_closed_when_it_runs) {
    const auto is_open = [](int socket) { return ::fcntl(socket, F_GETFD) >= 0; };
    const int taken = listen_on(loopback(0));
    const int left = listen_on(loopback(0));
    const int outlives = listen_on(loopback(0));
    const std::string value = std::to_string(::getpid()) + ',' + std::to_string(taken) + ',' +
                              std::to_string(left);
    ::setenv(reactor::detail::inherited_sockets_variable, value.c_str(), 1);
    reactor::detail::leave_for_children(outlives);
    BOOST_TEST(take(address_of(taken)) == taken);
    reactor::Reactor loop;
    bool while_others_listen = false;
    loop.call_later(300ms, [&] { while_others_listen = is_open(left); });
    loop.call_later(1300ms, [&] { loop.stop(); });
    loop.run();
    BOOST_TEST(while_others_listen);
    BOOST_TEST(!is_open(left));
    BOOST_TEST(is_open(taken));
    BOOST_TEST(is_open(outlives));
    // Once only: the number may be another one's by now.
    const int other = ::fcntl(taken, F_DUPFD_CLOEXEC, left);
    BOOST_TEST(!reactor::detail::has_untaken_sockets());
    reactor::detail::close_untaken_sockets();
    BOOST_TEST(is_open(other));
    BOOST_TEST(take(address_of(outlives)) == outlives);
    for (const int socket : {taken, outlives, other}) {
        ::close(socket);
    }
}

BOOST_AUTO_TEST_SUITE_END()
