#include <boost/test/unit_test.hpp>

#include <string>

#include <cyclone/escape/url.hpp>
#include <cyclone/testing.hpp>
#include <cyclone/web.hpp>
#include <tests/unit/captured_log.hpp>

namespace web_users {

using namespace cyclone;

namespace {

struct Cookies : web::RequestHandler {
    void get() { write(get_cookie("a", "none") + " " + get_cookie("b", "none")); }
    void post() {
        set_cookie("a", "1");
        set_cookie("a", "2", {.httponly = true});
        set_cookie("b", "x", {.path = "/p", .samesite = "Lax"});
    }
    void del() {
        clear_all_cookies();
        throw web::HTTPError(400);
    }
};

struct Signed : web::RequestHandler {
    void get() {
        write(get_signed_cookie("user").value_or("nobody") + " " +
              std::to_string(get_signed_cookie_key_version("user").value_or(-1)));
    }
    void post() { set_signed_cookie("user", "ann"); }
};

struct Private : web::RequestHandler {
    std::optional<std::string> get_current_user() override {
        ++asked;
        return request.headers.get("X-User");
    }
    void get() {
        if (!authenticated()) {
            return;
        }
        write("hello " + *current_user());
    }
    void post() { get(); }
    inline static int asked = 0;
};

struct Form : web::RequestHandler {
    std::optional<std::string> get_current_user() override { return request.headers.get("X-User"); }
    void get() { write(xsrf_form_html()); }
    void post() { write("accepted"); }
    void put() { write("accepted"); }
};

struct Slash : web::RequestHandler {
    void get() {
        if (removeslash()) {
            write("without");
        }
    }
    void post() { get(); }
};
struct AddSlash : web::RequestHandler {
    void get() {
        if (addslash()) {
            write("with");
        }
    }
    void post() { get(); }
};

web::Application& application() {
    static web::Application app(
        {
            web::url<Cookies>("/cookies"),
            web::url<Signed>("/signed"),
            web::url<Private>("/private"),
            web::url<Form>("/form"),
            web::url<Slash>("/slash/*"),
            web::url<Slash>("//.*"),
            web::url<AddSlash>("/addslash/?"),
        },
        {.cookie_secret = "secret", .xsrf_cookies = false, .login_url = "/login"});
    return app;
}

web::Application& guarded() {
    static web::Application app({web::url<Form>("/form")}, {.xsrf_cookies = true});
    return app;
}

testing::Response fetch(std::string_view method, std::string_view target,
                        const httputil::HTTPHeaders& headers = {}, std::string_view body = {},
                        web::Application& to = application()) {
    testing::HTTPClient client(to);
    return client.fetch(method, target, headers, body);
}

struct Quiet {
    CapturedLog log;
};

}  // namespace

}  // namespace web_users

BOOST_FIXTURE_TEST_SUITE(web_users, Quiet)

BOOST_AUTO_TEST_CASE(cookies_are_read_and_set) {
    BOOST_TEST(fetch("GET", "/cookies", {{"Cookie", "a=1; b=\"x y\"; a=2"}}).body == "2 x y");
    const auto response = fetch("POST", "/cookies");
    const auto set = response.headers.get_list("Set-Cookie");
    BOOST_REQUIRE(set.size() == 2U);
    BOOST_TEST(set[0] == "a=2; HttpOnly; Path=/");
    BOOST_TEST(set[1] == "b=x; Path=/p; SameSite=Lax");
}

BOOST_AUTO_TEST_CASE(cookies_are_set_with_an_error_too) {
    const auto response = fetch("DELETE", "/cookies", {{"Cookie", "a=1; b@=2; c=3"}});
    BOOST_TEST(response.status == 400);
    const auto set = response.headers.get_list("Set-Cookie");
    BOOST_REQUIRE(set.size() == 2U);
    BOOST_TEST(set[0].starts_with("a=; expires="));
    BOOST_TEST(set[1].starts_with("c=; expires="));
}

BOOST_AUTO_TEST_CASE(a_signed_cookie_comes_back_unless_it_was_touched) {
    const auto response = fetch("POST", "/signed");
    const std::string cookie = response.header("Set-Cookie");
    BOOST_TEST(cookie.find("expires=") != std::string::npos);
    const std::string pair = cookie.substr(0, cookie.find("; "));
    BOOST_TEST(fetch("GET", "/signed", {{"Cookie", pair}}).body == "ann 0");
    BOOST_TEST(fetch("GET", "/signed", {{"Cookie", pair.substr(0, pair.size() - 2) + "x\""}})
                   .body.starts_with("nobody"));
    BOOST_TEST(fetch("GET", "/signed").body == "nobody -1");
}

BOOST_AUTO_TEST_CASE(a_signed_cookie_without_a_secret_names_the_setting) {
    web::Application without({web::url<Signed>("/signed")});
    BOOST_TEST(fetch("GET", "/signed", {}, {}, without).status == 500);
    BOOST_TEST(
        log.text().find("a signed cookie needs the setting cookie_secret of the Application") !=
        std::string::npos);
}

