#include <boost/test/unit_test.hpp>

#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <cyclone/testing.hpp>
#include <cyclone/web.hpp>
#include <tests/unit/captured_log.hpp>

BOOST_AUTO_TEST_SUITE(web_application)

using namespace cyclone;

namespace controllers {

struct Named : web::RequestHandler {
    void initialize(std::string name) { name_ = std::move(name); }
    void get() { write(name_); }
    std::string name_;
};

struct UserController : web::RequestHandler {
    void get(int id) { write(std::to_string(id)); }
};

}  // namespace controllers

namespace {

using controllers::Named;
using controllers::UserController;

struct Items : web::RequestHandler {
    void get(std::optional<int> id) { write(id ? std::to_string(*id) : "all"); }
};

struct Counting : web::RequestHandler {
    void initialize(int& counter) { ++counter; }
    void get() {}
};

struct Options {
    std::string text;
    int number = 7;
};
struct Configured : web::RequestHandler {
    void initialize(const Options& options) { options_ = options; }
    void get() { write(options_.text + std::to_string(options_.number)); }
    Options options_;
};

struct Reverses : web::RequestHandler {
    void get() { write(reverse_url("user", 42) + " " + reverse_url("named")); }
};

std::string body(web::Application& application, std::string_view target,
                 const httputil::HTTPHeaders& headers = {}) {
    testing::HTTPClient client(application);
    const auto response = client.fetch("GET", target, headers);
    return response.status == 200 ? response.body : std::to_string(response.status);
}

std::string refusal(std::vector<web::Route> routes) {
    try {
        web::Application application(std::move(routes));
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "not refused";
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_first_route_that_fits_answers) {
    CapturedLog log;
    web::Application application({
        web::url<Named>("/a", "first"),
        web::url<Named>("/[ab]", "second"),
        web::url<Named>("/.*", "third"),
    });
    BOOST_TEST(body(application, "/a") == "first");
    BOOST_TEST(body(application, "/b") == "second");
    BOOST_TEST(body(application, "/c") == "third");
}

BOOST_AUTO_TEST_CASE(an_application_without_routes_answers_404) {
    CapturedLog log;
    web::Application application;
    BOOST_TEST(body(application, "/") == "404");
}

BOOST_AUTO_TEST_CASE(groups_that_do_not_fit_the_method_are_refused_when_the_application_is_built) {
    BOOST_TEST(
        refusal({web::url<UserController>(R"(/user/(\d+)/(\w+))")}) ==
        R"(cyclone: UserController: the pattern /user/(\d+)/(\w+) has 2 groups, but get() takes 1 parameter)");
    BOOST_TEST(
        refusal({web::url<UserController>("/user")}) ==
        "cyclone: UserController: the pattern /user has 0 groups, but get() takes 1 parameter");
    BOOST_TEST(
        refusal({web::url<Items>("/(.)(.)")}) ==
        "cyclone: Items: the pattern /(.)(.) has 2 groups, but get() takes 0 to 1 parameter");
    BOOST_TEST(refusal({web::url<Items>("/(")})
                   .starts_with("cyclone: Items: the pattern /(: a ) is missing"));
    BOOST_TEST(refusal({web::url("/x.*", {web::url<UserController>("/x")})})
                   .starts_with("cyclone: UserController"));
}

BOOST_AUTO_TEST_CASE(a_parameter_that_may_be_absent_needs_no_group) {
    CapturedLog log;
    web::Application application({web::url<Items>("/items"), web::url<Items>(R"(/items/(\d+))")});
    BOOST_TEST(body(application, "/items") == "all");
    BOOST_TEST(body(application, "/items/7") == "7");
}

BOOST_AUTO_TEST_CASE(arguments_behind_the_pattern_go_to_initialize) {
    CapturedLog log;
    int counter = 0;
    web::Application application({
        web::url<Counting>("/count", std::ref(counter)),
        web::url<Configured>("/configured", {.text = "x", .number = 8}),
        web::url<Configured>("/default", {.text = "y"}),
    });
    body(application, "/count");
    body(application, "/count");
    BOOST_TEST(counter == 2);
    BOOST_TEST(body(application, "/configured") == "x8");
    BOOST_TEST(body(application, "/default") == "y7");
}

BOOST_AUTO_TEST_CASE(routes_for_a_host_come_first) {
    CapturedLog log;
    web::Application application({web::url<Named>("/", "any"), web::url<Named>("/other", "other")});
    application.add_handlers(R"((www\.)?example\.org)", {web::url<Named>("/", "example")});
    BOOST_TEST(body(application, "/", {{"Host", "www.EXAMPLE.org:8080"}}) == "example");
    BOOST_TEST(body(application, "/", {{"Host", "example.org"}}) == "example");
    BOOST_TEST(body(application, "/", {{"Host", "xexample.org"}}) == "any");
    BOOST_TEST(body(application, "/other", {{"Host", "example.org"}}) == "other");
}

BOOST_AUTO_TEST_CASE(the_default_host_stands_in_for_hosts_that_nobody_knows) {
    CapturedLog log;
    web::Application application({web::url<Named>("/all", "all")},
                                 {.default_host = "www.example.org"});
    application.add_handlers(R"(www\.example\.org)",
                             {web::url<Named>("/", "example"), web::url<Named>("/all", "its own")});
    application.add_handlers(R"(other\.example\.org)", {web::url<Named>("/other", "other")});
    BOOST_TEST(body(application, "/", {{"Host", "10.0.0.1"}}) == "example");
    BOOST_TEST(body(application, "/", {{"Host", "other.example.org"}}) == "example");
    BOOST_TEST(body(application, "/all", {{"Host", "10.0.0.1"}}) == "all");
    BOOST_TEST(body(application, "/all", {{"Host", "www.example.org"}}) == "its own");
    BOOST_TEST(body(application, "/other", {{"Host", "10.0.0.1"}}) == "404");
}

BOOST_AUTO_TEST_CASE(an_application_that_is_served_does_not_change) {
    web::Application application;
    const auto service = application.service();
    BOOST_CHECK_THROW(application.add_handlers("x", {}), std::logic_error);
    BOOST_CHECK_THROW(application.add_transform({}), std::logic_error);
}

BOOST_AUTO_TEST_CASE(routes_may_have_routes_of_their_own) {
    CapturedLog log;
    web::Application application({
        web::url("/api/.*", {web::url<Named>("/api/x", "x"), web::url<Named>("/api/y", "y")}),
        web::url<Named>("/api/z", "z"),
    });
    BOOST_TEST(body(application, "/api/x") == "x");
    BOOST_TEST(body(application, "/api/y") == "y");
    BOOST_TEST(body(application, "/api/z") == "z");
    BOOST_TEST(body(application, "/api/") == "404");
}

BOOST_AUTO_TEST_CASE(named_routes_give_their_paths) {
    CapturedLog log;
    web::Application application({
        web::url<UserController>(R"(/user/(\d+))").named("user"),
        web::url("/n.*", {web::url<Named>("/n/amed", "x").named("named")}),
        web::url<Reverses>("/reverses"),
    });
    BOOST_TEST(application.reverse_url("user", "a/b c") == "/user/a/b%20c");
    BOOST_TEST(body(application, "/reverses") == "/user/42 /n/amed");
    BOOST_CHECK_THROW(application.reverse_url("nobody"), std::invalid_argument);
    BOOST_CHECK_THROW(application.reverse_url("user"), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(what_no_route_fits_goes_to_the_default_handler) {
    CapturedLog log;
    web::Application application({}, {.default_handler_class = web::handler<Named>("default")});
    BOOST_TEST(body(application, "/nowhere") == "default");
}

BOOST_AUTO_TEST_CASE(a_redirect_handler_puts_the_groups_into_its_url) {
    CapturedLog log;
    web::Application application({
        web::url<web::RedirectHandler>("/moved/(.*)/(.*)", "/{1}/{0}?x={{1}}"),
        web::url<web::RedirectHandler>("/temporary", "/t", false),
    });
    testing::HTTPClient client(application);
    const auto moved = client.fetch("GET", "/moved/a/b%20c?q=1");
    BOOST_TEST(moved.status == 301);
    BOOST_TEST(moved.header("Location") == "/b c/a?x=%7B1%7D&q=1");
    BOOST_TEST(client.fetch("GET", "/temporary").status == 302);
    BOOST_TEST(client.fetch("GET", "/moved/a/b%0d%0aSet-Cookie:x").status == 400);
}

BOOST_AUTO_TEST_CASE(an_error_handler_answers_everything_with_its_status) {
    CapturedLog log;
    web::Application application({web::url<web::ErrorHandler>("/.*", 410U)},
                                 {.xsrf_cookies = true});
    testing::HTTPClient client(application);
    BOOST_TEST(client.fetch("GET", "/").status == 410);
    BOOST_TEST(client.fetch("POST", "/").status == 410);
}

BOOST_AUTO_TEST_CASE(a_fallback_answers_through_the_exchange) {
    CapturedLog log;
    web::Application application(
        {web::url<web::FallbackHandler>("/old/.*", [](http::ExchangePtr exchange) {
            exchange->response.headers.set("Content-Type", "text/plain");
            exchange->response.body = "old " + std::string(exchange->request.path);
            exchange->finish();
        })});
    testing::HTTPClient client(application);
    const auto response = client.fetch("POST", "/old/x");
    BOOST_TEST(response.body == "old /old/x");
    BOOST_TEST(response.header("Content-Type") == "text/plain");
}

BOOST_AUTO_TEST_CASE(a_log_function_replaces_the_access_log) {
    CapturedLog log;
    std::string logged;
    web::Application application(
        {web::url<Named>("/", "x")}, {.log_function = [&logged](web::RequestHandler& handler) {
            logged = std::to_string(handler.get_status()) + handler.request_summary();
        }});
    body(application, "/");
    BOOST_TEST(logged == "200GET / (127.0.0.1)");
    BOOST_TEST(log.text().empty());
}

BOOST_AUTO_TEST_CASE(debug_shows_what_went_wrong) {
    CapturedLog log;
    struct Throws : web::RequestHandler {
        void get() { throw std::runtime_error("deliberate"); }
    };
    web::Application application({web::url<Throws>("/")}, {.debug = true});
    testing::HTTPClient client(application);
    const auto response = client.fetch("GET", "/");
    BOOST_TEST(response.status == 500);
    BOOST_TEST(response.body == "runtime_error: deliberate\n");
    BOOST_TEST(response.header("Content-Type") == "text/plain; charset=UTF-8");
}

BOOST_AUTO_TEST_CASE(a_handler_outlives_its_application_and_its_server) {
    CapturedLog log;
    static std::optional<Promise<>> gate;
    struct Waits : web::RequestHandler {
        void initialize(std::string text) { text_ = std::move(text); }
        Deferred<> get() {
            gate.emplace();
            auto opening = gate->get_deferred();
            co_await opening;
            write(reverse_url("waits") + text_ + settings().login_url);
        }
        std::string text_;
    };
    {
        web::Application application({web::url<Waits>("/w", "x").named("waits")},
                                     {.login_url = "/l"});
        testing::HTTPClient client(application);
        client.connection().send("GET /w HTTP/1.1\r\nHost: h\r\n\r\n");
    }
    gate->callback();
    BOOST_TEST(log.text().starts_with("200 GET /w"));
}

BOOST_AUTO_TEST_CASE(a_hundred_routes_find_theirs) {
    CapturedLog log;
    std::vector<web::Route> routes;
    for (int i = 0; i < 100; ++i) {
        routes.push_back(web::url<UserController>("/r" + std::to_string(i) + R"(/(\d+))"));
    }
    web::Application application(std::move(routes));
    BOOST_TEST(body(application, "/r0/5") == "5");
    BOOST_TEST(body(application, "/r99/6") == "6");
    BOOST_TEST(body(application, "/r100/6") == "404");
}

BOOST_AUTO_TEST_SUITE_END()
