#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include <cyclone/reactor.hpp>
#include <cyclone/reactor/spawn_process.hpp>
#include <cyclone/task.hpp>

BOOST_AUTO_TEST_SUITE(process_test)

using namespace cyclone;
using namespace std::chrono_literals;

namespace {

using Command = std::vector<std::string>;

reactor::ProcessOutput output_of(reactor::Reactor& reactor, const Command& command,
                                 const std::string& input = {},
                                 const reactor::ProcessOptions& options = {}) {
    return reactor.run_until(reactor::get_process_output_and_value(command, input, options));
}

bool no_child_is_left() { return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

}  // namespace

BOOST_AUTO_TEST_CASE(the_output_and_the_status_of_a_process_come_back) {
    reactor::Reactor reactor;
    const auto result = output_of(reactor, {"sh", "-c", "echo out; echo err >&2; exit 3"});
    BOOST_TEST(result.out == "out\n");
    BOOST_TEST(result.err == "err\n");
    BOOST_TEST(result.status.code == 3);
    BOOST_TEST(result.status.signal == 0);
    BOOST_TEST(no_child_is_left());
}

BOOST_AUTO_TEST_CASE(more_than_a_pipe_holds_goes_through_a_process_and_back) {
    reactor::Reactor reactor;
    const std::string input(3'000'000, 'x');
    const auto result = output_of(reactor, {"cat"}, input);
    BOOST_TEST((result.out == input));
    BOOST_TEST(result.status.success());
}

BOOST_AUTO_TEST_CASE(a_process_need_not_read_its_input) {
    reactor::Reactor reactor;
    const auto result = output_of(reactor, {"true"}, std::string(1'000'000, 'x'));
    BOOST_TEST(result.status.success());
}

BOOST_AUTO_TEST_CASE(a_process_gets_its_environment_and_directory) {
    reactor::Reactor reactor;
    const auto result = output_of(
        reactor, {"sh", "-c", "echo $NAME; pwd"}, "",
        {.environment = Command{"NAME=value", "PATH=/usr/bin:/bin"}, .directory = "/usr"});
    BOOST_TEST(result.out == "value\n/usr\n");
}

BOOST_AUTO_TEST_CASE(a_program_that_is_not_there_is_refused_by_a_sentence) {
    reactor::Reactor reactor;
    BOOST_CHECK_EXCEPTION(reactor::spawn_process({"/no/such/program"}), reactor::SpawnError,
                          [](const std::exception& error) {
                              return error.what() == std::string(
                                                         "cannot start /no/such/program: "
                                                         "No such file or directory");
                          });
    BOOST_CHECK_THROW(reactor::spawn_process({}), reactor::SpawnError);
    BOOST_TEST(no_child_is_left());
}

BOOST_AUTO_TEST_CASE(the_streams_of_a_process_can_be_used_by_turns) {
    reactor::Reactor reactor;
    auto talk = []() -> Deferred<std::string> {
        auto process = reactor::spawn_process({"cat"});
        std::string heard;
        for (const std::string word : {"one", "two"}) {
            auto writing = process.write(word);
            co_await writing;
            auto reading = process.read_stdout();
            heard += co_await reading;
        }
        process.close_stdin();
        auto reading = process.read_stdout();
        const std::string rest = co_await reading;
        auto ending = process.exited();
        const auto status = co_await ending;
        co_return heard + rest + (status.success() ? " done" : " failed");
    };
    BOOST_TEST(reactor.run_until(talk()) == "onetwo done");
    BOOST_TEST(no_child_is_left());
}

BOOST_AUTO_TEST_CASE(a_signal_that_ends_a_process_is_told) {
    reactor::Reactor reactor;
    auto process = reactor::spawn_process({"sleep", "100"});
    process.signal(SIGINT);
    const auto status = reactor.run_until(process.exited());
    BOOST_TEST(status.signal == SIGINT);
    BOOST_TEST(!status.success());
    process.signal(SIGKILL);
    BOOST_TEST(reactor.run_until(process.exited()).signal == SIGINT);
}

BOOST_AUTO_TEST_CASE(a_cancelled_process_is_ended_and_waited_for) {
    reactor::Reactor reactor;
    auto process = reactor::spawn_process({"sleep", "100"});
    auto ending = process.exited();
    ending.cancel();
    BOOST_CHECK_THROW(reactor.run_until(std::move(ending)), CancelledError);
    BOOST_TEST(reactor.run_until(process.exited()).signal == SIGTERM);
    BOOST_TEST(no_child_is_left());
}

BOOST_AUTO_TEST_CASE(a_process_that_does_not_listen_is_killed_after_its_grace_time) {
    reactor::Reactor reactor;
    auto process = reactor::spawn_process(
        {"sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.01; done"}, {.grace = 30ms});
    BOOST_TEST(reactor.run_until(process.read_stdout()) == "ready\n");
    auto ending = process.exited();
    ending.cancel();
    BOOST_CHECK_THROW(reactor.run_until(std::move(ending)), CancelledError);
    BOOST_TEST(reactor.run_until(process.exited()).signal == SIGKILL);
}

BOOST_AUTO_TEST_CASE(a_process_that_nobody_holds_any_more_is_killed) {
    reactor::Reactor reactor;
    pid_t pid = 0;
    {
        auto process = reactor::spawn_process({"sleep", "100"});
        pid = process.pid();
        BOOST_TEST(::kill(pid, 0) == 0);
    }
    BOOST_TEST(::kill(pid, 0) == -1);
    BOOST_TEST(no_child_is_left());
    auto timed_out = reactor::get_process_output_and_value({"sleep", "100"}).add_timeout(5ms);
    BOOST_CHECK_THROW(reactor.run_until(std::move(timed_out)), TimeoutError);
    BOOST_TEST(no_child_is_left());
}

BOOST_AUTO_TEST_SUITE_END()
