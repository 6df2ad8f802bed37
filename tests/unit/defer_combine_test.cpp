#include <boost/test/unit_test.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include <cyclone/defer.hpp>

#include "tests/unit/captured_log.hpp"
#include "tests/unit/deferred_result.hpp"

BOOST_AUTO_TEST_SUITE(defer_combine_test)

using namespace cyclone;

namespace {

/// Some promises, their Deferreds, and how often each was cancelled.
struct Promises {
    explicit Promises(std::size_t count) : cancelled(count) {
        for (std::size_t i = 0; i < count; ++i) {
            promises.emplace_back([this, i] { ++cancelled[i]; });
        }
    }
    std::vector<Deferred<int>> deferreds() {
        std::vector<Deferred<int>> all;
        for (auto& promise : promises) {
            all.push_back(promise.get_deferred());
        }
        return all;
    }
    Promise<int>& operator[](std::size_t i) { return promises[i]; }

    std::vector<int> cancelled;
    std::vector<Promise<int>> promises;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_deferred_list_fires_with_all_outcomes_in_their_order) {
    CapturedLog log;
    Promises p(3);
    auto list = DeferredList(p.deferreds());
    p[2].callback(3);
    p[0].errback(std::runtime_error("one"));
    BOOST_TEST(!list.called());
    p[1].callback(2);
    const auto outcomes = value_of<std::vector<Outcome<int>>>(std::move(list));
    BOOST_TEST(outcomes.size() == 3U);
    BOOST_TEST(outcomes[0].failure().get_error_message() == "one");
    BOOST_TEST(outcomes[1].has_value());
    auto third = outcomes[2];
    BOOST_TEST(third.value() == 3);
    BOOST_TEST(log.text() == "");
}

BOOST_AUTO_TEST_CASE(a_deferred_list_of_nothing_fires_at_once) {
    BOOST_TEST(DeferredList(std::vector<Deferred<int>>()).called());
    BOOST_TEST(DeferredList(std::vector<Deferred<>>(), fire_on_one_errback).called());
    BOOST_CHECK_THROW(
        static_cast<void>(DeferredList(std::vector<Deferred<int>>(), fire_on_one_callback)),
        std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_deferred_list_can_fire_on_one_callback_and_lets_the_others_run_on) {
    Promises p(3);
    auto list = DeferredList(p.deferreds(), fire_on_one_callback);
    p[0].errback(std::runtime_error("no"));
    BOOST_TEST(!list.called());
    p[1].callback(20);
    BOOST_TEST(list.called());
    BOOST_TEST(p.cancelled[2] == 0);
    const auto first = value_of<FirstResult<int>>(std::move(list));
    BOOST_TEST(first.index == 1U);
    BOOST_TEST(first.value == 20);
    p[2].callback(30);
}

BOOST_AUTO_TEST_CASE(a_deferred_list_that_gets_no_callback_fails_with_all_failures) {
    Promises p(2);
    auto list = DeferredList(p.deferreds(), fire_on_one_callback);
    p[1].errback(std::runtime_error("b"));
    p[0].errback(std::runtime_error("a"));
    BOOST_TEST(error_of<FirstResult<int>>(std::move(list)) == "all of them failed: a; b");
}

BOOST_AUTO_TEST_CASE(a_deferred_list_can_fire_on_one_errback) {
    Promises p(2);
    auto list = DeferredList(p.deferreds(), fire_on_one_errback);
    p[1].errback(std::runtime_error("no"));
    BOOST_TEST(list.called());
    BOOST_TEST(p.cancelled[0] == 0);
    BOOST_TEST(error_of<std::vector<Outcome<int>>>(std::move(list)) == "Deferred 1 failed: no");
    p[0].callback(1);
}

BOOST_AUTO_TEST_CASE(errors_that_come_after_a_deferred_list_has_fired_are_logged_unless_consumed) {
    CapturedLog log;
    Promises logged(2);
    auto list = DeferredList(logged.deferreds(), fire_on_one_errback);
    logged[0].errback(std::runtime_error("first"));
    BOOST_TEST(error_of<std::vector<Outcome<int>>>(std::move(list)) == "Deferred 0 failed: first");
    logged[1].errback(std::runtime_error("late"));
    BOOST_TEST(log.text() == "Unhandled error in Deferred: late");

    Promises dropped(2);
    auto quiet = DeferredList(dropped.deferreds(), fire_on_one_errback, consume_errors);
    dropped[0].errback(std::runtime_error("first"));
    BOOST_TEST(error_of<std::vector<Outcome<int>>>(std::move(quiet)) == "Deferred 0 failed: first");
    dropped[1].errback(std::runtime_error("later"));
    BOOST_TEST(log.text() == "Unhandled error in Deferred: late");
}

BOOST_AUTO_TEST_CASE(a_cancelled_deferred_list_fires_with_the_cancelled_errors_of_all) {
    Promises p(2);
    auto list = DeferredList(p.deferreds());
    list.cancel();
    BOOST_TEST(p.cancelled == (std::vector<int>{1, 1}), boost::test_tools::per_element());
    const auto outcomes = value_of<std::vector<Outcome<int>>>(std::move(list));
    BOOST_TEST(outcomes[0].failure().check<CancelledError>());
    BOOST_TEST(outcomes[1].failure().check<CancelledError>());
}

BOOST_AUTO_TEST_CASE(a_deferred_list_can_be_awaited_in_a_coroutine) {
    Promises p(1);
    auto sum = [](std::vector<Deferred<int>> asked) -> Deferred<int> {
        auto list = DeferredList(std::move(asked));
        auto outcomes = co_await list;
        co_return outcomes[0].value();
    };
    auto waiting = sum(p.deferreds());
    p[0].callback(5);
    BOOST_TEST(value_of(std::move(waiting)) == 5);
}

BOOST_AUTO_TEST_CASE(the_first_value_wins_a_race_and_the_others_are_cancelled) {
    Promises p(3);
    auto race_of_three = race(p.deferreds());
    p[0].errback(std::runtime_error("fell"));
    p[1].callback(10);
    BOOST_TEST(p.cancelled == (std::vector<int>{0, 0, 1}), boost::test_tools::per_element());
    const auto winner = value_of(std::move(race_of_three));
    BOOST_TEST(winner.index == 1U);
    BOOST_TEST(winner.value == 10);
}

BOOST_AUTO_TEST_CASE(a_race_is_over_when_the_losers_have_ended) {
    Promises p(1);
    Promise<> never;
    Promise<> cleanup;
    auto slow_to_stop = [](Deferred<> work, Deferred<> clean_up) -> Deferred<int> {
        try {
            co_await work;
        } catch (const CancelledError&) {
        }
        co_await clean_up;
        co_return 1;
    };
    auto runners = p.deferreds();
    runners.push_back(slow_to_stop(never.get_deferred(), cleanup.get_deferred()));
    auto racing = race(std::move(runners));
    p[0].callback(5);
    BOOST_TEST(!racing.called());
    cleanup.callback();
    BOOST_TEST(value_of(std::move(racing)).value == 5);
}

BOOST_AUTO_TEST_CASE(a_race_that_all_lose_fails_with_all_failures) {
    Promises p(2);
    auto lost = race(p.deferreds());
    p[1].errback(std::runtime_error("b"));
    BOOST_TEST(!lost.called());
    p[0].errback(std::runtime_error("a"));
    BOOST_TEST(error_of(std::move(lost)) == "all of them failed: a; b");
    BOOST_CHECK_THROW(static_cast<void>(race(std::vector<Deferred<int>>())), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_cancelled_race_cancels_all_and_fails_with_cancelled_error) {
    Promises p(2);
    auto racing = race(p.deferreds());
    racing.cancel();
    BOOST_TEST(p.cancelled == (std::vector<int>{1, 1}), boost::test_tools::per_element());
    BOOST_TEST(error_of(std::move(racing)) == "cancelled");
}

BOOST_AUTO_TEST_CASE(a_race_of_different_types_gives_a_variant) {
    Promise<std::string> text;
    int cancelled = 0;
    Promise<> nothing([&] { ++cancelled; });
    auto racing = race(text.get_deferred(), nothing.get_deferred());
    text.callback("won");
    const auto winner = value_of(std::move(racing));
    BOOST_TEST(winner.index() == 0U);
    BOOST_TEST(std::get<0>(winner) == "won");
    BOOST_TEST(cancelled == 1);
}

BOOST_AUTO_TEST_CASE(gather_results_of_different_types_gives_a_tuple) {
    Promise<std::string> text;
    Promise<> nothing;
    auto gathered = gather_results(succeed(1), text.get_deferred(), nothing.get_deferred());
    nothing.callback();
    BOOST_TEST(!gathered.called());
    text.callback("two");
    const auto [one, two, three] = value_of(std::move(gathered));
    static_assert(std::is_same_v<decltype(three), const std::monostate>);
    BOOST_TEST(one == 1);
    BOOST_TEST(two == "two");
}

BOOST_AUTO_TEST_CASE(gather_results_of_different_types_cancels_the_others_on_an_error) {
    int cancelled = 0;
    Promise<int> waiting([&] { ++cancelled; });
    auto gathered =
        gather_results(waiting.get_deferred(), fail<std::string>(std::runtime_error("no")));
    BOOST_TEST(cancelled == 1);
    BOOST_TEST(error_of(std::move(gathered)) == "Deferred 1 failed: no");
}

BOOST_AUTO_TEST_SUITE_END()
