#include <boost/test/unit_test.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include <cyclone/task.hpp>

using namespace cyclone;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(task_test)

BOOST_AUTO_TEST_CASE(a_clock_makes_calls_in_order_and_each_at_its_own_time) {
    task::Clock clock;
    std::vector<std::chrono::nanoseconds> times;
    clock.call_later(3s, [&] { times.push_back(clock.seconds()); });
    clock.call_later(1s, [&] {
        times.push_back(clock.seconds());
        clock.call_later(1s, [&] { times.push_back(clock.seconds()); });
    });
    clock.advance(2500ms);
    BOOST_CHECK((times == std::vector<std::chrono::nanoseconds>{1s, 2s}));
    BOOST_CHECK(clock.seconds() == 2500ms);
    clock.advance(1s);
    BOOST_CHECK(times.back() == 3s);
}

BOOST_AUTO_TEST_CASE(a_looping_call_calls_at_once_and_then_every_interval) {
    task::Clock clock;
    int calls = 0;
    task::LoopingCall loop([&] { ++calls; }, clock);
    auto done = loop.start(1s);
    BOOST_TEST(calls == 1);
    clock.advance(2500ms);
    BOOST_TEST(calls == 3);
    loop.stop();
    clock.advance(5s);
    BOOST_TEST(calls == 3);
    BOOST_TEST(done.called());
}

BOOST_AUTO_TEST_CASE(a_looping_call_that_is_not_to_start_now_waits_an_interval) {
    task::Clock clock;
    int calls = 0;
    auto done = task::LoopingCall([&] { ++calls; }, clock).start(1s, false);
    BOOST_TEST(calls == 0);
    clock.advance(1s);
    BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(calls_that_were_missed_are_skipped_and_counted) {
    task::Clock clock;
    Promise<> slow;
    int calls = 0;
    task::LoopingCall loop(
        [&]() -> Deferred<> { return ++calls == 1 ? slow.get_deferred() : succeed(); }, clock);
    auto done = loop.start(1s);
    clock.advance(3500ms);
    BOOST_TEST(calls == 1);
    slow.callback();
    BOOST_TEST(calls == 1);
    clock.advance(500ms);
    BOOST_TEST(calls == 2);
    BOOST_TEST(loop.count_missed() == 3);
}

BOOST_AUTO_TEST_CASE(with_count_tells_how_many_calls_are_due) {
    task::Clock clock;
    Promise<> slow;
    std::vector<std::int64_t> counts;
    auto loop = task::LoopingCall::with_count(
        [&](std::int64_t count) -> Deferred<> {
            counts.push_back(count);
            return counts.size() == 1 ? slow.get_deferred() : succeed();
        },
        clock);
    auto done = loop.start(1s);
    clock.advance(2500ms);
    slow.callback();
    clock.advance(500ms);
    BOOST_TEST(counts == (std::vector<std::int64_t>{1, 3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_looping_call_ends_with_the_error_of_its_function) {
    task::Clock clock;
    auto failing = task::LoopingCall([] { throw std::runtime_error("deliberate"); }, clock);
    std::string message;
    auto watched = failing.start(1s).add_both([&](const Outcome<task::LoopingCall>& outcome) {
        message = outcome.failure().get_error_message();
    });
    BOOST_TEST(message == "deliberate");
    BOOST_TEST(!failing.running());
}

BOOST_AUTO_TEST_CASE(to_drop_the_deferred_of_a_looping_call_ends_it) {
    task::Clock clock;
    int calls = 0;
    int cancelled = 0;
    Promise<> call([&] { ++cancelled; });
    {
        auto done = task::LoopingCall([&] { ++calls; return call.get_deferred(); }, clock).start(1s);
    }
    clock.advance(5s);
    BOOST_TEST(calls == 1);
    BOOST_TEST(cancelled == 1);
}

BOOST_AUTO_TEST_CASE(stop_waits_for_the_call_that_runs) {
    task::Clock clock;
    Promise<> call;
    task::LoopingCall loop([&] { return call.get_deferred(); }, clock);
    auto done = loop.start(1s);
    loop.stop();
    BOOST_TEST(!done.called());
    call.callback();
    BOOST_TEST(done.called());
}

BOOST_AUTO_TEST_CASE(a_looping_call_can_be_started_again_but_not_twice) {
    task::Clock clock;
    int calls = 0;
    task::LoopingCall loop([&] { ++calls; }, clock);
    auto first = loop.start(1s);
    BOOST_CHECK_THROW(static_cast<void>(loop.start(1s)), std::logic_error);
    loop.stop();
    auto second = loop.start(1s);
    BOOST_TEST(calls == 2);
    BOOST_CHECK_THROW(static_cast<void>(task::LoopingCall([] {}, clock).start(-1s)),
                      std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(defer_later_fires_after_its_delay_and_cancel_takes_the_timer_away) {
    task::Clock clock;
    auto fired = task::defer_later(1s, [] { return 3; }, clock);
    auto cancelled = task::defer_later(1s, clock);
    cancelled.cancel();
    BOOST_TEST(cancelled.called());
    BOOST_TEST(!fired.called());
    clock.advance(1s);
    BOOST_TEST(fired.called());
}

BOOST_AUTO_TEST_CASE(a_cooperator_shares_a_turn_between_its_work) {
    task::Clock clock;
    task::Cooperator cooperator(clock, 0ns);
    std::string order;
    int a = 0;
    int b = 0;
    auto first = cooperator.coiterate([&] { order += 'a'; return ++a < 3; });
    auto second = cooperator.coiterate([&] { order += 'b'; return ++b < 2; });
    clock.advance(0s);
    BOOST_TEST(order == "ababa");
    BOOST_TEST(first.called());
    BOOST_TEST(second.called());
}

BOOST_AUTO_TEST_CASE(a_step_may_wait_for_a_deferred) {
    task::Clock clock;
    task::Cooperator cooperator(clock);
    Promise<bool> more;
    int steps = 0;
    auto work = cooperator.coiterate([&]() -> Deferred<bool> {
        return ++steps == 1 ? more.get_deferred() : succeed(false);
    });
    clock.advance(0s);
    BOOST_TEST(steps == 1);
    more.callback(true);
    clock.advance(0s);
    BOOST_TEST(work.called());
}

BOOST_AUTO_TEST_CASE(work_that_throws_fails_and_work_that_is_dropped_stops) {
    task::Clock clock;
    task::Cooperator cooperator(clock, 0ns);
    int steps = 0;
    auto failing = cooperator.coiterate([]() -> bool { throw std::runtime_error("deliberate"); });
    std::string message;
    auto watched = std::move(failing).add_errback(
        [&](const Failure& failure) { message = failure.get_error_message(); });
    { auto dropped = cooperator.coiterate([&] { ++steps; return true; }); }
    clock.advance(0s);
    BOOST_TEST(message == "deliberate");
    BOOST_TEST(steps == 0);
}

BOOST_AUTO_TEST_CASE(work_can_be_paused_and_resumed) {
    task::Clock clock;
    task::Cooperator cooperator(clock, 0ns);
    int steps = 0;
    auto work = cooperator.cooperate([&] { return ++steps < 2; });
    work.pause();
    clock.advance(1s);
    BOOST_TEST(steps == 0);
    work.resume();
    clock.advance(1s);
    BOOST_TEST(steps == 2);
    BOOST_TEST(work.when_done().called());
}

BOOST_AUTO_TEST_SUITE_END()
