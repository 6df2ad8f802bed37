#pragma once

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include <cyclone/reactor.hpp>
#include <redislive/dataprovider/redis_provider.hpp>
#include <redislive/dataprovider/sqlite_provider.hpp>

#include "tests/unit/time_zone.hpp"

namespace golden_stores {

using namespace std::chrono_literals;

/// A directory that goes with the test.
class Scratch {
public:
    Scratch() {
        std::string name = std::filesystem::temp_directory_path() / "redislive-store-XXXXXX";
        BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() { std::filesystem::remove_all(path_); }
    std::string operator/(const char* file) const { return path_ / file; }

private:
    std::filesystem::path path_;
};

/// A redis-server of its own on a free port of the loopback.
class StatsServer {
public:
    StatsServer() {
        {
            boost::asio::io_context context;
            boost::asio::ip::tcp::acceptor acceptor(context,
                                                    {boost::asio::ip::address_v4::loopback(), 0});
            port_ = acceptor.local_endpoint().port();
        }
        const std::string port = std::to_string(port_);
        const std::string log = folder_ / "redis.log";
        pid_ = ::fork();
        if (pid_ == 0) {
            ::execlp("redis-server", "redis-server", "--bind", "127.0.0.1", "--port", port.c_str(),
                     "--save", "", "--appendonly", "no", "--logfile", log.c_str(), nullptr);
            ::_exit(127);
        }
        for (int tries = 0; tries < 1000 && !answers(); ++tries) {
            std::this_thread::sleep_for(10ms);
        }
        BOOST_REQUIRE_MESSAGE(answers(), "redis-server does not answer on port " << port_);
    }
    StatsServer(const StatsServer&) = delete;
    StatsServer& operator=(const StatsServer&) = delete;
    ~StatsServer() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

    cyclone::redis::ConnectionOptions options() const {
        cyclone::redis::ConnectionOptions options;
        options.port = port_;
        return options;
    }

private:
    bool answers() const {
        boost::asio::ip::tcp::iostream stream("127.0.0.1", std::to_string(port_));
        stream << "PING\r\n" << std::flush;
        std::string answer;
        std::getline(stream, answer);
        return answer.starts_with("+PONG");
    }

    Scratch folder_;
    std::uint16_t port_ = 0;
    pid_t pid_ = 0;
};

/// A reactor and a store; the store ends first.
template <class Backend>
class Store {
public:
    Store() : provider_(backend_.open()) { run(provider_->ready()); }
    ~Store() { provider_.reset(); }

    redislive::DataProvider& provider() { return *provider_; }
    Backend& backend() { return backend_; }

    template <class T>
    T run(cyclone::Deferred<T> deferred) {
        return reactor_.run_until(std::move(deferred).add_timeout(60s));
    }

    /// Closes it and opens it again, as another process would.
    void reopen() {
        run(provider_->close());
        provider_ = backend_.open();
        run(provider_->ready());
    }

private:
    cyclone::reactor::Reactor reactor_;
    Backend backend_;
    std::unique_ptr<redislive::DataProvider> provider_;
};

struct Sqlite {
    static constexpr const char* kind = "sqlite";
    Scratch folder;
    std::string path() const { return folder / "redislive.sqlite"; }
    std::unique_ptr<redislive::DataProvider> open() const {
        return std::make_unique<redislive::SqliteProvider>(path());
    }
};

struct Redis {
    static constexpr const char* kind = "redis";
    StatsServer server;
    std::unique_ptr<redislive::DataProvider> open() const {
        return std::make_unique<redislive::RedisProvider>(server.options());
    }
};

}  // namespace golden_stores
