#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <cyclone/protocol.hpp>
#include <cyclone/service.hpp>
#include <cyclone/task.hpp>

#include "tests/unit/captured_log.hpp"

BOOST_AUTO_TEST_SUITE(service_test)

using namespace cyclone;
using namespace std::chrono_literals;

namespace {

/// Writes down when it is started and stopped.
class Recorder : public service::Service {
public:
    Recorder(std::string name, std::string& events, bool fails = false)
        : name_(std::move(name)), events_(events), fails_(fails) {}
    Deferred<> start_service() override {
        auto working = task::defer_later(1ms);
        co_await working;
        if (fails_) {
            throw std::runtime_error(name_ + " does not start");
        }
        events_ += "+" + name_;
    }
    Deferred<> stop_service() override {
        auto working = task::defer_later(1ms);
        co_await working;
        events_ += "-" + name_;
    }

private:
    std::string name_;
    std::string& events_;
    bool fails_;
};

struct Directory {
    Directory() { std::filesystem::create_directory(path); }
    ~Directory() { std::filesystem::remove_all(path); }
    std::string path = "/tmp/cyclone-service-test-" + std::to_string(::getpid());
};

std::string content_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Runs `f` in a process of its own and gives its status.
int status_of(const std::function<int()>& f) {
    // What is buffered would be written twice.
    std::fflush(nullptr);
    std::cout.flush();
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(f());
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool eventually(const std::function<bool()>& condition) {
    for (int i = 0; i < 500 && !condition(); ++i) {
        std::this_thread::sleep_for(10ms);
    }
    return condition();
}

}  // namespace

BOOST_AUTO_TEST_CASE(services_are_started_in_order_and_stopped_in_the_opposite_one) {
    reactor::Reactor reactor;
    std::string events;
    service::MultiService services;
    services.add<Recorder>("a", events);
    services.add<Recorder>("b", events);
    reactor.run_until(services.start_service());
    BOOST_TEST(services.running() == 2U);
    reactor.run_until(services.stop_service());
    BOOST_TEST(events == "+a+b-b-a");
}

BOOST_AUTO_TEST_CASE(a_service_that_does_not_start_stops_those_before_it) {
    reactor::Reactor reactor;
    std::string events;
    service::MultiService services;
    services.add<Recorder>("a", events);
    services.add<Recorder>("b", events, true);
    services.add<Recorder>("c", events);
    BOOST_CHECK_THROW(reactor.run_until(services.start_service()), std::runtime_error);
    BOOST_TEST(events == "+a-a");
}

BOOST_AUTO_TEST_CASE(an_application_runs_its_services_until_a_signal_comes) {
    reactor::Reactor reactor;
    std::string events;
    service::Application application("test");
    application.add<Recorder>("a", events);
    reactor.call_later(20ms, [] { ::kill(::getpid(), SIGTERM); });
    BOOST_TEST(application.run() == 0);
    BOOST_TEST(events == "+a-a");
}

BOOST_AUTO_TEST_CASE(a_server_and_a_timer_can_be_services) {
    reactor::Reactor reactor;
    struct Greeter : protocol::Protocol {
        void connection_made() override {
            transport().write("hello");
            transport().lose_connection();
        }
    };
    struct Reader : protocol::Protocol {
        void data_received(std::string_view bytes) override { text += bytes; }
        std::string text;
    };
    protocol::Factory<Greeter> factory;
    service::MultiService services;
    auto& server = services.add<service::StreamServerEndpointService<protocol::Factory<Greeter>>>(
        "tcp:0:interface=127.0.0.1", factory);
    int ticks = 0;
    services.add<service::TimerService>(1ms, [&] {
        ++ticks;
        return succeed();
    });
    reactor.run_until(services.start_service());
    const std::uint16_t port = server.port().port();
    auto reader = std::make_shared<Reader>();
    auto connected =
        reactor.run_until(protocol::connect("tcp:127.0.0.1:" + std::to_string(port), reader));
    reactor.run_until(std::move(connected.ended));
    reactor.run_until(task::defer_later(10ms));
    reactor.run_until(services.stop_service());
    BOOST_TEST(reader->text == "hello");
    BOOST_TEST(ticks >= 2);
    BOOST_CHECK_THROW(reactor.run_until(protocol::connect("tcp:127.0.0.1:" + std::to_string(port),
                                                          std::make_shared<Reader>())),
                      boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(one_process_at_a_time_has_a_pid_file) {
    const Directory directory;
    const std::string path = directory.path + "/test.pid";
    {
        const service::PidFile mine(path);
        BOOST_TEST(content_of(path) == std::to_string(::getpid()) + "\n");
        BOOST_CHECK_EXCEPTION(service::PidFile{path}, service::StartError,
                              [&](const std::exception& error) {
                                  return error.what() == "another one runs already, process " +
                                                             std::to_string(::getpid()) +
                                                             ", which has the pid file " + path;
                              });
    }
    BOOST_TEST(!std::filesystem::exists(path));
    // What a killed process leaves is in nobody's way.
    std::ofstream(path) << "1\n";
    const service::PidFile again(path);
    BOOST_TEST(content_of(path) == std::to_string(::getpid()) + "\n");
}

BOOST_AUTO_TEST_CASE(a_daemon_runs_on_when_the_process_that_started_it_has_ended) {
    const Directory directory;
    const std::string pid_path = directory.path + "/daemon.pid";
    const std::string log_path = directory.path + "/daemon.log";
    const int status = status_of([&] {
        reactor::Reactor reactor;
        std::string events;
        service::Application application("test");
        application.add<Recorder>("a", events);
        const int result =
            application.run({.daemon = true, .pid_file = pid_path, .log_file = log_path});
        std::fprintf(stderr, "events: %s\n", events.c_str());
        return result;
    });
    BOOST_TEST(status == 0);
    const std::string pid_text = content_of(pid_path);
    BOOST_REQUIRE(!pid_text.empty());
    const int pid = std::stoi(pid_text);
    BOOST_TEST(pid != ::getpid());
    BOOST_TEST(::kill(pid, SIGTERM) == 0);
    BOOST_TEST(eventually([&] { return !std::filesystem::exists(pid_path); }));
    BOOST_TEST(
        eventually([&] { return content_of(log_path).find("events: +a-a") != std::string::npos; }));
}

BOOST_AUTO_TEST_CASE(a_daemon_that_does_not_start_says_so_to_the_one_who_started_it) {
    const Directory directory;
    const std::string said_path = directory.path + "/said";
    const int status = status_of([&] {
        const int said = ::open(said_path.c_str(), O_WRONLY | O_CREAT, 0644);
        ::dup2(said, STDERR_FILENO);
        reactor::Reactor reactor;
        std::string events;
        service::Application application("test");
        application.add<Recorder>("a", events, true);
        return application.run({.daemon = true});
    });
    BOOST_TEST(status == 1);
    BOOST_TEST(content_of(said_path) == "test: a does not start\n");
}

BOOST_AUTO_TEST_SUITE_END()
