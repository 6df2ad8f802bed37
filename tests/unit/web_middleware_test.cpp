#include <boost/test/unit_test.hpp>

#include <chrono>
#include <stdexcept>
#include <string>

#include <cyclone/task.hpp>
#include <cyclone/testing.hpp>
#include <cyclone/web.hpp>
#include <tests/unit/captured_log.hpp>

namespace web_middleware {

using namespace cyclone;
using namespace std::chrono_literals;

namespace {

struct Waits : web::RequestHandler {
    Deferred<> get() {
        co_await task::defer_later(1ms);
        write("handler ");
        if (get_argument("throw", "") == "yes") {
            throw std::runtime_error("deliberate");
        }
    }
};

struct Quick : web::RequestHandler {
    void get() { write("handler "); }
};

bool guarded(web::RequestHandler& handler) {
    handler.write("guard ");
    if (handler.get_argument("stop", "") == "yes") {
        handler.set_status(403);
        handler.finish("stopped");
        return false;
    }
    return true;
}

Deferred<> around(web::RequestHandler& handler, web::Next next) {
    handler.write("before ");
    auto running = next();
    co_await running;
    handler.write("after ");
    handler.set_header("X-After", "yes");
}

Deferred<> catches(web::RequestHandler& handler, web::Next next) {
    std::string caught;
    try {
        auto running = next();
        co_await running;
    } catch (const std::exception& error) {
        caught = error.what();
    }
    handler.write("caught:" + caught);
}

testing::Response fetch(web::Application& application, std::string_view target) {
    testing::HTTPClient client(application);
    return client.fetch("GET", target);
}

struct Quiet {
    CapturedLog log;
};

}  // namespace

}  // namespace web_middleware

BOOST_FIXTURE_TEST_SUITE(web_middleware, Quiet)

BOOST_AUTO_TEST_CASE(middleware_runs_around_the_handler_in_the_order_given) {
    web::Application application({web::url<Waits>("/waits").wrap(around),
                                  web::url<Quick>("/quick").wrap(around).wrap(guarded)},
                                 {.middleware = {guarded}});
    const auto waited = fetch(application, "/waits");
    BOOST_TEST(waited.body == "guard before handler after ");
    BOOST_TEST(waited.header("X-After") == "yes");
    BOOST_TEST(fetch(application, "/quick").body == "guard before guard handler after ");
}

BOOST_AUTO_TEST_CASE(a_guard_that_says_no_has_answered) {
    web::Application application({web::url<Waits>("/").wrap(guarded)});
    const auto response = fetch(application, "/?stop=yes");
    BOOST_TEST(response.status == 403);
    BOOST_TEST(response.body == "guard stopped");
}

BOOST_AUTO_TEST_CASE(middleware_sees_what_the_handler_throws) {
    web::Application application({web::url<Waits>("/").wrap(catches)});
    BOOST_TEST(fetch(application, "/?throw=yes").body == "handler caught:deliberate");
}

BOOST_AUTO_TEST_CASE(what_middleware_lets_pass_is_answered_as_without_it) {
    web::Application application({web::url<Waits>("/").wrap(around)});
    BOOST_TEST(fetch(application, "/?throw=yes").status == 500);
}

BOOST_AUTO_TEST_CASE(middleware_stands_around_nested_routes) {
    web::Application application(
        {web::url("/.*", {web::url<Quick>("/x").wrap(around)}).wrap(guarded)});
    BOOST_TEST(fetch(application, "/x").body == "guard before handler after ");
}

BOOST_AUTO_TEST_CASE(a_method_of_the_base_class_serves_as_a_guard) {
    web::Application application({web::url<Quick>("/x/?").wrap(&web::RequestHandler::removeslash)});
    BOOST_TEST(fetch(application, "/x/").status == 301);
    BOOST_TEST(fetch(application, "/x").body == "handler ");
}

BOOST_AUTO_TEST_SUITE_END()
