#include <boost/test/unit_test.hpp>

#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <system_error>

#include <cyclone/reactor.hpp>
#include <cyclone/task.hpp>

#include "tests/unit/deferred_result.hpp"

BOOST_AUTO_TEST_SUITE(defer_filesystem_lock_test)

using namespace cyclone;
using namespace std::chrono_literals;

namespace {

struct LockFile {
    std::string name = "/tmp/cyclone-lock-test-" + std::to_string(::getpid());
    ~LockFile() { std::filesystem::remove(name); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_free_lock_is_had_at_once_and_by_one_only) {
    const LockFile file;
    task::Clock clock;
    DeferredFilesystemLock first(file.name, clock);
    DeferredFilesystemLock second(file.name, clock);
    BOOST_TEST(first.defer_until_locked().called());
    BOOST_TEST(first.locked());
    BOOST_TEST(!second.lock());
    BOOST_TEST(!first.lock());
}

BOOST_AUTO_TEST_CASE(who_waits_gets_the_lock_within_a_second_of_its_release) {
    const LockFile file;
    task::Clock clock;
    DeferredFilesystemLock first(file.name, clock);
    DeferredFilesystemLock second(file.name, clock);
    BOOST_TEST(first.lock());
    auto waiting = second.defer_until_locked();
    clock.advance(3500ms);
    BOOST_TEST(!waiting.called());
    first.unlock();
    clock.advance(500ms);
    BOOST_TEST(waiting.called());
    BOOST_TEST(second.locked());
    BOOST_CHECK_THROW(first.unlock(), std::logic_error);
}

BOOST_AUTO_TEST_CASE(the_wait_for_a_lock_can_time_out) {
    const LockFile file;
    task::Clock clock;
    DeferredFilesystemLock first(file.name, clock);
    DeferredFilesystemLock second(file.name, clock);
    BOOST_TEST(first.lock());
    auto waiting = second.defer_until_locked(2500ms);
    clock.advance(2s);
    BOOST_TEST(!waiting.called());
    clock.advance(500ms);
    BOOST_TEST(error_of(std::move(waiting)) ==
               "DeferredFilesystemLock: " + file.name + " was not to be had within 2500 ms");
}

BOOST_AUTO_TEST_CASE(one_coroutine_waits_for_a_lock_at_a_time_and_can_be_cancelled) {
    const LockFile file;
    task::Clock clock;
    DeferredFilesystemLock first(file.name, clock);
    DeferredFilesystemLock second(file.name, clock);
    BOOST_TEST(first.lock());
    auto waiting = second.defer_until_locked();
    BOOST_TEST(error_of(second.defer_until_locked()).ends_with("one coroutine wait at a time"));
    waiting.cancel();
    BOOST_TEST(error_of(std::move(waiting)) == "cancelled");
    auto again = second.defer_until_locked();
    BOOST_TEST(!again.called());
}

BOOST_AUTO_TEST_CASE(a_process_that_ends_leaves_no_lock_behind) {
    const LockFile file;
    task::Clock clock;
    const pid_t child = ::fork();
    if (child == 0) {
        DeferredFilesystemLock held(file.name, clock);
        ::_exit(held.lock() ? 0 : 1);
    }
    int status = -1;
    BOOST_TEST(::waitpid(child, &status, 0) == child);
    BOOST_TEST(status == 0);
    DeferredFilesystemLock lock(file.name, clock);
    BOOST_TEST(lock.lock());
    DeferredFilesystemLock nowhere("/no/such/directory/lock", clock);
    BOOST_CHECK_THROW(nowhere.lock(), std::system_error);
}

BOOST_AUTO_TEST_SUITE_END()
