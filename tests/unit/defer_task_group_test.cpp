#include <boost/test/unit_test.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <cyclone/defer.hpp>

#include "tests/unit/captured_log.hpp"
#include "tests/unit/deferred_result.hpp"

BOOST_AUTO_TEST_SUITE(defer_task_group_test)

using namespace cyclone;

namespace {

/// Waits for `gate`; cancelled, it waits for `clean_up` before it ends.
Deferred<> slow_to_stop(Deferred<> gate, Deferred<> clean_up) {
    bool cancelled = false;
    try {
        co_await gate;
    } catch (const CancelledError&) {
        cancelled = true;
    }
    if (cancelled) {
        co_await clean_up;
        throw CancelledError();
    }
}

Deferred<> wait_for(Deferred<> gate) { co_await gate; }

}  // namespace

BOOST_AUTO_TEST_CASE(a_group_ends_when_its_last_child_has) {
    Promise<> first;
    Promise<int> second;
    auto scope = in_task_group([&](TaskGroup& group) -> Deferred<std::string> {
        group.spawn(first.get_deferred());
        group.spawn(second.get_deferred());
        BOOST_TEST(group.size() == 2U);
        co_return "body";
    });
    second.callback(1);
    BOOST_TEST(!scope.called());
    first.callback();
    BOOST_TEST(value_of(std::move(scope)) == "body");
}

BOOST_AUTO_TEST_CASE(a_group_without_children_ends_with_its_body) {
    auto scope = in_task_group([](TaskGroup&) { return 3; });
    BOOST_TEST(value_of(std::move(scope)) == 3);
}

BOOST_AUTO_TEST_CASE(a_child_may_spawn_others_after_the_body_has_ended) {
    Promise<> first;
    Promise<> second;
    auto scope = in_task_group([&](TaskGroup& group) {
        group.spawn([&]() -> Deferred<> {
            auto gate = first.get_deferred();
            co_await gate;
            group.spawn(second.get_deferred());
            group.spawn(succeed(1));
        });
    });
    first.callback();
    BOOST_TEST(!scope.called());
    second.callback();
    BOOST_TEST(scope.called());
}

BOOST_AUTO_TEST_CASE(the_captures_of_a_spawned_lambda_live_as_long_as_it_runs) {
    Promise<> gate;
    std::string seen;
    auto scope = in_task_group([&](TaskGroup& group) {
        group.spawn([&seen, text = std::make_unique<std::string>("alive"),
                     waiting = std::make_shared<Deferred<>>(gate.get_deferred())]() -> Deferred<> {
            co_await *waiting;
            seen = *text;
        });
    });
    gate.callback();
    BOOST_TEST(scope.called());
    BOOST_TEST(seen == "alive");
}

BOOST_AUTO_TEST_CASE(an_error_of_a_child_cancels_its_siblings_and_the_body) {
    int cancelled = 0;
    Promise<> sibling([&] { ++cancelled; });
    Promise<> body([&] { ++cancelled; });
    Promise<> failing;
    auto scope = in_task_group([&](TaskGroup& group) -> Deferred<> {
        group.spawn(sibling.get_deferred());
        group.spawn(failing.get_deferred());
        auto waiting = body.get_deferred();
        co_await waiting;
    });
    failing.errback(std::runtime_error("no"));
    BOOST_TEST(cancelled == 2);
    BOOST_TEST(error_of(std::move(scope)) == "no");
}

BOOST_AUTO_TEST_CASE(an_error_of_the_body_cancels_the_children) {
    int cancelled = 0;
    Promise<> child([&] { ++cancelled; });
    auto scope = in_task_group([&](TaskGroup& group) {
        group.spawn(child.get_deferred());
        throw std::runtime_error("body");
    });
    BOOST_TEST(cancelled == 1);
    BOOST_TEST(error_of(std::move(scope)) == "body");
}

