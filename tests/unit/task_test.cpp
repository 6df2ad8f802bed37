#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <cyclone/task.hpp>

#include "tests/unit/captured_log.hpp"
#include "tests/unit/deferred_result.hpp"

BOOST_AUTO_TEST_SUITE(task_test)

using namespace cyclone;
using namespace std::chrono_literals;

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
        auto done = task::LoopingCall(
                        [&] {
                            ++calls;
                            return call.get_deferred();
                        },
                        clock)
                        .start(1s);
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
    auto fired = task::defer_later(
        1s, [] { return 3; }, clock);
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
    auto first = cooperator.coiterate([&] {
        order += 'a';
        return ++a < 3;
    });
    auto second = cooperator.coiterate([&] {
        order += 'b';
        return ++b < 2;
    });
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
    auto work = cooperator.coiterate(
        [&]() -> Deferred<bool> { return ++steps == 1 ? more.get_deferred() : succeed(false); });
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
    {
        auto dropped = cooperator.coiterate([&] {
            ++steps;
            return true;
        });
    }
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

BOOST_AUTO_TEST_CASE(a_step_that_waits_does_not_hold_up_the_other_work) {
    task::Clock clock;
    task::Cooperator cooperator(clock, 0ns);
    Promise<bool> slow;
    int steps = 0;
    auto waiting = cooperator.coiterate([&] { return slow.get_deferred(); });
    auto running = cooperator.coiterate([&] { return ++steps < 3; });
    clock.advance(0s);
    BOOST_TEST(running.called());
    BOOST_TEST(!waiting.called());
}

BOOST_AUTO_TEST_CASE(a_turn_of_the_reactor_lasts_a_slice_and_the_step_that_runs_then) {
    task::Clock clock;
    task::Cooperator cooperator(clock, 1ms);
    int steps = 0;
    auto work = cooperator.coiterate([&] {
        clock.advance(300us);
        ++steps;
        return true;
    });
    clock.advance(0s);
    BOOST_TEST(steps == 4);
    clock.advance(0s);
    BOOST_TEST(steps == 8);
}

BOOST_AUTO_TEST_CASE(each_who_waits_for_the_same_work_is_told_of_its_end) {
    task::Clock clock;
    task::Cooperator cooperator(clock);
    auto work = cooperator.cooperate([] { return false; });
    auto first = work.when_done();
    auto second = work.when_done();
    clock.advance(0s);
    BOOST_TEST(first.called());
    BOOST_TEST(second.called());
    BOOST_TEST(work.when_done().called());
}

BOOST_AUTO_TEST_CASE(stopped_work_fails_with_cancelled_error) {
    task::Clock clock;
    task::Cooperator cooperator(clock);
    int steps = 0;
    auto work = cooperator.cooperate([&] {
        ++steps;
        return true;
    });
    auto done = work.when_done();
    work.stop();
    clock.advance(1s);
    BOOST_TEST(steps == 0);
    BOOST_TEST(error_of(std::move(done)) == "cancelled");
    BOOST_TEST(error_of(work.when_done()) == "cancelled");
}

BOOST_AUTO_TEST_CASE(a_stopped_cooperator_ends_its_work_and_takes_no_more) {
    task::Clock clock;
    task::Cooperator cooperator(clock);
    auto running = cooperator.coiterate([] { return true; });
    cooperator.stop();
    BOOST_TEST(error_of(std::move(running)) == "cancelled");
    BOOST_TEST(error_of(cooperator.coiterate([] { return true; })) == "cancelled");
}

BOOST_AUTO_TEST_CASE(reset_counts_the_interval_of_a_looping_call_anew) {
    task::Clock clock;
    int calls = 0;
    task::LoopingCall loop([&] { ++calls; }, clock);
    auto done = loop.start(2s, false);
    clock.advance(1s);
    loop.reset();
    clock.advance(1500ms);
    BOOST_TEST(calls == 0);
    clock.advance(500ms);
    BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(a_looping_call_may_stop_itself) {
    task::Clock clock;
    int calls = 0;
    std::optional<task::LoopingCall> loop;
    loop.emplace(
        [&] {
            if (++calls == 2) {
                loop->stop();
            }
        },
        clock);
    auto done = loop->start(1s);
    clock.advance(5s);
    BOOST_TEST(calls == 2);
    BOOST_TEST(done.called());
}

BOOST_AUTO_TEST_CASE(react_runs_the_reactor_until_main_has_ended) {
    reactor::Reactor reactor;
    const int status = task::react([](reactor::Reactor&) -> Deferred<int> {
        auto pause = task::defer_later(1ms);
        co_await pause;
        co_return 3;
    });
    BOOST_TEST(status == 3);
    BOOST_TEST(task::react([](reactor::Reactor&) {}) == 0);
}

BOOST_AUTO_TEST_CASE(react_logs_what_main_fails_with_and_gives_one) {
    reactor::Reactor reactor;
    CapturedLog log;
    const int status = task::react(
        [](reactor::Reactor&) -> Deferred<> { return fail(std::runtime_error("deliberate")); });
    BOOST_TEST(status == 1);
    BOOST_TEST(log.text() == "main() failed: std::runtime_error: deliberate");
}

BOOST_AUTO_TEST_CASE(a_signal_cancels_what_react_runs_and_waits_for_it) {
    reactor::Reactor reactor;
    bool cleaned_up = false;
    const int status = task::react([&](reactor::Reactor&) -> Deferred<> {
        reactor::call_later(1ms, [] { ::kill(::getpid(), SIGTERM); });
        auto forever = task::defer_later(1h);
        bool cancelled = false;
        try {
            co_await forever;
        } catch (const CancelledError&) {
            cancelled = true;
        }
        if (cancelled) {
            auto cleaning = task::defer_later(2ms);
            co_await cleaning;
            cleaned_up = true;
            throw CancelledError();
        }
    });
    BOOST_TEST(status == 0);
    BOOST_TEST(cleaned_up);
}

BOOST_AUTO_TEST_SUITE_END()
