#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

#include <boost/json/object.hpp>

#include <cyclone/testing.hpp>
#include <cyclone/web.hpp>
#include <tests/unit/captured_log.hpp>

BOOST_AUTO_TEST_SUITE(web_request_handler)

using namespace cyclone;

namespace {

std::string joined(const std::vector<std::string>& texts) {
    std::string text;
    for (const std::string& one : texts) {
        text += one + "|";
    }
    return text;
}

struct Arguments : web::RequestHandler {
    void get() {
        write({{"one", get_argument("one")},
               {"all", joined(get_arguments("one"))},
               {"raw", get_argument("one", web::Strip::no)},
               {"default", get_argument("two", "fallback")},
               {"none", get_argument("two", std::nullopt).value_or("nothing")},
               {"query", joined(get_query_arguments("one"))},
               {"body", joined(get_body_arguments("one"))}});
    }
    void post() { get(); }
};

struct Typed : web::RequestHandler {
    void get() {
        write({{"n", get_argument<int>("n")},
               {"f", get_argument<double>("f", 0.5)},
               {"b", get_argument<bool>("b", std::nullopt).value_or(true)}});
    }
};

struct Groups : web::RequestHandler {
    void get(int id, std::string name, std::optional<unsigned> page) {
        write(std::to_string(id) + " " + name + " " +
              (page ? std::to_string(*page) : std::string("none")));
    }
};

struct AllMethods : web::RequestHandler {
    void get() { write("get"); }
    void head() { set_header("X-Head", "yes"); }
    void post() { write("post"); }
    void del() { write("delete"); }
    void patch() { write("patch"); }
    void put() { write("put"); }
    void options() { write("options"); }
};

/// What the class has no method for.
struct AnyMethod : web::RequestHandler {
    void get(int) { write("a get of its own"); }
    Deferred<> any(int id) {
        write(std::string(request.method) + " " + std::to_string(id));
        co_return;
    }
};

struct AsksWho : web::RequestHandler {
    void get() {
        throw web::HTTPAuthenticationRequired("no password", "Digest", "The \"vault\"",
                                              {{"nonce", "a\\b"}});
    }
    void post() { throw web::HTTPAuthenticationRequired(); }
};

struct OnlyPost : web::RequestHandler {
    void post() { write("posted"); }
};

struct Hello : web::RequestHandler {
    void get() {
        set_header("X-Number", 42);
        add_header("X-Two", "1");
        add_header("X-Two", "2");
        set_header("X-Gone", "x");
        clear_header("X-Gone");
        write("Hello");
    }
};

struct Throws : web::RequestHandler {
    void get() {
        const std::string kind = get_argument("kind");
        if (kind == "http") {
            throw web::HTTPError(418, "for the log", "Short and Stout", {{"X-Pot", "tea"}});
        }
        if (kind == "finish") {
            write("so far ");
            throw web::Finish("and no further");
        }
        if (kind == "late") {
            write("partial");
            flush().detach();
        }
        if (kind == "header") {
            set_header("X-Bad", "a\r\nSet-Cookie: x=y");
        }
        write("is dropped");
        throw std::runtime_error("deliberate <secret>");
    }
};

struct OwnErrors : Throws {
    void set_default_headers() override { set_header("X-Always", "yes"); }
    void write_error(unsigned status, const std::exception_ptr& error) override {
        finish({{"status", status}, {"exception", error != nullptr}});
    }
};

struct Statuses : web::RequestHandler {
    void get(unsigned code) { set_status(code, get_argument("reason", "")); }
    void post(unsigned code) {
        set_status(code);
        write("body");
    }
};

struct Redirects : web::RequestHandler {
    void get() { redirect(get_argument("to"), get_argument<bool>("permanent", false)); }
    void post() { redirect("/x", false, 307); }
};

struct Json : web::RequestHandler {
    void get() { write({{"message", "Hello, World!"}}); }
    void post() { write(boost::json::value{{"a", 1}}); }
    void put() { write(boost::json::value(1)); }
};

struct Form : web::RequestHandler {
    void post() {
        for (const auto& [field, list] : files()) {
            for (const auto& file : list) {
                write(field + "=" + file.filename + ":" + file.body + ";");
            }
        }
        write(get_body_argument("text", "-"));
    }
};

web::Application& application() {
    static web::Application app({
        web::url<Arguments>("/argument"),
        web::url<Typed>("/typed"),
        web::url<Groups>(R"(/groups/([^/]+)/([^/]+)(?:/(\w+))?)"),
        web::url<AllMethods>("/all"),
        web::url<AnyMethod>("/anything/(.*)"),
        web::url<AsksWho>("/who"),
        web::url<OnlyPost>("/only_post"),
        web::url<Hello>("/hello"),
        web::url<Throws>("/throws"),
        web::url<OwnErrors>("/own_errors"),
        web::url<Statuses>(R"(/status/(\d+))"),
        web::url<Redirects>("/redirect"),
        web::url<Json>("/json"),
        web::url<Form>("/form"),
    });
    return app;
}

testing::Response fetch(std::string_view method, std::string_view target,
                        const httputil::HTTPHeaders& headers = {}, std::string_view body = {}) {
    testing::HTTPClient client(application());
    return client.fetch(method, target, headers, body);
}

const httputil::HTTPHeaders form{{"Content-Type", "application/x-www-form-urlencoded"}};

}  // namespace

