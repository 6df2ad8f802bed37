// How the outcome of a query comes back from the worker's thread: by a reactor that waits awake for
// a moment, or by waking it.

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <cyclone/reactor.hpp>
#include <cyclone/sqlite.hpp>
#include <cyclone/task.hpp>

BOOST_AUTO_TEST_SUITE(sqlite_handover)

using namespace cyclone;
using namespace std::chrono_literals;
using sqlite::detail::Handover;

namespace {

std::chrono::microseconds processor_time() {
    ::rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto of = [](const ::timeval& time) {
        return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
    };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

Deferred<> ask(sqlite::Database& db, int times) {
    for (int i = 0; i < times; ++i) {
        auto asking = db.query_as<int>("SELECT ?", i);
        const auto answer = co_await asking;
        BOOST_REQUIRE_EQUAL(answer.at(0), i);
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(who_waits_awake_finds_the_outcome) {
    Handover<int> handover;
    BOOST_TEST(!handover.has_come());
    BOOST_TEST(handover.give(Outcome<int>(7)), "it is not to be sent");
    BOOST_TEST(handover.has_come());
    BOOST_TEST(!handover.fall_asleep());
    BOOST_TEST(handover.take().value() == 7);
}

BOOST_AUTO_TEST_CASE(who_has_fallen_asleep_is_to_be_woken) {
    Handover<int> handover;
    BOOST_TEST(handover.fall_asleep());
    BOOST_TEST(!handover.give(Outcome<int>(7)), "it is to be sent");
    BOOST_TEST(handover.take().value() == 7);
}

BOOST_AUTO_TEST_CASE(quick_queries_and_those_that_are_given_up_between_them_end_as_they_should) {
    reactor::Reactor reactor;
    sqlite::Database db(":memory:");
    reactor.run_until([](sqlite::Database& in) -> Deferred<> {
        for (int i = 0; i < 300; ++i) {
            auto asking = ask(in, 5);
            co_await asking;
            { auto dropped = in.query_as<int>("SELECT 1"); }
            auto cancelled = in.query_as<int>("SELECT 2");
            cancelled.cancel();
            BOOST_CHECK_THROW(co_await cancelled, CancelledError);
            auto wrong = in.run_query("SELECT nothing");
            BOOST_CHECK_THROW(co_await wrong, sqlite::Error);
        }
        std::vector<Deferred<>> all;
        for (int i = 0; i < 16; ++i) {
            all.push_back(ask(in, 50));
        }
        auto gathering = gather_results(std::move(all));
        co_await gathering;
    }(db));
}

BOOST_AUTO_TEST_CASE(a_reactor_may_end_while_an_outcome_is_on_its_way) {
    for (int i = 0; i < 100; ++i) {
        // The file outlives the reactor.
        std::optional<sqlite::Database> db;
        reactor::Reactor reactor;
        db.emplace(":memory:");
        reactor.run_until(ask(*db, 5));
        db->query_as<std::string>("SELECT 'a text that is longer than what a string keeps itself'")
            .add_errback([](const Failure&) { return std::vector<std::string>(); })
            .detach();
    }
}

BOOST_AUTO_TEST_CASE(who_has_nothing_to_do_sleeps) {
    reactor::Reactor reactor;
    sqlite::Database db(":memory:");
    reactor.run_until(ask(db, 1000));
    const auto before = processor_time();
    reactor.run_until(task::defer_later(500ms));
    BOOST_TEST((processor_time() - before < 100ms));
}

BOOST_AUTO_TEST_SUITE_END()
