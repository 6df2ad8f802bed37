#include <boost/test/unit_test.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <cyclone/defer.hpp>
#include <cyclone/log.hpp>

#include "tests/unit/captured_log.hpp"
#include "tests/unit/deferred_result.hpp"

BOOST_AUTO_TEST_SUITE(defer_test)

using namespace cyclone;

namespace {

Deferred<int> add_one(Deferred<int> number) {
    const int value = co_await number;
    co_return value + 1;
}

Deferred<int> throwing() {
    throw std::runtime_error("deliberate");
    co_return 1;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_coroutine_runs_at_once_up_to_its_first_suspension) {
    std::vector<int> order;
    Promise<> promise;
    auto coroutine = [](std::vector<int>& steps, Deferred<> gate) -> Deferred<> {
        steps.push_back(1);
        co_await gate;
        steps.push_back(3);
    };
    auto deferred = coroutine(order, promise.get_deferred());
    order.push_back(2);
    promise.callback();
    BOOST_TEST(deferred.called());
    BOOST_TEST(order == (std::vector<int>{1, 2, 3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_coroutine_that_never_suspends_gives_a_fired_deferred) {
    auto deferred = add_one(succeed(1));
    BOOST_TEST(deferred.called());
    BOOST_TEST(value_of(std::move(deferred)) == 2);
}

BOOST_AUTO_TEST_CASE(an_exception_in_a_coroutine_comes_out_of_co_await) {
    BOOST_TEST(error_of(add_one(throwing())) == "deliberate");
}

BOOST_AUTO_TEST_CASE(a_callback_gets_the_value_and_gives_the_next_one_another_type) {
    auto text = succeed(20).add_callback([](int n) { return n * 2; }).add_callback([](int n) {
        return std::to_string(n);
    });
    BOOST_TEST(value_of(std::move(text)) == "40");
}

BOOST_AUTO_TEST_CASE(a_deferred_that_a_callback_returns_is_waited_for) {
    Promise<int> inner;
    auto chained = succeed().add_callback([&inner] { return inner.get_deferred(); });
    BOOST_TEST(!chained.called());
    inner.callback(7);
    BOOST_TEST(value_of(std::move(chained)) == 7);
}

BOOST_AUTO_TEST_CASE(an_error_passes_by_callbacks_until_an_errback_makes_a_value_of_it) {
    bool called = false;
    auto mended = throwing()
                      .add_callback([&called](int n) {
                          called = true;
                          return n;
                      })
                      .add_errback([](const Failure& failure) {
                          failure.trap<std::runtime_error>();
                          return 5;
                      });
    BOOST_TEST(value_of(std::move(mended)) == 5);
    BOOST_TEST(!called);
}

BOOST_AUTO_TEST_CASE(trap_lets_an_error_of_another_kind_pass) {
    auto passed = throwing().add_errback([](const Failure& failure) {
        failure.trap<std::logic_error>();
        return 5;
    });
    BOOST_TEST(error_of(std::move(passed)) == "deliberate");
}

BOOST_AUTO_TEST_CASE(add_callbacks_does_not_give_the_errback_what_the_callback_throws) {
    auto deferred = succeed(1).add_callbacks(
        [](int) -> int { throw std::runtime_error("callback"); }, [](const Failure&) { return 2; });
    BOOST_TEST(error_of(std::move(deferred)) == "callback");
}

BOOST_AUTO_TEST_CASE(add_both_sees_values_and_errors) {
    auto of_value = succeed(1).add_both([](const Outcome<int>& o) { return o.has_value(); });
    auto of_error = throwing().add_both([](const Outcome<int>& o) { return o.has_value(); });
    BOOST_TEST(value_of(std::move(of_value)));
    BOOST_TEST(!value_of(std::move(of_error)));
}

BOOST_AUTO_TEST_CASE(a_promise_fires_once) {
    Promise<int> promise;
    auto deferred = promise.get_deferred();
    promise.callback(1);
    BOOST_CHECK_THROW(promise.callback(2), AlreadyCalledError);
    BOOST_CHECK_THROW(promise.errback(std::runtime_error("late")), AlreadyCalledError);
    BOOST_TEST(value_of(std::move(deferred)) == 1);
}

BOOST_AUTO_TEST_CASE(a_promise_gives_its_deferred_once) {
    Promise<int> promise;
    auto deferred = promise.get_deferred();
    BOOST_CHECK_THROW(static_cast<void>(promise.get_deferred()), std::logic_error);
}

BOOST_AUTO_TEST_CASE(a_promise_that_is_destroyed_unfired_fails_its_deferred) {
    auto promise = std::make_unique<Promise<int>>();
    auto deferred = add_one(promise->get_deferred());
    promise.reset();
    BOOST_TEST(error_of(std::move(deferred)) == BrokenPromise().what());
}

BOOST_AUTO_TEST_CASE(cancel_reaches_what_a_chain_of_coroutines_waits_for) {
    int cancelled = 0;
    Promise<int> promise([&cancelled] { ++cancelled; });
    auto deferred = add_one(add_one(promise.get_deferred()));
    deferred.cancel();
    BOOST_TEST(cancelled == 1);
    BOOST_TEST(error_of(std::move(deferred)) == "cancelled");
}

BOOST_AUTO_TEST_CASE(a_canceller_may_fire_a_value_itself) {
    Promise<int>* door = nullptr;
    Promise<int> promise([&door] { door->callback(9); });
    door = &promise;
    auto deferred = promise.get_deferred();
    deferred.cancel();
    BOOST_TEST(value_of(std::move(deferred)) == 9);
}

BOOST_AUTO_TEST_CASE(a_result_that_comes_after_a_cancel_is_dropped_once) {
    Promise<int> promise;
    auto deferred = promise.get_deferred();
    deferred.cancel();
    promise.callback(1);
    BOOST_CHECK_THROW(promise.callback(2), AlreadyCalledError);
    BOOST_TEST(error_of(std::move(deferred)) == "cancelled");
}

BOOST_AUTO_TEST_CASE(a_coroutine_may_catch_the_cancel_and_finish_with_a_value) {
    Promise<> promise;
    auto coroutine = [](Deferred<> gate) -> Deferred<int> {
        try {
            co_await gate;
        } catch (const CancelledError&) {
            co_return 3;
        }
        co_return 4;
    };
    auto deferred = coroutine(promise.get_deferred());
    deferred.cancel();
    BOOST_TEST(value_of(std::move(deferred)) == 3);
}

BOOST_AUTO_TEST_CASE(
    a_cancel_from_inside_the_running_coroutine_takes_effect_at_its_next_suspension) {
    Promise<> first;
    Promise<> second;
    Deferred<>* self = nullptr;
    auto coroutine = [](Deferred<>*& own, Deferred<> gate, Deferred<> next) -> Deferred<> {
        co_await gate;
        own->cancel();
        co_await next;
    };
    auto deferred = coroutine(self, first.get_deferred(), second.get_deferred());
    self = &deferred;
    first.callback();
    BOOST_TEST(second.called());
    BOOST_TEST(error_of(std::move(deferred)) == "cancelled");
}

BOOST_AUTO_TEST_CASE(a_deferred_that_is_dropped_is_cancelled) {
    int cancelled = 0;
    Promise<int> promise([&cancelled] { ++cancelled; });
    CapturedLog log;
    { auto dropped = add_one(promise.get_deferred()); }
    BOOST_TEST(cancelled == 1);
    BOOST_TEST(log.text() == "");
}

BOOST_AUTO_TEST_CASE(a_detached_coroutine_runs_on) {
    Promise<> promise;
    int reached = 0;
    auto coroutine = [](Deferred<> gate, int& counter) -> Deferred<> {
        co_await gate;
        ++counter;
    };
    coroutine(promise.get_deferred(), reached).detach();
    promise.callback();
    BOOST_TEST(reached == 1);
}

BOOST_AUTO_TEST_CASE(an_error_that_nobody_observes_is_logged_once) {
    CapturedLog log;
    throwing().detach();
    BOOST_TEST(log.count("Unhandled error in Deferred: deliberate") == 1);
    { auto dropped = throwing(); }
    BOOST_TEST(log.count("Unhandled error in Deferred: deliberate") == 2);
}

BOOST_AUTO_TEST_CASE(an_error_that_was_observed_is_not_logged) {
    CapturedLog log;
    error_of(throwing());
    BOOST_TEST(log.text() == "");
}

BOOST_AUTO_TEST_CASE(a_reference_can_be_the_value) {
    int number = 1;
    Promise<int&> promise;
    auto deferred = promise.get_deferred();
    promise.callback(number);
    auto changed = std::move(deferred).add_callback([](int& n) { n = 2; });
    BOOST_TEST(changed.called());
    BOOST_TEST(number == 2);
}

BOOST_AUTO_TEST_CASE(maybe_deferred_takes_values_deferreds_and_exceptions) {
    BOOST_TEST(value_of(maybe_deferred([] { return 1; })) == 1);
    BOOST_TEST(value_of(maybe_deferred([](int n) { return succeed(n); }, 2)) == 2);
    BOOST_TEST(error_of(maybe_deferred([]() -> int { throw std::runtime_error("three"); })) ==
               "three");
}

BOOST_AUTO_TEST_CASE(gather_results_keeps_the_order_of_the_deferreds) {
    Promise<int> first;
    Promise<int> second;
    std::vector<Deferred<int>> both;
    both.push_back(first.get_deferred());
    both.push_back(second.get_deferred());
    auto gathered = gather_results(std::move(both));
    second.callback(2);
    BOOST_TEST(!gathered.called());
    first.callback(1);
    BOOST_TEST(value_of(std::move(gathered)) == (std::vector<int>{1, 2}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(gather_results_of_nothing_fires_at_once) {
    BOOST_TEST(gather_results(std::vector<Deferred<>>()).called());
}

BOOST_AUTO_TEST_CASE(gather_results_fails_with_the_first_error_and_cancels_the_others) {
    Promise<int> first;
    int cancelled = 0;
    Promise<int> second([&cancelled] { ++cancelled; });
    std::vector<Deferred<int>> both;
    both.push_back(first.get_deferred());
    both.push_back(second.get_deferred());
    auto gathered = gather_results(std::move(both));
    first.errback(std::runtime_error("no"));
    BOOST_TEST(cancelled == 1);
    BOOST_TEST(error_of(std::move(gathered)) == "Deferred 0 failed: no");
}

BOOST_AUTO_TEST_CASE(gather_results_waits_until_the_cancelled_ones_have_ended) {
    Promise<int> failing;
    Promise<> cleanup;
    Promise<int> stubborn;
    auto slow_to_stop = [](Deferred<int> work, Deferred<> done) -> Deferred<int> {
        bool stop = false;
        try {
            const int value = co_await work;
            co_return value;
        } catch (const CancelledError&) {
            stop = true;
        }
        if (stop) {
            co_await done;
        }
        co_return 0;
    };
    std::vector<Deferred<int>> both;
    both.push_back(failing.get_deferred());
    both.push_back(slow_to_stop(stubborn.get_deferred(), cleanup.get_deferred()));
    auto gathered = gather_results(std::move(both));
    failing.errback(std::runtime_error("no"));
    BOOST_TEST(!gathered.called());
    cleanup.callback();
    BOOST_TEST(error_of(std::move(gathered)) == "Deferred 0 failed: no");
}

BOOST_AUTO_TEST_CASE(a_cancelled_gather_results_cancels_all) {
    int cancelled = 0;
    Promise<> first([&cancelled] { ++cancelled; });
    Promise<> second([&cancelled] { ++cancelled; });
    std::vector<Deferred<>> both;
    both.push_back(first.get_deferred());
    both.push_back(second.get_deferred());
    auto gathered = gather_results(std::move(both));
    gathered.cancel();
    BOOST_TEST(cancelled == 2);
    BOOST_TEST(error_of(std::move(gathered)) == "cancelled");
}

BOOST_AUTO_TEST_CASE(a_lock_lets_one_in_and_the_others_in_order) {
    DeferredLock lock;
    auto first = lock.acquire();
    auto second = lock.acquire();
    auto third = lock.acquire();
    BOOST_TEST(first.called());
    BOOST_TEST(!second.called());
    { auto held = value_of(std::move(first)); }
    BOOST_TEST(second.called());
    BOOST_TEST(!third.called());
    BOOST_TEST(lock.waiting() == 1U);
}

BOOST_AUTO_TEST_CASE(a_deferred_cancelled_while_waiting_for_a_lock_frees_its_place_in_the_queue) {
    DeferredLock lock;
    auto first = lock.acquire();
    auto second = lock.acquire();
    auto third = lock.acquire();
    second.cancel();
    BOOST_TEST(error_of(std::move(second)) == "cancelled");
    { auto held = value_of(std::move(first)); }
    BOOST_TEST(third.called());
}

BOOST_AUTO_TEST_CASE(run_gives_the_lock_back_also_when_the_function_fails) {
    DeferredLock lock;
    BOOST_TEST(error_of(lock.run([]() -> int { throw std::runtime_error("inside"); })) == "inside");
    BOOST_TEST(!lock.locked());
}

BOOST_AUTO_TEST_CASE(a_semaphore_lets_as_many_in_as_it_has_tokens) {
    DeferredSemaphore semaphore(2);
    auto first = semaphore.acquire();
    auto second = semaphore.acquire();
    auto third = semaphore.acquire();
    BOOST_TEST(second.called());
    BOOST_TEST(!third.called());
    BOOST_CHECK_THROW(DeferredSemaphore(0), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_queue_hands_objects_to_those_who_wait_in_order) {
    DeferredQueue<std::string> queue;
    auto first = queue.get();
    auto second = queue.get();
    queue.put("a");
    queue.put("b");
    queue.put("c");
    BOOST_TEST(value_of(std::move(second)) == "b");
    BOOST_TEST(value_of(std::move(first)) == "a");
    BOOST_TEST(value_of(queue.get()) == "c");
}

BOOST_AUTO_TEST_CASE(a_queue_keeps_to_its_limits) {
    DeferredQueue<int> queue(1, 1);
    queue.put(1);
    BOOST_CHECK_THROW(queue.put(2), QueueOverflow);
    BOOST_TEST(value_of(queue.get()) == 1);
    auto waiting = queue.get();
    BOOST_CHECK_THROW(static_cast<void>(queue.get()), QueueUnderflow);
    waiting.cancel();
    BOOST_TEST(queue.waiting() == 0U);
    BOOST_TEST(error_of(std::move(waiting)) == "cancelled");
}

BOOST_AUTO_TEST_SUITE_END()