BOOST_AUTO_TEST_CASE(arguments_come_from_the_query_and_the_body_and_the_last_one_counts) {
    CapturedLog log;
    const auto response = fetch("POST", "/argument?one=q1&one=%20q2%20", form, "one=b1&one=b+2");
    BOOST_TEST(
        response.body ==
        R"({"one":"b 2","all":"q1|q2|b1|b 2|","raw":"b 2","default":"fallback","none":"nothing",)"
        R"("query":"q1|q2|","body":"b1|b 2|"})");
    BOOST_TEST(fetch("GET", "/argument?one=%20x%C2%A0").body ==
               "{\"one\":\"x\",\"all\":\"x|\",\"raw\":\" x\xC2\xA0\",\"default\":\"fallback\","
               "\"none\":\"nothing\",\"query\":\"x|\",\"body\":\"\"}");
}

BOOST_AUTO_TEST_CASE(control_characters_in_an_argument_become_spaces) {
    CapturedLog log;
    BOOST_TEST(fetch("GET", "/argument?one=a%00b%1fc").body.starts_with(R"({"one":"a b c")"));
}

BOOST_AUTO_TEST_CASE(a_missing_argument_is_a_400_whose_reason_stands_in_the_log) {
    CapturedLog log;
    BOOST_TEST(fetch("GET", "/argument").status == 400);
    BOOST_TEST(log.count("400 GET /argument (127.0.0.1): Missing argument one") == 1);
}

BOOST_AUTO_TEST_CASE(an_argument_that_is_no_utf8_is_a_400) {
    CapturedLog log;
    BOOST_TEST(fetch("GET", "/argument?one=%ff").status == 400);
    BOOST_TEST(log.count("400 GET /argument?one=%ff (127.0.0.1): Invalid unicode in one") == 1);
    BOOST_TEST(fetch("GET", "/groups/1/%ff").status == 400);
}

BOOST_AUTO_TEST_CASE(a_type_says_which_numbers_it_takes) {
    static_assert(web::FromText<std::int8_t>::rule == "a whole number from -128 to 127");
    static_assert(web::FromText<std::uint64_t>::rule ==
                  "a whole number from 0 to 18446744073709551615");
    BOOST_TEST(web::FromText<std::uint8_t>::parse("255").value() == 255);
    BOOST_TEST(!web::FromText<std::uint8_t>::parse("256"));
    BOOST_TEST(!web::FromText<std::uint8_t>::parse("-1"));
}

