#include <redislive/demo/private_server.hpp>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <thread>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace redislive::demo {

namespace {

using boost::asio::ip::tcp;

std::uint16_t free_port() {
    boost::asio::io_context context;
    const tcp::acceptor acceptor(context, {boost::asio::ip::address_v4::loopback(), 0});
    return acceptor.local_endpoint().port();
}

bool accepts_connections(std::uint16_t port) {
    boost::asio::io_context context;
    tcp::socket socket(context);
    boost::system::error_code error;
    socket.connect({boost::asio::ip::address_v4::loopback(), port}, error);
    return !error;
}

[[noreturn]] void run_server(std::uint16_t port, pid_t parent) {
    // Ctrl-C reaches the whole group; the server is to end after those who use it.
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) {
        ::_exit(1);
    }
    const std::string number = std::to_string(port);
    ::execlp("redis-server", "redis-server", "--bind", "127.0.0.1", "--port", number.c_str(),
             "--save", "", "--appendonly", "no", "--daemonize", "no", "--maxmemory", "64mb",
             "--maxmemory-policy", "allkeys-lru", "--logfile", "/dev/null", nullptr);
    ::_exit(127);
}

}  // namespace

PrivateServer::PrivateServer() : port_(free_port()) {
    const pid_t parent = ::getpid();
    process_ = ::fork();
    if (process_ == 0) {
        run_server(port_, parent);
    }
    if (process_ < 0) {
        throw std::runtime_error("redis-server cannot be started: fork() failed");
    }
    for (int tries = 0; tries < 500; ++tries) {
        if (accepts_connections(port_)) {
            return;
        }
        int status = 0;
        if (::waitpid(process_, &status, WNOHANG) == process_) {
            process_ = 0;
            throw std::runtime_error(
                WIFEXITED(status) && WEXITSTATUS(status) == 127
                    ? "there is no redis-server; on Debian and Ubuntu: apt-get install redis-server"
                    : "redis-server ended as soon as it was started");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    throw std::runtime_error("redis-server does not answer on port " + std::to_string(port_));
}

PrivateServer::~PrivateServer() {
    if (process_ > 0) {
        ::kill(process_, SIGTERM);
        ::waitpid(process_, nullptr, 0);
    }
}

}  // namespace redislive::demo
