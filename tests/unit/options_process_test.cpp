#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

#include <cyclone/log.hpp>
#include <cyclone/options.hpp>

BOOST_AUTO_TEST_SUITE(options_of_the_process)

namespace options = cyclone::options;

namespace {

/// Runs `program` in a child; what it says on stderr and stdout together, and its exit status.
template <class F>
std::pair<std::string, int> run_in_child(F program) {
    int ends[2];
    BOOST_REQUIRE(::pipe(ends) == 0);
    std::fflush(nullptr);
    const ::pid_t child = ::fork();
    if (child == 0) {
        ::dup2(ends[1], STDOUT_FILENO);
        ::dup2(ends[1], STDERR_FILENO);
        // What exit() runs is the parent's to clean up.
        ::on_exit(
            [](int status, void*) {
                std::fflush(nullptr);
                ::_exit(status);
            },
            nullptr);
        program();
        std::fflush(nullptr);
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string said;
    char block[4096];
    for (::ssize_t size; (size = ::read(ends[0], block, sizeof block)) > 0;) {
        said.append(block, static_cast<std::size_t>(size));
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    return {said, WIFEXITED(status) ? WEXITSTATUS(status) : -1};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_wrong_command_line_ends_the_program_with_a_sentence_and_status_2) {
    const auto [said, status] = run_in_child([] {
        options::define<std::uint16_t>(
            "port", 8888, "", {.rule = "a port is a number from 0 to 65535 (0 picks a free one)"});
        const char* const arguments[] = {"/usr/bin/redis-live", "--port=99999"};
        options::parse_command_line(2, arguments);
        std::puts("still here");
    });
    BOOST_TEST(
        said ==
        "redis-live: --port=99999: a port is a number from 0 to 65535 (0 picks a free one)\n");
    BOOST_TEST(status == 2);
}

BOOST_AUTO_TEST_CASE(a_wrong_file_ends_the_program_too) {
    const auto [said, status] = run_in_child([] {
        const char* const arguments[] = {"app"};
        options::parse_command_line(1, arguments, false);
        options::parse_config_file("/nowhere/app.conf");
        std::puts("still here");
    });
    BOOST_TEST(said == "app: /nowhere/app.conf: it cannot be read: No such file or directory\n");
    BOOST_TEST(status == 2);
}

BOOST_AUTO_TEST_CASE(help_is_printed_and_is_no_failure) {
    const auto [said, status] = run_in_child([] {
        options::describe("Does things.");
        const char* const arguments[] = {"app", "--help"};
        options::parse_command_line(2, arguments);
        std::puts("still here");
    });
    BOOST_TEST(said.starts_with("Usage: app [OPTIONS]\nDoes things.\n"));
    BOOST_TEST(said.find("still here") == std::string::npos);
    BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_CASE(what_is_right_is_read_into_the_options_of_the_process) {
    const auto [said, status] = run_in_child([] {
        const auto n = options::define<int>("n", 1);
        const char* const arguments[] = {"app", "--n=5", "rest"};
        const auto rest = options::parse_command_line(3, arguments);
        std::printf("%d %d %s %d", *n, *options::find<int>("n"), rest.at(0).c_str(),
                    static_cast<int>(cyclone::log::level()));
    });
    BOOST_TEST(said == "5 5 rest 1");
    BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_SUITE_END()
