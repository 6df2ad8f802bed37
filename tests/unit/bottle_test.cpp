#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <cyclone/bottle.hpp>
#include <cyclone/task.hpp>
#include <cyclone/testing.hpp>
#include <cyclone/web.hpp>

#include "tests/unit/captured_log.hpp"

BOOST_AUTO_TEST_SUITE(bottle_style)

using namespace cyclone;
using namespace std::chrono_literals;
using bottle::detail::fits;
using bottle::detail::PlaceKind;
using bottle::detail::shape_of;

namespace {

struct Fixture {
    CapturedLog log;
    reactor::Reactor reactor;
    bottle::App app;

    /// The status and the body of an answer: "200 hello".
    std::string ask(std::string_view method, std::string_view target, std::string_view body = {}) {
        const web::Application application = app.application();
        testing::HTTPClient client(application);
        httputil::HTTPHeaders headers;
        if (!body.empty()) {
            headers.set("Content-Type", "application/x-www-form-urlencoded");
        }
        const auto response = client.fetch(method, target, headers, body);
        last_type = response.header("Content-Type");
        allow = response.header("Allow");
        return std::to_string(response.status) + " " +
               (response.status == 200 ? response.body : response.reason);
    }
    std::string get(std::string_view target) { return ask("GET", target); }

