#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/asio/post.hpp>

#include <cyclone/task.hpp>
#include <cyclone/testing.hpp>
#include <cyclone/web.hpp>

#include "tests/unit/captured_log.hpp"

BOOST_AUTO_TEST_SUITE(testing_tools)

using namespace cyclone;
using namespace std::chrono_literals;

namespace {

/// Sets CYCLONE_SEED, and what it was before afterwards.
class SeedVariable {
public:
    explicit SeedVariable(const char* value) {
        if (const char* before = std::getenv("CYCLONE_SEED")) {
            before_ = before;
        }
        value ? ::setenv("CYCLONE_SEED", value, 1) : ::unsetenv("CYCLONE_SEED");
    }
    SeedVariable(const SeedVariable&) = delete;
    SeedVariable& operator=(const SeedVariable&) = delete;
    ~SeedVariable() {
        before_ ? ::setenv("CYCLONE_SEED", before_->c_str(), 1) : ::unsetenv("CYCLONE_SEED");
    }

private:
    std::optional<std::string> before_;
};

std::vector<std::uint64_t> seeds_tried(std::size_t count) {
    std::vector<std::uint64_t> seeds;
    testing::for_each_seed(count, [&](testing::Random& random) { seeds.push_back(random.seed()); });
    return seeds;
}

struct Patient : web::RequestHandler {
    Deferred<> get() {
        co_await task::defer_later(1h);
        write("after an hour");
    }
};

struct Length : web::RequestHandler {
    void post() { write(std::to_string(request.body.size())); }
};

/// Counts the visits of a browser, and those below /shop on their own.
struct Visits : web::RequestHandler {
    void get(std::string place) {
        const std::string name = place.starts_with("shop") ? "shopping" : "visits";
        const int before = std::stoi(get_cookie(name, "0"));
        set_cookie(name, std::to_string(before + 1),
                   {.path = name == "visits" ? "/" : "/shop", .secure = true});
        write(get_cookie(name, "none"));
    }
};

/// Fails where a piece of the body is three bytes long.
struct Surprised : web::RequestHandler {
    void data_received(std::string_view chunk) {
        if (chunk.size() == 3) {
            throw web::HTTPError(500, "three bytes");
        }
    }
    void post() { write("fine"); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_seed_gives_the_same_numbers_each_time_and_everywhere) {
    testing::Random random(1);
    BOOST_TEST(random.below(1000) == 528u);
    testing::Random one(7);
    testing::Random other(7);
    testing::Random third(8);
    bool differs = false;
    for (int i = 0; i < 100; ++i) {
        const auto number = one.below(1000);
        BOOST_TEST(other.below(1000) == number);
        differs = third.below(1000) != number || differs;
    }
    BOOST_TEST(differs);
}

BOOST_AUTO_TEST_CASE(a_failing_run_names_the_seed_that_repeats_it) {
    CapturedLog log;
    const web::Application application({web::url<Surprised>("/")});
    // What a run found out, for the comparison below.
    std::string pieces;
    auto run = [&](testing::Random& random) {
        testing::HTTPClient client(application);
        client.split_by(random);
        pieces.clear();
        for (int i = 0; i < 3; ++i) {
            const auto response = client.fetch("POST", "/", {}, "some ten bytes or so");
            pieces += response.body;
            if (response.status != 200) {
                throw std::runtime_error("answered " + std::to_string(response.status));
            }
        }
    };
    std::optional<std::uint64_t> failed;
    std::string told;
    {
        const SeedVariable none(nullptr);
        try {
            testing::for_each_seed(1000, run);
        } catch (const testing::SeedFailure& failure) {
            failed = failure.seed;
            told = failure.what();
        }
    }
    BOOST_REQUIRE(failed);
    BOOST_TEST(told ==
               "it fails again with CYCLONE_SEED=" + std::to_string(*failed) + ": answered 500");
    const std::string first_time = pieces;
    for (int again = 0; again < 3; ++again) {
        const SeedVariable seed(std::to_string(*failed).c_str());
        BOOST_CHECK_EXCEPTION(
            testing::for_each_seed(1000, run), testing::SeedFailure,
            [&](const testing::SeedFailure& failure) { return failure.what() == told; });
        BOOST_TEST(pieces == first_time);
    }
}

BOOST_AUTO_TEST_CASE(a_run_may_also_fail_by_giving_false) {
    const SeedVariable none(nullptr);
    BOOST_CHECK_EXCEPTION(
        testing::for_each_seed(10, [](testing::Random& random) { return random.seed() != 4; }),
        testing::SeedFailure,
        [](const testing::SeedFailure& failure) { return failure.seed == 4; });
}

BOOST_AUTO_TEST_CASE(the_environment_chooses_the_seeds) {
    {
        const SeedVariable none(nullptr);
        const std::vector<std::uint64_t> wanted{1, 2, 3};
        BOOST_TEST(seeds_tried(3) == wanted, boost::test_tools::per_element());
    }
    {
        const SeedVariable one("18446744073709551615");
        const std::vector<std::uint64_t> wanted{18446744073709551615u};
        BOOST_TEST(seeds_tried(3) == wanted, boost::test_tools::per_element());
    }
    {
        const SeedVariable unknown("new");
        BOOST_TEST(seeds_tried(3).size() == 3u);
        BOOST_TEST((seeds_tried(3) != seeds_tried(3)));
    }
    const SeedVariable wrong("7x");
    BOOST_CHECK_THROW(seeds_tried(3), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_request_in_pieces_is_the_same_request) {
    CapturedLog log;
    const web::Application application({web::url<Length>("/")});
    testing::for_each_seed(50, [&](testing::Random& random) {
        testing::HTTPClient client(application);
        client.split_by(random);
        const std::string body(random.below(300), 'x');
        return client.fetch("POST", "/", {}, body).body == std::to_string(body.size());
    });
}

BOOST_AUTO_TEST_CASE(an_hour_of_virtual_time_takes_none) {
    CapturedLog log;
    const auto begin = std::chrono::steady_clock::now();
    const web::Application application({web::url<Patient>("/")});
    {
        testing::VirtualTime time;
        testing::HTTPClient client(application);
        BOOST_TEST(client.fetch("GET", "/").body == "after an hour");
        BOOST_TEST((time.now() == 1h));
    }
    BOOST_TEST((std::chrono::steady_clock::now() - begin < 30s));
    const auto away =
        std::chrono::steady_clock::now().time_since_epoch() - reactor::current().seconds();
    BOOST_TEST((away < 30s && away > -30s));
}

BOOST_AUTO_TEST_CASE(when_virtual_time_ends_the_one_before_goes_on) {
    BOOST_TEST(testing::VirtualTime::current() == nullptr);
    {
        testing::VirtualTime outer;
        outer.advance(5s);
        {
            testing::VirtualTime inner;
            inner.advance(2s);
            BOOST_TEST((reactor::current().seconds() == 2s));
            BOOST_TEST(testing::VirtualTime::current() == &inner);
        }
        BOOST_TEST((reactor::current().seconds() == 5s));
        BOOST_TEST(testing::VirtualTime::current() == &outer);
    }
    BOOST_TEST(testing::VirtualTime::current() == nullptr);
}

BOOST_AUTO_TEST_CASE(what_a_call_sets_off_is_done_before_time_goes_on) {
    testing::VirtualTime time;
    auto& context = reactor::current().context();
    std::string calls;
    const auto note = [&](std::string_view what) {
        calls.append(what).append(" at ").append(std::to_string(time.now() / 1s)).append(", ");
    };
    boost::asio::post(context, [&] { note("posted before"); });
    reactor::call_later(1s, [&] {
        note("call");
        boost::asio::post(context, [&] {
            note("posted by it");
            reactor::call_later(1s, [&] { note("call of that"); });
        });
    });
    reactor::call_later(4s,
                        [&] { boost::asio::post(context, [&] { note("posted at the end"); }); });
    time.advance(4s);
    BOOST_TEST(calls ==
               "posted before at 0, call at 1, posted by it at 1, call of that at 2, "
               "posted at the end at 4, ");
    time.advance(500ms);
    BOOST_TEST((time.now() == 4500ms));
}

BOOST_AUTO_TEST_CASE(virtual_time_passes_as_far_as_it_is_told_and_calls_come_in_their_order) {
    testing::VirtualTime time;
    std::string calls;
    reactor::call_later(2s, [&] {
        calls += "2";
        reactor::call_later(1s, [&] { calls += "3"; });
    });
    reactor::call_later(1s, [&] { calls += "1"; });
    auto cancelled = reactor::call_later(1500ms, [&] { calls += "never"; });
    reactor::call_later(4s, [&] { calls += "4"; });
    cancelled.cancel();
    time.advance(3s);
    BOOST_TEST(calls == "123");
    BOOST_TEST((time.now() == 3s));
    BOOST_TEST(time.advance_to_next_call());
    BOOST_TEST(calls == "1234");
    BOOST_TEST(!time.advance_to_next_call());
    BOOST_TEST((time.now() == 4s));
}

BOOST_AUTO_TEST_CASE(cookies_are_kept_and_sent_where_that_is_wanted) {
    CapturedLog log;
    const web::Application application({web::url<Visits>("/(.*)")});
    testing::HTTPClient forgetful(application);
    forgetful.fetch("GET", "/");
    BOOST_TEST(forgetful.fetch("GET", "/").body == "none");
    BOOST_TEST(!forgetful.get_cookie("visits"));

    testing::HTTPClient client(application);
    client.keep_cookies();
    BOOST_TEST(client.fetch("GET", "/").body == "none");
    BOOST_TEST(client.fetch("GET", "/").body == "1");
    BOOST_TEST((client.get_cookie("visits") == "2"));
    BOOST_TEST(!client.get_cookie("other"));
    BOOST_TEST(client.fetch("GET", "/shop").body == "none");
    BOOST_TEST(client.fetch("GET", "/shop/cart").body == "1");
    BOOST_TEST(!client.get_cookie("shopping"));
    BOOST_TEST((client.get_cookie("shopping", "/shop") == "2"));
    BOOST_TEST(client.fetch("GET", "/", {{"Host", "elsewhere:80"}}).body == "none");
    BOOST_TEST(client.fetch("GET", "/", {{"Cookie", "visits=7"}}).body == "7");
    BOOST_TEST((client.get_cookie("visits") == "8"));
}

BOOST_AUTO_TEST_CASE(an_expected_line_of_the_log_is_counted_and_the_others_are_written) {
    CapturedLog written;
    {
        const testing::ExpectLog expected("went wrong");
        log::warning("this went wrong");
        log::warning("that too");
        log::error("it went wrong again");
        BOOST_TEST(expected.matched() == 2u);
    }
    log::warning("went wrong");
    BOOST_TEST(written.text() == "that too\nwent wrong");
}

BOOST_AUTO_TEST_CASE(a_line_may_be_expected_below_the_level_of_the_log) {
    CapturedLog written(log::Level::warning);
    {
        const testing::ExpectLog expected("in detail", log::Level::debug);
        log::debug("told in detail");
        log::debug("something else");
        BOOST_TEST(expected.matched() == 1u);
    }
    BOOST_TEST((log::level() == log::Level::warning));
    BOOST_TEST(written.text() == "");
}

BOOST_AUTO_TEST_SUITE_END()