BOOST_AUTO_TEST_CASE(typed_arguments_are_converted_or_a_400_that_names_them) {
    CapturedLog log;
    BOOST_TEST(fetch("GET", "/typed?n=-3").body == R"({"n":-3,"f":0.5,"b":true})");
    BOOST_TEST(fetch("GET", "/typed?n=7&f=1e2&b=false").body == R"({"n":7,"f":100.0,"b":false})");
    BOOST_TEST(fetch("GET", "/typed").status == 400);
    BOOST_TEST(fetch("GET", "/typed?n=1x").status == 400);
    BOOST_TEST(
        log.count(
            "400 GET /typed?n=1x (127.0.0.1): Invalid argument n=1x: expected a whole number from "
            "-2147483648 to 2147483647") == 1);
}

BOOST_AUTO_TEST_CASE(groups_of_the_path_are_converted_to_the_methods_parameters) {
    CapturedLog log;
    BOOST_TEST(fetch("GET", "/groups/12/a%20b/3").body == "12 a b 3");
    BOOST_TEST(fetch("GET", "/groups/12/ann").body == "12 ann none");
    BOOST_TEST(fetch("GET", "/groups/x/ann").status == 404);
    BOOST_TEST(fetch("GET", "/groups/99999999999/ann").status == 404);
    BOOST_TEST(fetch("GET", "/groups/1/ann/x").status == 404);
}

BOOST_AUTO_TEST_CASE(each_method_is_called) {
    CapturedLog log;
    BOOST_TEST(fetch("GET", "/all").body == "get");
    BOOST_TEST(fetch("POST", "/all").body == "post");
    BOOST_TEST(fetch("DELETE", "/all").body == "delete");
    BOOST_TEST(fetch("PATCH", "/all").body == "patch");
    BOOST_TEST(fetch("PUT", "/all").body == "put");
    BOOST_TEST(fetch("OPTIONS", "/all").body == "options");
    BOOST_TEST(fetch("HEAD", "/all").header("X-Head") == "yes");
    BOOST_TEST(fetch("BREW", "/all").status == 501);
}

BOOST_AUTO_TEST_CASE(a_method_that_is_not_there_is_a_405_with_those_that_are) {
    CapturedLog log;
    const auto refused = fetch("GET", "/only_post");
    BOOST_TEST(refused.status == 405);
    BOOST_TEST(refused.header("Allow") == "POST");
    BOOST_TEST(fetch("POST", "/hello").header("Allow") == "GET, HEAD");
    BOOST_TEST(fetch("OPTIONS", "/hello").status == 405);
    BOOST_TEST(fetch("HEAD", "/only_post").status == 405);
}

BOOST_AUTO_TEST_CASE(any_answers_the_methods_that_the_class_does_not_have) {
    CapturedLog log;
    BOOST_TEST(fetch("GET", "/anything/1").body == "a get of its own");
    for (const std::string method : {"POST", "DELETE", "PATCH", "PUT", "OPTIONS"}) {
        BOOST_TEST(fetch(method, "/anything/7").body == method + " 7");
    }
    // HEAD is answered where GET is, and a group that does not fit is a 404 here, too.
    BOOST_TEST(fetch("HEAD", "/anything/1").header("Content-Length") == "16");
    BOOST_TEST(fetch("PUT", "/anything/x").status == 404u);
    BOOST_CHECK_EXCEPTION(web::Application({web::url<AnyMethod>("/")}), std::invalid_argument,
                          [](const std::invalid_argument& error) {
                              return error.what() ==
                                     std::string(
                                         "cyclone: AnyMethod: the pattern / has 0 groups, "
                                         "but get() takes 1 parameter");
                          });
}

BOOST_AUTO_TEST_CASE(head_is_answered_where_get_is_with_the_same_headers) {
    CapturedLog log;
    const auto get = fetch("GET", "/hello");
    const auto head = fetch("HEAD", "/hello");
    BOOST_TEST(head.status == 200);
    BOOST_TEST(head.body.empty());
    for (const auto& field : get.headers) {
        BOOST_TEST(head.header(field.name) == get.header(field.name));
    }
    BOOST_TEST(head.header("Content-Length") == "5");
}