    std::string last_type;
    std::string allow;
};

std::string plain_function(int a, std::string b) { return std::to_string(a) + b; }

struct ClassHandler : web::RequestHandler {
    void get(std::string rest) { write("class " + rest); }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(functions_answer_with_what_they_return, Fixture) {
    app.get<"/text">([] { return "text"; });
    app.get<"/string">([] { return std::string("string"); });
    app.get<"/json">([] { return boost::json::object{{"a", 1}}; });
    app.get<"/self">([](bottle::Request& request) { request.write("self"); });
    BOOST_TEST(get("/text") == "200 text");
    BOOST_TEST(get("/string") == "200 string");
    BOOST_TEST(get("/json") == R"(200 {"a":1})");
    BOOST_TEST(last_type.starts_with("application/json"));
    BOOST_TEST(get("/self") == "200 self");
    BOOST_TEST(get("/none") == "404 Not Found");
}

BOOST_FIXTURE_TEST_CASE(functions_may_answer_later, Fixture) {
    std::string captured = "later ";
    app.get<"/text/<name>">([captured](std::string name) -> Deferred<std::string> {
        auto pause = task::defer_later(1ms);
        co_await pause;
        co_return captured + name;
    });
    app.get<"/json">([](bottle::Request& request) -> Deferred<boost::json::object> {
        auto pause = task::defer_later(1ms);
        co_await pause;
        request.set_status(201);
        co_return boost::json::object{};
    });
    app.get<"/self">([](bottle::Request& request) -> Deferred<> {
        auto pause = task::defer_later(1ms);
        co_await pause;
        request.write("self");
    });
    app.get<"/fails">([]() -> Deferred<std::string> {
        auto pause = task::defer_later(1ms);
        co_await pause;
        throw web::HTTPError(418);
    });
    app.get<"/asio">([]() -> boost::asio::awaitable<std::string> { co_return "asio"; });
    BOOST_TEST(get("/text/x") == "200 later x");
    BOOST_TEST(get("/json") == "201 Created");
    BOOST_TEST(get("/self") == "200 self");
    BOOST_TEST(get("/fails").starts_with("418 "));
    BOOST_TEST(get("/asio") == "200 asio");
}

BOOST_FIXTURE_TEST_CASE(places_become_parameters, Fixture) {
    app.get<"/user/<int>">([](bottle::Request&, std::int16_t id) { return std::to_string(id); });
    app.get<"/at/<lat:float>/<lon:float>">(
        [](double lat, double lon) { return std::to_string(static_cast<int>(lat * lon)); });
    app.get<"/hello/<name>">([](std::string_view name) { return "hello " + std::string(name); });
    app.get<"/file/<path>">([](std::string path) { return path; });
    app.get<"/both/<int>/<rest>">(plain_function);
    BOOST_TEST(get("/user/-7") == "200 -7");
    BOOST_TEST(get("/user/x") == "404 Not Found");
    BOOST_TEST(get("/user/40000") == "404 Not Found");
    BOOST_TEST(get("/at/1.5/-4") == "200 -6");
    BOOST_TEST(get("/hello/J%C3%A9r%C3%B4me%2F") == "200 hello J\xc3\xa9r\xc3\xb4me/");
    BOOST_TEST(get("/hello/a/b") == "404 Not Found");
    BOOST_TEST(get("/file/a/b/c.txt") == "200 a/b/c.txt");
    BOOST_TEST(get("/both/1/x") == "200 1x");
}

BOOST_FIXTURE_TEST_CASE(what_stands_around_the_places_is_taken_literally, Fixture) {
    app.get<"/a.b+c/(<int>)">([](int n) { return std::to_string(n); });
    BOOST_TEST(get("/a.b+c/(5)") == "200 5");
    BOOST_TEST(get("/aXb+c/(5)") == "404 Not Found");
}

BOOST_FIXTURE_TEST_CASE(a_pattern_has_a_function_for_each_method, Fixture) {
    app.get<"/item/<int>">([](int n) { return "get " + std::to_string(n); });
    app.put<"/item/<id:int>">([](bottle::Request& request, long n) {
        return "put " + std::to_string(n) + request.get_argument("v");
    });
    app.route<"/any">([](bottle::Request& request) { return std::string(request.request.method); },
                      {web::Method::post, web::Method::del});
    BOOST_TEST(get("/item/1") == "200 get 1");
    BOOST_TEST(ask("PUT", "/item/2", "v=x") == "200 put 2x");
    BOOST_TEST(ask("POST", "/any", "a=b") == "200 POST");
    BOOST_TEST(ask("DELETE", "/any") == "200 DELETE");
    BOOST_TEST(ask("HEAD", "/item/1") == "200 ");
    BOOST_TEST(ask("DELETE", "/item/1") == "405 Method Not Allowed");
    BOOST_TEST(allow.find("GET") != allow.npos);
    BOOST_TEST(allow.find("PUT") != allow.npos);
    BOOST_TEST(get("/any") == "405 Method Not Allowed");
    BOOST_CHECK_EXCEPTION(
        app.get<"/item/<n:int>">([](int) {}), std::invalid_argument, [](const auto& error) {
            return error.what() == std::string(
                                       "bottle: GET /item/<int> has two functions: "
                                       "the second would never be called");
        });
}

BOOST_FIXTURE_TEST_CASE(a_function_may_answer_all_methods_that_have_none, Fixture) {
    app.get<"/item/<int>">([](int n) { return "get " + std::to_string(n); });
    app.any<"/item/<int>">([](bottle::Request& request, int n) {
        return std::string(request.request.method) + " " + std::to_string(n);
    });
    app.any<"/alone">([](bottle::Request& request) { return std::string(request.request.method); });
    BOOST_TEST(get("/item/1") == "200 get 1");
    BOOST_TEST(ask("DELETE", "/item/2") == "200 DELETE 2");
    BOOST_TEST(ask("OPTIONS", "/item/3") == "200 OPTIONS 3");
    BOOST_TEST(get("/alone") == "200 GET");
    BOOST_TEST(ask("PATCH", "/alone") == "200 PATCH");
    BOOST_TEST(ask("HEAD", "/alone") == "200 ");
    BOOST_CHECK_EXCEPTION(
        app.any<"/alone">([] { return ""; }), std::invalid_argument, [](const auto& error) {
            return error.what() == std::string(
                                       "bottle: /alone has two functions for any method: "
                                       "the second would never be called");
        });
}

BOOST_FIXTURE_TEST_CASE(functions_and_classes_go_together, Fixture) {
    app.add(web::url<ClassHandler>("/class/(.*)"));
    app.get<"/function">([](bottle::Request& request) { request.redirect("/class/x"); });
    BOOST_TEST(get("/class/x") == "200 class x");
    BOOST_TEST(get("/function") == "302 Found");

    const web::Application application({
        bottle::route<"/f/<int>">([](int n) { return std::to_string(n + 1); }),
        web::url<ClassHandler>("/(.*)"),
    });
    testing::HTTPClient client(application);
    BOOST_TEST(client.fetch("GET", "/f/1").body == "2");
    BOOST_TEST(client.fetch("GET", "/f/x").body == "class f/x");
}

BOOST_AUTO_TEST_CASE(patterns_are_checked_while_they_are_compiled) {
    static_assert(shape_of("/a/<int>/<name>/<x:float>/<p:path>").count == 4);
    static_assert(shape_of("/<int>").places[0] == PlaceKind::whole_number);
    static_assert(shape_of("/<x:float>").places[0] == PlaceKind::number);
    static_assert(shape_of("/<path>").places[0] == PlaceKind::path);
    static_assert(shape_of("/<integer>").places[0] == PlaceKind::text);
    static_assert(!shape_of("a").begins_with_slash);
    static_assert(shape_of("/").brackets_match);
    for (const char* const bad : {"/<", "/>", "/<a", "/a>", "/<>", "/<<a>>", "/<a><",
                                  "/<a><a><a><a><a><a><a><a><a><a><a><a><a>"}) {
        BOOST_TEST(!shape_of(bad).brackets_match, bad);
    }
    static_assert(fits<int>(PlaceKind::whole_number) && fits<const long&>(PlaceKind::whole_number));
    static_assert(!fits<bool>(PlaceKind::whole_number) && !fits<double>(PlaceKind::whole_number));
    static_assert(!fits<std::string>(PlaceKind::whole_number));
    static_assert(fits<double>(PlaceKind::number) && !fits<int>(PlaceKind::number));
    static_assert(fits<std::string>(PlaceKind::text) && fits<std::string_view>(PlaceKind::path));
    static_assert(!fits<int>(PlaceKind::text));
}

BOOST_AUTO_TEST_SUITE_END()