BOOST_AUTO_TEST_CASE(the_error_comes_out_when_the_cancelled_children_have_ended) {
    Promise<> gate;
    Promise<> clean_up;
    auto scope = in_task_group([&](TaskGroup& group) {
        group.spawn(slow_to_stop(gate.get_deferred(), clean_up.get_deferred()));
        group.spawn(fail<>(std::runtime_error("no")));
    });
    BOOST_TEST(!scope.called());
    clean_up.callback();
    BOOST_TEST(error_of(std::move(scope)) == "no");
}

BOOST_AUTO_TEST_CASE(a_cancelled_group_waits_for_its_children_and_fails_with_cancelled_error) {
    Promise<> gate;
    Promise<> clean_up;
    auto scope = in_task_group([&](TaskGroup& group) {
        group.spawn(slow_to_stop(gate.get_deferred(), clean_up.get_deferred()));
    });
    scope.cancel();
    BOOST_TEST(!scope.called());
    clean_up.callback();
    BOOST_TEST(error_of(std::move(scope)) == "cancelled");
}

BOOST_AUTO_TEST_CASE(a_group_that_is_dropped_cancels_its_children) {
    int cancelled = 0;
    Promise<> child([&] { ++cancelled; });
    {
        auto scope =
            in_task_group([&](TaskGroup& group) { group.spawn(wait_for(child.get_deferred())); });
    }
    BOOST_TEST(cancelled == 1);
}

BOOST_AUTO_TEST_CASE(the_errors_after_the_first_are_logged) {
    CapturedLog log;
    Promise<> gate;
    auto failing_when_cancelled = [](Deferred<> waiting) -> Deferred<> {
        try {
            co_await waiting;
        } catch (const CancelledError&) {
            throw std::runtime_error("while stopping");
        }
    };
    auto scope = in_task_group([&](TaskGroup& group) {
        group.spawn(failing_when_cancelled(gate.get_deferred()));
        group.spawn(fail<>(std::runtime_error("first")));
    });
    BOOST_TEST(error_of(std::move(scope)) == "first");
    BOOST_TEST(log.text() == "Unhandled error in Deferred: while stopping");
}

BOOST_AUTO_TEST_CASE(a_child_that_comes_when_the_group_is_cancelled_is_cancelled) {
    int cancelled = 0;
    Promise<> late([&] { ++cancelled; });
    Promise<> gate;
    auto scope = in_task_group([&](TaskGroup& group) -> Deferred<> {
        auto waiting = gate.get_deferred();
        try {
            co_await waiting;
        } catch (const CancelledError&) {
            group.spawn(late.get_deferred());
        }
    });
    scope.cancel();
    BOOST_TEST(cancelled == 0);  // The body has caught it: nothing is cancelled any more.
    late.callback();
    BOOST_TEST(error_of(std::move(scope)) == "no error");

    Promise<> second([&] { ++cancelled; });
    auto other = in_task_group([&](TaskGroup& group) {
        group.cancel();
        group.spawn(second.get_deferred());
    });
    BOOST_TEST(cancelled == 1);
    BOOST_TEST(error_of(std::move(other)) == "no error");
}

BOOST_AUTO_TEST_CASE(a_child_whose_end_ends_another_while_both_are_cancelled_is_safe) {
    std::vector<std::unique_ptr<Promise<>>> promises;
    for (int i = 0; i < 4; ++i) {
        promises.push_back(std::make_unique<Promise<>>([&promises, i] {
            // Each cancel ends the next one too.
            if (i + 1 < 4 && !promises[static_cast<std::size_t>(i) + 1]->called()) {
                promises[static_cast<std::size_t>(i) + 1]->callback();
            }
        }));
    }
    auto scope = in_task_group([&](TaskGroup& group) {
        for (auto& promise : promises) {
            group.spawn(promise->get_deferred());
        }
    });
    scope.cancel();
    BOOST_TEST(error_of(std::move(scope)) == "cancelled");
}

BOOST_AUTO_TEST_SUITE_END()
