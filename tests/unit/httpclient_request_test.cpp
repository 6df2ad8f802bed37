#include <boost/test/unit_test.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

#include <cyclone/httpclient/redirect.hpp>
#include <cyclone/httpclient/request_head.hpp>
#include <cyclone/httpclient/url.hpp>

BOOST_AUTO_TEST_SUITE(httpclient_request)

using namespace cyclone;
using namespace std::string_literals;
using httpclient::HTTPRequest;
using httpclient::parse_url;

namespace {

/// What `f` throws, in words.
template <class F>
std::string thrown(F f) {
    try {
        f();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "nothing";
}

std::string head_of(const HTTPRequest& request) {
    return httpclient::make_request_head(request, parse_url(request.url)).bytes;
}

httpclient::ResponseHead redirect_to(std::string_view location, unsigned code = 302) {
    httpclient::ResponseHead head;
    head.code = code;
    head.headers.set("Location", location);
    return head;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_url_is_taken_apart) {
    const auto url = parse_url("HTTPS://me%40x:p%3Aw@Example.COM:8443/a/b?c=d#part");
    BOOST_TEST(url.secure);
    BOOST_TEST(url.host == "example.com");
    BOOST_TEST(url.port == 8443);
    BOOST_TEST(url.target == "/a/b?c=d");
    BOOST_TEST(url.fragment == "part");
    BOOST_TEST(*url.username == "me@x");
    BOOST_TEST(url.password == "p:w");
    BOOST_TEST(url.authority() == "example.com:8443");
    BOOST_TEST(url.text() == "https://example.com:8443/a/b?c=d#part");

    BOOST_TEST(parse_url("http://h").target == "/");
    BOOST_TEST(parse_url("http://h?q").target == "/?q");
    BOOST_TEST(parse_url("http://h:80/").authority() == "h");
    BOOST_TEST(parse_url("http://h:/").port == 80);
    BOOST_TEST(parse_url("http://[::1]:81/").host == "::1");
    BOOST_TEST(parse_url("http://[::1]:81/").authority() == "[::1]:81");
    BOOST_TEST(parse_url("http://h/\xc3\xa9").target == "/%C3%A9");
    BOOST_TEST(parse_url("http://h/@x:y").host == "h");
}

BOOST_AUTO_TEST_CASE(a_url_that_is_none_is_refused_by_a_sentence_without_the_password) {
    BOOST_TEST(thrown([] { parse_url("ftp://h/"); }) ==
               "httpclient: 'ftp://h/': what can be fetched begins with http:// or https://");
    BOOST_TEST(thrown([] { parse_url("http://me:secret@h:0/"); }) ==
               "httpclient: 'http://...@h:0/': a port is a number from 1 to 65535");
    for (const std::string bad :
         {"", "h/path", "http:/h", "http://", "http://:80/", "http://h:x/", "http://h:65536/",
          "http://h:+80/", "http://[::1", "http://[]/", "http://[::1]x/", "http://a b/",
          "http://h/a b", "http://h/\r\nX: y", "http://h\\@evil/", "http://\xc3\xa9/",
          "http://a[b/", "http://h%2f/"}) {
        BOOST_CHECK_THROW(parse_url(bad), std::invalid_argument);
    }
    BOOST_CHECK_THROW(parse_url("http://h/\0x"s), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(references_are_resolved_as_rfc_3986_5_4_says) {
    const auto base = parse_url("http://a/b/c/d;p?q");
    const std::pair<std::string, std::string> rows[] = {
        {"g:h", "g:h"},
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g"},
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"#s", "http://a/b/c/d;p?q#s"},
        {"g?y#s", "http://a/b/c/g?y#s"},
        {";x", "http://a/b/c/;x"},
        {"", "http://a/b/c/d;p?q"},
        {".", "http://a/b/c/"},
        {"..", "http://a/b/"},
        {"../g", "http://a/b/g"},
        {"../../g", "http://a/g"},
        {"../../../g", "http://a/g"},
        {"/./g", "http://a/g"},
        {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},
        {"..g", "http://a/b/c/..g"},
        {"./g/.", "http://a/b/c/g/"},
        {"g/../h", "http://a/b/c/h"},
        {"g?y/../x", "http://a/b/c/g?y/../x"},
        {"a b", "http://a/b/c/a%20b"},
    };
    for (const auto& [reference, expected] : rows) {
        BOOST_TEST(httpclient::resolve_reference(base, reference) == expected, reference);
    }
}

BOOST_AUTO_TEST_CASE(a_plain_get_says_little) {
    BOOST_TEST(head_of({.url = "http://h:81/a?b"}) ==
               "GET /a?b HTTP/1.1\r\nHost: h:81\r\nUser-Agent: cyclone-cpp\r\n"
               "Accept-Encoding: gzip\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_request_may_ask_for_what_has_changed_since) {
    HTTPRequest request{.url = "http://h/"};
    request.if_modified_since = std::chrono::sys_days(std::chrono::January / 27 / 2013);
    BOOST_TEST(head_of(request).find("\r\nIf-Modified-Since: Sun, 27 Jan 2013 00:00:00 GMT\r\n") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_body_is_announced_by_its_length_and_a_producer_by_chunks) {
    const auto post = head_of({.url = "http://h/", .method = "POST", .body = "a=b"});
    BOOST_TEST(post.find("Content-Length: 3\r\n") != post.npos);
    BOOST_TEST(post.find("Content-Type: application/x-www-form-urlencoded\r\n") != post.npos);

    HTTPRequest put{.url = "http://h/", .method = "PUT"};
    put.body_producer = [](httpclient::BodyWriter) { return succeed(); };
    BOOST_TEST(head_of(put).find("Transfer-Encoding: chunked\r\n") != std::string::npos);
    put.headers.set("Content-Length", "7");
    const auto head = httpclient::make_request_head(put, parse_url(put.url));
    BOOST_TEST(head.bytes.find("Transfer-Encoding") == std::string::npos);
    BOOST_TEST(*head.content_length == 7);
}

BOOST_AUTO_TEST_CASE(user_and_password_come_from_the_url_or_the_request) {
    const std::string field = "Authorization: Basic dXNlcjpwYXNz\r\n";
    BOOST_TEST(head_of({.url = "http://user:pass@h/"}).find(field) != std::string::npos);
    BOOST_TEST(head_of({.url = "http://h/", .auth_username = "user", .auth_password = "pass"})
                   .find(field) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_proxy_gets_the_whole_url_or_is_asked_for_a_tunnel) {
    const HTTPRequest request{
        .url = "http://h/a", .proxy_username = "user", .proxy_password = "pass"};
    const auto head = httpclient::make_request_head(request, parse_url(request.url), true).bytes;
    BOOST_TEST(head.starts_with("GET http://h/a HTTP/1.1\r\nHost: h\r\n"));
    BOOST_TEST(head.find("Proxy-Authorization: Basic dXNlcjpwYXNz\r\n") != head.npos);
    BOOST_TEST(httpclient::make_connect_head(request, parse_url("https://[::1]/")) ==
               "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n"
               "Proxy-Authorization: Basic dXNlcjpwYXNz\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(nothing_can_split_a_request) {
    const std::string evil = "x\r\nInjected: yes";
    BOOST_CHECK_THROW(
        head_of({.url = "http://h/", .method = evil, .allow_nonstandard_methods = true}),
        std::invalid_argument);
    BOOST_CHECK_THROW(head_of({.url = "http://h/" + evil}), std::invalid_argument);
    BOOST_CHECK_THROW(head_of({.url = "http://h/", .user_agent = evil}), std::invalid_argument);
    HTTPRequest request{.url = "http://h/"};
    BOOST_CHECK_THROW(request.headers.set("A", evil), std::invalid_argument);
    request.headers.add_borrowed("A", evil);
    BOOST_CHECK_THROW(head_of(request), std::invalid_argument);
    request.headers.clear();
    request.headers.add_borrowed("Host", evil);
    BOOST_CHECK_THROW(head_of(request), std::invalid_argument);
    auto url = parse_url("http://h/");
    url.target = "/" + evil;
    BOOST_CHECK_THROW(httpclient::make_request_head({}, url), std::invalid_argument);
    BOOST_CHECK_THROW(httpclient::make_request_head({}, parse_url("http://h/"), false, evil),
                      std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_request_that_could_be_framed_in_two_ways_is_refused) {
    HTTPRequest request{.url = "http://h/"};
    request.headers.set("Transfer-Encoding", "chunked");
    BOOST_CHECK_THROW(head_of(request), std::invalid_argument);
    request.headers = {{"Content-Length", "5"}};
    BOOST_TEST(thrown([&] { head_of(request); }) ==
               "httpclient: GET http://h/: the Content-Length announces a body, but there is none");
    request.headers.add("Content-Length", "0");
    BOOST_CHECK_THROW(head_of(request), std::invalid_argument);
    request.headers = {{"Host", "a"}, {"Host", "b"}};
    BOOST_CHECK_THROW(head_of(request), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(methods_and_bodies_have_to_fit_each_other) {
    BOOST_TEST(thrown([] { head_of({.url = "http://h/", .method = "POST"}); }) ==
               "httpclient: POST http://h/: this method needs a body, if only an empty one (or "
               "allow_nonstandard_methods)");
    BOOST_CHECK_THROW(head_of({.url = "http://h/", .body = "x"}), std::invalid_argument);
    BOOST_CHECK_THROW(head_of({.url = "http://h/", .method = "BREW"}), std::invalid_argument);
    const HTTPRequest brew{
        .url = "http://h/", .method = "BREW", .body = "x", .allow_nonstandard_methods = true};
    BOOST_TEST(head_of(brew).starts_with("BREW / HTTP/1.1\r\n"));
}

BOOST_AUTO_TEST_CASE(a_redirect_is_followed_while_it_may_be) {
    HTTPRequest request{.url = "http://h/"};
    for (const unsigned code : {301u, 302u, 303u, 307u, 308u}) {
        BOOST_TEST(httpclient::follows_redirect(request, redirect_to("/", code)), code);
    }
    for (const unsigned code : {200u, 300u, 304u, 305u, 404u}) {
        BOOST_TEST(!httpclient::follows_redirect(request, redirect_to("/", code)), code);
    }
    httpclient::ResponseHead without_location;
    without_location.code = 302;
    BOOST_TEST(!httpclient::follows_redirect(request, without_location));
    request.max_redirects = 0;
    BOOST_TEST(!httpclient::follows_redirect(request, redirect_to("/")));
    request.max_redirects = 5;
    request.follow_redirects = false;
    BOOST_TEST(!httpclient::follows_redirect(request, redirect_to("/")));
}

BOOST_AUTO_TEST_CASE(a_redirect_may_make_a_get_of_it) {
    const auto url = parse_url("http://h/a");
    const auto method_after = [&url](const std::string& method, unsigned code) {
        HTTPRequest request{.url = "http://h/a", .method = method, .body = "x"};
        request.headers.set("Content-Type", "text/plain");
        httpclient::apply_redirect(request, url, redirect_to("/b", code));
        BOOST_TEST(request.body.has_value() == (request.method != "GET"));
        BOOST_TEST(request.headers.contains("Content-Type") == (request.method != "GET"));
        BOOST_TEST(request.max_redirects == 4);
        return request.method;
    };
    BOOST_TEST(method_after("POST", 301) == "GET");
    BOOST_TEST(method_after("POST", 302) == "GET");
    BOOST_TEST(method_after("PUT", 302) == "PUT");
    BOOST_TEST(method_after("PUT", 303) == "GET");
    BOOST_TEST(method_after("HEAD", 303) == "HEAD");
    BOOST_TEST(method_after("POST", 307) == "POST");
    BOOST_TEST(method_after("POST", 308) == "POST");
}

BOOST_AUTO_TEST_CASE(credentials_do_not_go_to_another_origin) {
    const auto url = parse_url("https://h/a#part");
    const auto keeps = [&url](std::string_view location) {
        HTTPRequest request{.auth_username = "me"};
        request.headers = {{"Authorization", "x"}, {"Cookie", "y"}, {"Host", "h"}, {"X", "z"}};
        const auto next = httpclient::apply_redirect(request, url, redirect_to(location));
        BOOST_TEST(next.fragment == "part");
        BOOST_TEST(!request.headers.contains("Host"));
        BOOST_TEST(request.headers.contains("X"));
        BOOST_TEST(request.headers.contains("Authorization") == request.auth_username.has_value());
        BOOST_TEST(request.headers.contains("Cookie") == request.auth_username.has_value());
        return request.auth_username.has_value();
    };
    BOOST_TEST(keeps("/b"));
    BOOST_TEST(keeps("https://H:443/"));
    BOOST_TEST(!keeps("https://other/"));
    BOOST_TEST(!keeps("http://h/"));
    BOOST_TEST(!keeps("https://h:444/"));

    HTTPRequest request;
    auto next =
        httpclient::apply_redirect(request, parse_url("http://me:pw@h/a"), redirect_to("/b"));
    BOOST_TEST(*next.username == "me");
    next = httpclient::apply_redirect(request, parse_url("http://me:pw@h/a"), redirect_to("//i/b"));
    BOOST_TEST(!next.username);
}

BOOST_AUTO_TEST_CASE(a_redirect_to_another_scheme_is_refused) {
    HTTPRequest request;
    BOOST_CHECK_THROW(httpclient::apply_redirect(request, parse_url("http://h/"),
                                                 redirect_to("file:///etc/passwd")),
                      std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_request_is_repeated_only_where_nobody_would_notice) {
    HTTPRequest get{.method = "GET"};
    BOOST_TEST(httpclient::may_retry(get, true, false));
    BOOST_TEST(!httpclient::may_retry(get, false, false), "a new connection");
    BOOST_TEST(!httpclient::may_retry(get, true, true), "part of a response has come");
    BOOST_TEST(!httpclient::may_retry({.method = "POST"}, true, false));
    BOOST_TEST(!httpclient::may_retry({.method = "PATCH"}, true, false));
    BOOST_TEST(httpclient::may_retry({.method = "PUT", .body = "x"}, true, false));
    get.body_producer = [](httpclient::BodyWriter) { return succeed(); };
    BOOST_TEST(!httpclient::may_retry(get, true, false), "the body is gone");
}

BOOST_AUTO_TEST_SUITE_END()
