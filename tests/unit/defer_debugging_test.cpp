#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

#include <cyclone/defer.hpp>

#include "tests/unit/captured_log.hpp"

BOOST_AUTO_TEST_SUITE(defer_debugging_test)

using namespace cyclone;

namespace {

struct Debugging {
    Debugging() { defer::set_debugging(true); }
    ~Debugging() { defer::set_debugging(false); }
};

Deferred<int> count_of(Deferred<int> reply) {
    const int count = co_await reply;
    co_return count;
}
struct TopKeysController {
    Deferred<> get(Deferred<int> reply) {
        auto counting = count_of(std::move(reply)).add_callback([](int n) { return n + 1; });
        co_await counting;
    }
};

template <class T>
std::string traceback_of(Deferred<T> deferred) {
    std::string text;
    auto watched = std::move(deferred).add_both(
        [&](const Outcome<T>& outcome) { text = outcome.failure().get_traceback(); });
    return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_traceback_names_the_coroutines_that_waited_the_innermost_first) {
    const Debugging on;
    Promise<int> reply;
    TopKeysController controller;
    auto waiting = controller.get(reply.get_deferred());
    reply.errback(std::runtime_error("no such key"));
    const std::string text = traceback_of(std::move(waiting));
    BOOST_TEST(text.starts_with("std::runtime_error: no such key\n  awaited in "), text);
    const auto inner = text.find("count_of(");
    const auto outer = text.find("TopKeysController::get(");
    BOOST_TEST(inner != std::string::npos, text);
    BOOST_TEST(outer != std::string::npos, text);
    BOOST_TEST(inner < outer, text);
    BOOST_TEST(text.find("defer_debugging_test.cpp:") != std::string::npos, text);
    BOOST_TEST(text.find("cyclone::detail") == std::string::npos, text);
    BOOST_TEST(text.find(".Frame") == std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(an_unhandled_error_is_logged_with_its_trace) {
    CapturedLog log;
    const Debugging on;
    count_of(fail<int>(std::runtime_error("deliberate"))).detach();
    BOOST_TEST(log.text().starts_with("Unhandled error in Deferred: std::runtime_error: deliberate"
                                      "\n  awaited in "),
               log.text());
}

BOOST_AUTO_TEST_CASE(without_debugging_a_traceback_is_the_error_alone) {
    BOOST_TEST(!defer::get_debugging());
    BOOST_TEST(traceback_of(count_of(fail<int>(std::out_of_range("far")))) ==
               "std::out_of_range: far");
}

BOOST_AUTO_TEST_CASE(the_traces_of_many_errors_are_not_mixed_up) {
    const Debugging on;
    for (int i = 0; i < 100; ++i) {
        const std::string text =
            traceback_of(count_of(fail<int>(std::runtime_error(std::to_string(i)))));
        BOOST_TEST(text.starts_with("std::runtime_error: " + std::to_string(i) + "\n"));
        BOOST_TEST(text.find("awaited", text.find("awaited") + 1) == std::string::npos, text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