BOOST_AUTO_TEST_CASE(who_is_not_logged_in_is_sent_to_the_login_page) {
    const auto response = fetch("GET", "/private?a=b c");
    BOOST_TEST(response.status == 400);
    const auto redirected = fetch("GET", "/private?a=b&c=d");
    BOOST_TEST(redirected.status == 302);
    BOOST_TEST(redirected.header("Location") == "/login?next=%2Fprivate%3Fa%3Db%26c%3Dd");
    BOOST_TEST(fetch("POST", "/private").status == 403);
    BOOST_TEST(fetch("GET", "/private", {{"X-User", ""}}).status == 302);
}

BOOST_AUTO_TEST_CASE(who_is_logged_in_is_asked_for_once) {
    Private::asked = 0;
    BOOST_TEST(fetch("GET", "/private", {{"X-User", "ann"}}).body == "hello ann");
    BOOST_TEST(Private::asked == 1);
}

BOOST_AUTO_TEST_CASE(a_login_url_elsewhere_gets_the_whole_url) {
    web::Application elsewhere({web::url<Private>("/private")},
                               {.login_url = "https://login.example.org/"});
    BOOST_TEST(fetch("GET", "/private", {{"Host", "here"}}, {}, elsewhere).header("Location") ==
               "https://login.example.org/?next=http%3A%2F%2Fhere%2Fprivate");
}

BOOST_AUTO_TEST_CASE(a_form_needs_the_token_of_its_cookie) {
    const auto page = fetch("GET", "/form", {}, {}, guarded());
    const std::string cookie = page.header("Set-Cookie");
    BOOST_REQUIRE(cookie.starts_with("_xsrf="));
    BOOST_TEST(cookie.ends_with("; Path=/"));
    const std::string pair = cookie.substr(0, cookie.find(';'));
    const std::size_t begin = page.body.find("value=\"") + 7;
    const std::string token = page.body.substr(begin, page.body.find('"', begin) - begin);
    BOOST_TEST(token.starts_with("2|"));

    const httputil::HTTPHeaders with_cookie{{"Cookie", pair},
                                            {"Content-Type", "application/x-www-form-urlencoded"}};
    const std::string form = "_xsrf=" + escape::url_escape(token);
    BOOST_TEST(fetch("POST", "/form", with_cookie, form, guarded()).body == "accepted");
    BOOST_TEST(
        fetch("PUT", "/form", {{"Cookie", pair}, {"X-XSRFToken", token}}, {}, guarded()).body ==
        "accepted");
    BOOST_TEST(
        fetch("PUT", "/form", {{"Cookie", pair}, {"X-CSRFToken", token}}, {}, guarded()).body ==
        "accepted");

    BOOST_TEST(fetch("POST", "/form", with_cookie, "x=y", guarded()).status == 403);
    BOOST_TEST(fetch("POST", "/form", with_cookie, "_xsrf=2%7Cbad", guarded()).status == 403);
    BOOST_TEST(fetch("POST", "/form", {{"X-XSRFToken", token}}, {}, guarded()).status == 403);
    const auto other = fetch("GET", "/form", {}, {}, guarded()).header("Set-Cookie");
    BOOST_TEST(fetch("PUT", "/form",
                     {{"Cookie", other.substr(0, other.find(';'))}, {"X-XSRFToken", token}}, {},
                     guarded())
                   .status == 403);
}

BOOST_AUTO_TEST_CASE(the_token_of_a_user_who_is_logged_in_lasts_30_days_and_is_kept) {
    const auto page = fetch("GET", "/form", {{"X-User", "ann"}}, {}, guarded());
    BOOST_TEST(page.header("Set-Cookie").find("expires=") != std::string::npos);
    const std::string cookie = page.header("Set-Cookie");
    const auto again =
        fetch("GET", "/form", {{"Cookie", cookie.substr(0, cookie.find(';'))}}, {}, guarded());
    BOOST_TEST(!again.headers.contains("Set-Cookie"));
}

BOOST_AUTO_TEST_CASE(slashes_are_taken_away_and_added) {
    BOOST_TEST(fetch("GET", "/slash").body == "without");
    const auto removed = fetch("GET", "/slash//?a=b");
    BOOST_TEST(removed.status == 301);
    BOOST_TEST(removed.header("Location") == "/slash?a=b");
    BOOST_TEST(fetch("POST", "/slash/").status == 404);
    BOOST_TEST(fetch("GET", "/addslash/").body == "with");
    BOOST_TEST(fetch("GET", "/addslash?a=b").header("Location") == "/addslash/?a=b");
    BOOST_TEST(fetch("POST", "/addslash").status == 404);
}

BOOST_AUTO_TEST_CASE(taking_a_slash_away_never_leads_to_another_host) {
    BOOST_TEST(fetch("GET", "//evil.example.org/").header("Location") == "/evil.example.org");
}

BOOST_AUTO_TEST_SUITE_END()