BOOST_AUTO_TEST_CASE(headers_are_set_added_and_cleared) {
    CapturedLog log;
    const auto response = fetch("GET", "/hello");
    BOOST_TEST(response.header("Content-Type") == "text/html; charset=UTF-8");
    BOOST_TEST(response.header("X-Number") == "42");
    BOOST_TEST(response.headers.get("X-Two").value() == "1,2");
    BOOST_TEST(!response.headers.contains("X-Gone"));
}

BOOST_AUTO_TEST_CASE(json_has_its_content_type_and_only_objects_are_written) {
    CapturedLog log;
    const auto response = fetch("GET", "/json");
    BOOST_TEST(response.header("Content-Type") == "application/json; charset=UTF-8");
    BOOST_TEST(response.body == R"({"message":"Hello, World!"})");
    BOOST_TEST(fetch("POST", "/json").body == R"({"a":1})");
    BOOST_TEST(fetch("PUT", "/json").status == 500);
}

BOOST_AUTO_TEST_CASE(an_exception_is_a_500_that_tells_the_client_nothing_and_the_log_everything) {
    CapturedLog log;
    const auto response = fetch("GET", "/throws?kind=any");
    BOOST_TEST(response.status == 500);
    BOOST_TEST(response.body ==
               "<html><title>500: Internal Server Error</title><body>500: Internal "
               "Server Error</body></html>");
    BOOST_TEST(log.count("Uncaught exception GET /throws?kind=any (127.0.0.1)\nruntime_error: "
                         "deliberate <secret>") == 1);
}

BOOST_AUTO_TEST_CASE(an_http_error_sets_status_reason_and_headers) {
    CapturedLog log;
    const auto response = fetch("GET", "/throws?kind=http");
    BOOST_TEST(response.status == 418);
    BOOST_TEST(response.reason == "Short and Stout");
    BOOST_TEST(response.header("X-Pot") == "tea");
    BOOST_TEST(response.body.find("for the log") == std::string::npos);
    BOOST_TEST(log.count("418 GET /throws?kind=http (127.0.0.1): for the log") == 1);
}

