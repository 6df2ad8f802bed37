#include <boost/test/unit_test.hpp>

#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

#include <cyclone/reactor.hpp>
#include <cyclone/task.hpp>
#include <cyclone/threads.hpp>

#include "tests/unit/deferred_result.hpp"

BOOST_AUTO_TEST_SUITE(defer_future_test)

using namespace cyclone;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(a_future_that_is_ready_gives_a_fired_deferred) {
    reactor::Reactor reactor;
    std::promise<int> promise;
    promise.set_value(4);
    auto deferred = ensure_deferred(promise.get_future());
    BOOST_TEST(deferred.called());
    BOOST_TEST(value_of(std::move(deferred)) == 4);
}

BOOST_AUTO_TEST_CASE(a_future_fires_on_the_thread_of_the_reactor) {
    reactor::Reactor reactor;
    std::promise<std::string> promise;
    std::thread::id fired_on;
    auto deferred = ensure_deferred(promise.get_future()).add_callback([&](std::string text) {
        fired_on = std::this_thread::get_id();
        return text;
    });
    std::thread producer([&] { promise.set_value("from afar"); });
    BOOST_TEST(reactor.run_until(std::move(deferred)) == "from afar");
    BOOST_CHECK(fired_on == std::this_thread::get_id());
    producer.join();
}

BOOST_AUTO_TEST_CASE(the_error_of_a_future_comes_out_of_the_deferred) {
    reactor::Reactor reactor;
    auto deferred = ensure_deferred(
        std::async(std::launch::deferred, [] { throw std::runtime_error("deliberate"); }));
    BOOST_CHECK_EXCEPTION(
        reactor.run_until(std::move(deferred)), std::runtime_error,
        [](const std::exception& error) { return error.what() == std::string("deliberate"); });
}

BOOST_AUTO_TEST_CASE(a_future_whose_reactor_has_ended_is_dropped) {
    std::promise<int> promise;
    {
        reactor::Reactor reactor;
        auto deferred = ensure_deferred(promise.get_future());
        deferred.cancel();
        BOOST_TEST(error_of(std::move(deferred)) == "cancelled");
        ensure_deferred(std::async(std::launch::deferred, [] {
            std::this_thread::sleep_for(5ms);
        })).detach();
    }
    promise.set_value(1);
    std::this_thread::sleep_for(20ms);
}

BOOST_AUTO_TEST_CASE(another_thread_can_wait_for_a_deferred_as_a_future) {
    reactor::Reactor reactor;
    auto value = as_future(task::defer_later(1ms, [] { return 7; }));
    auto error = as_future(fail<int>(std::runtime_error("no")));
    int seen = 0;
    std::thread consumer([&] { seen = value.get(); });
    reactor.run_until(task::defer_later(10ms));
    consumer.join();
    BOOST_TEST(seen == 7);
    BOOST_CHECK_THROW(error.get(), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_thread_can_call_into_the_reactor_and_wait_for_the_result) {
    reactor::Reactor reactor;
    int value = 0;
    std::string error;
    std::thread caller([&] {
        value = threads::blocking_call_from_thread(
            reactor, [] { return task::defer_later(1ms, [] { return 5; }); });
        try {
            threads::blocking_call_from_thread(reactor, [] { throw std::runtime_error("inside"); });
        } catch (const std::runtime_error& thrown) {
            error = thrown.what();
        }
        reactor.call_from_thread([&] { reactor.stop(); });
    });
    reactor.run();
    caller.join();
    BOOST_TEST(value == 5);
    BOOST_TEST(error == "inside");
    BOOST_CHECK_THROW(threads::blocking_call_from_thread(reactor, [] { return 1; }),
                      std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()