BOOST_AUTO_TEST_CASE(a_401_says_for_what_a_password_is_wanted) {
    CapturedLog log;
    const auto asked = fetch("GET", "/who");
    BOOST_TEST(asked.status == 401u);
    BOOST_TEST(asked.header("WWW-Authenticate") == R"(Digest realm="The \"vault\"", nonce="a\\b")");
    BOOST_TEST(fetch("POST", "/who").header("WWW-Authenticate") ==
               R"(Basic realm="Restricted Access")");
    BOOST_CHECK_THROW(web::HTTPAuthenticationRequired("", "Basic", "a\r\nb"),
                      std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(finish_thrown_ends_the_response_as_it_stands) {
    CapturedLog log;
    BOOST_TEST(fetch("GET", "/throws?kind=finish").body == "so far and no further");
}

BOOST_AUTO_TEST_CASE(an_error_after_the_head_has_left_cuts_the_connection) {
    CapturedLog log;
    testing::HTTPClient client(application());
    BOOST_CHECK_THROW(client.fetch("GET", "/throws?kind=late"), std::runtime_error);
    BOOST_TEST(client.connection().closed());
    BOOST_TEST(
        log.count("GET /throws?kind=late (127.0.0.1) failed after its headers had been sent; the "
                  "connection is cut") == 1);
}

BOOST_AUTO_TEST_CASE(a_header_with_a_line_break_is_refused_not_sent) {
    CapturedLog log;
    const auto response = fetch("GET", "/throws?kind=header");
    BOOST_TEST(response.status == 500);
    BOOST_TEST(!response.headers.contains("Set-Cookie"));
}

BOOST_AUTO_TEST_CASE(error_pages_can_be_written_by_the_handler) {
    CapturedLog log;
    const auto response = fetch("GET", "/own_errors?kind=any");
    BOOST_TEST(response.status == 500);
    BOOST_TEST(response.body == R"({"status":500,"exception":true})");
    BOOST_TEST(response.header("X-Always") == "yes");
    BOOST_TEST(fetch("PUT", "/own_errors").header("X-Always") == "yes");
}

BOOST_AUTO_TEST_CASE(a_status_without_a_body_has_none_of_its_headers) {
    CapturedLog log;
    const auto response = fetch("GET", "/status/204");
    BOOST_TEST(response.status == 204);
    BOOST_TEST(!response.headers.contains("Content-Type"));
    BOOST_TEST(!response.headers.contains("Content-Length"));
    BOOST_TEST(fetch("POST", "/status/204").status == 500);
    BOOST_TEST(fetch("GET", "/status/100").status == 500);
    BOOST_TEST(fetch("GET", "/status/42").status == 500);
    BOOST_TEST(fetch("GET", "/status/299?reason=Odd").reason == "Odd");
    BOOST_TEST(fetch("GET", "/status/299?reason=%3Cb%3E").reason == "Unknown");
}

BOOST_AUTO_TEST_CASE(redirections_are_302_301_or_what_is_asked_for) {
    CapturedLog log;
    const auto response = fetch("GET", "/redirect?to=/there");
    BOOST_TEST(response.status == 302);
    BOOST_TEST(response.header("Location") == "/there");
    BOOST_TEST(fetch("GET", "/redirect?to=/there&permanent=1").status == 301);
    BOOST_TEST(fetch("POST", "/redirect").status == 307);
    BOOST_TEST(fetch("GET", "/redirect?to=/a%0d%0aX:y").status == 500);
}

BOOST_AUTO_TEST_CASE(an_etag_makes_a_304_of_what_the_client_has) {
    CapturedLog log;
    const auto first = fetch("GET", "/hello");
    const std::string etag = first.header("Etag");
    BOOST_TEST(etag == "\"f7ff9e8b7bb2e09b70935a5d785e0cc5d9d0abf0\"");
    const auto second = fetch("GET", "/hello", {{"If-None-Match", "\"x\", W/" + etag}});
    BOOST_TEST(second.status == 304);
    BOOST_TEST(second.body.empty());
    BOOST_TEST(second.header("Etag") == etag);
    BOOST_TEST(!second.headers.contains("Content-Type"));
    BOOST_TEST(fetch("GET", "/hello", {{"If-None-Match", "\"other\""}}).status == 200);
    BOOST_TEST(fetch("GET", "/hello", {{"If-None-Match", "*"}}).status == 304);
    BOOST_TEST(!fetch("POST", "/all").headers.contains("Etag"));
}

BOOST_AUTO_TEST_CASE(a_form_with_files_is_taken_apart) {
    CapturedLog log;
    const auto response =
        fetch("POST", "/form", {{"Content-Type", "multipart/form-data; boundary=B"}},
              "--B\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nhello\r\n"
              "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n\r\n"
              "content\r\n--B--\r\n");
    BOOST_TEST(response.body == "f=a.txt:content;hello");
    BOOST_TEST(
        fetch("POST", "/form", {{"Content-Type", "multipart/form-data; boundary=B"}}, "broken")
            .status == 400);
}

BOOST_AUTO_TEST_CASE(requests_are_logged_as_tornado_logs_them) {
    CapturedLog log;
    fetch("GET", "/hello?x=1");
    const std::string text = log.text();
    BOOST_TEST(text.starts_with("200 GET /hello?x=1 (127.0.0.1) "));
    BOOST_TEST(text.ends_with("ms"));
}

BOOST_AUTO_TEST_CASE(a_handler_cannot_be_made_without_a_request) {
    BOOST_CHECK_THROW(Hello(), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()
