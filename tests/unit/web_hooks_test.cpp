#include <boost/test/unit_test.hpp>

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <cyclone/escape.hpp>
#include <cyclone/testing.hpp>
#include <cyclone/web.hpp>
#include <cyclone/web/static_files.hpp>
#include <cyclone/websocket.hpp>
#include <tests/unit/captured_log.hpp>

#include "tests/unit/websocket_wire.hpp"

BOOST_AUTO_TEST_SUITE(web_hooks)

using namespace cyclone;
namespace fs = std::filesystem;

namespace {

testing::Response fetch(const web::Application& application, std::string_view method,
                        std::string_view target, const httputil::HTTPHeaders& headers = {},
                        std::string_view body = {}) {
    testing::HTTPClient client(application);
    return client.fetch(method, target, headers, body);
}

struct LogsItself : web::RequestHandler {
    void get() { throw std::runtime_error("secret of the handler"); }
    void log_exception(const std::exception_ptr& error) override {
        log::warning("in short: " + web::detail::describe_exception(error));
    }
};

struct LogsBadly : web::RequestHandler {
    void get() { throw web::HTTPError(409); }
    void log_exception(const std::exception_ptr&) override { throw std::logic_error("no log"); }
};

/// What came in Latin-1 is text too.
struct Latin : web::RequestHandler {
    void get(std::string word) { write(word + " " + get_argument("q", "")); }
    std::string decode_argument(std::string_view value, std::string_view name) const override {
        if (name == "q" && value == "refused") {
            throw web::HTTPError(400, "not this one");
        }
        return escape::utf8_from_latin1(value);
    }
};

/// Saves itself the work where the client has the page.
struct Early : web::RequestHandler {
    inline static int made = 0;
    void get() {
        set_etag_header();
        if (check_etag_header()) {
            set_status(304);
            return;
        }
        ++made;
        write("a page");
    }
    std::optional<std::string> compute_etag() override { return "\"version 7\""; }
};

struct Needs : web::RequestHandler {
    void get() {
        require_setting("login_url", "this page");
        write(settings().login_url);
    }
    void post() { require_setting("default_host"); }
    void put() { require_setting("loginurl"); }
};

struct Fails : web::RequestHandler {
    void get() { throw std::runtime_error("what went wrong"); }
};

struct Form : web::RequestHandler {
    void get() { write(xsrf_token()); }
};

/// Puts everything into capitals and brackets.
struct Capitals : web::OutputTransform {
    void transform_first_chunk(unsigned& status, httputil::HTTPHeaders& headers, std::string& chunk,
                               bool finishing) override {
        status += 3;
        headers.set("X-Transformed", "yes");
        chunk.insert(0, "[");
        transform_chunk(chunk, finishing);
    }
    void transform_chunk(std::string& chunk, bool finishing) override {
        for (char& c : chunk) {
            c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
        }
        if (finishing) {
            chunk += "]";
        }
    }
};

struct Pieces : web::RequestHandler {
    Deferred<> get() {
        write("one ");
        co_await flush();
        write("two ");
        co_await flush();
        write("three");
    }
};

struct Detached : web::RequestHandler, http::UpgradedStream::Receiver {
    inline static std::string received;
    inline static int lost = 0;
    void get() {
        set_header("Upgrade", "shout");
        stream_ = detach();
        if (stream_ == nullptr) {
            throw web::HTTPError(426);
        }
        kept_ = hold();
        stream_->start(*this);
    }
    void data_received(std::string_view bytes) override {
        received += bytes;
        stream_->write("heard " + std::string(bytes));
    }
    void connection_lost() override {
        ++lost;
        kept_.reset();
    }
    void shut_down() override { stream_->close(); }

private:
    std::shared_ptr<http::UpgradedStream> stream_;
    http::ExchangePtr kept_;
};

struct Socket : websocket::WebSocketHandler {
    inline static std::string events;
    void open() { events += "open:" + selected_subprotocol().value_or("none") + " "; }
    void on_message(std::string_view text) { events += "message:" + std::string(text) + " "; }
    void on_ping(std::string_view payload) override {
        events += "ping:" + std::string(payload) + " ";
    }
    void on_pong(std::string_view payload) override {
        events += "pong:" + std::string(payload) + " ";
    }
    void on_close() override { events += "close:" + std::to_string(close_code().value_or(0)); }
    bool check_origin(std::string_view origin) override { return origin == "http://friend"; }
    std::optional<std::string> select_subprotocol(
        std::span<const std::string_view> offered) override {
        return std::string(offered.back());
    }
    std::optional<websocket::CompressionOptions> get_compression_options() override {
        return websocket::CompressionOptions{};
    }
    std::size_t max_message_size() const override { return 5; }
};

struct Arrived : web::RequestHandler {
    void post() {
        std::string names;
        for (const auto& source : {arguments(), query_arguments(), body_arguments()}) {
            for (const auto& [name, value] : source) {
                names += name + "=" + value + ";";
            }
            names += " ";
        }
        write({{"method", request.method},
               {"uri", request.uri},
               {"path", request.path},
               {"query", request.query},
               {"version", request.version},
               {"header", request.headers.get("X-A", "none")},
               {"body", request.body},
               {"remote_ip", request.remote_ip},
               {"protocol", request.protocol},
               {"host", request.host},
               {"full_url", request.full_url()},
               {"arguments", names},
               {"took", request.request_time().count() > 0 &&
                            request.request_time() < std::chrono::seconds(10)}});
    }
};

struct Files : web::StaticFileHandler {
    void set_extra_headers(std::string_view) override { set_header("X-Mine", "yes"); }
};

/// Every path means the same file, but for one that is refused.
struct Chosen : web::StaticFileHandler {
    std::string get_absolute_path(std::string_view root, std::string_view path) override {
        return std::string(root) + (path == "other" ? "/b.txt" : "/a.txt");
    }
    std::optional<std::string> validate_absolute_path(std::string_view root,
                                                      std::string path) override {
        if (path.ends_with("/b.txt")) {
            throw web::HTTPError(410);
        }
        return StaticFileHandler::validate_absolute_path(root, std::move(path));
    }
};

struct Decides : web::StaticFileHandler {
    std::string get_content_type() override { return "text/x-mine"; }
    bool should_return_304() override { return request.headers.contains("X-Have-It"); }
};

struct Folder {
    Folder() {
        char name[] = "/tmp/web_hooks_XXXXXX";
        BOOST_REQUIRE(::mkdtemp(name) != nullptr);
        root = name;
        std::ofstream(root / "a.txt") << "hello";
        std::ofstream(root / "b.txt") << "other";
    }
    ~Folder() { fs::remove_all(root); }
    fs::path root;
    CapturedLog log;
};

}  // namespace

BOOST_AUTO_TEST_CASE(exceptions_are_logged_as_the_handler_wants_it) {
    CapturedLog log;
    const web::Application application(
        {web::url<LogsItself>("/itself"), web::url<LogsBadly>("/badly")});
    BOOST_TEST(fetch(application, "GET", "/itself").status == 500u);
    BOOST_TEST(log.text().find("in short: ") != std::string::npos);
    BOOST_TEST(log.text().find("secret of the handler") != std::string::npos);
    BOOST_TEST(log.text().find("Uncaught exception") == std::string::npos);
    BOOST_TEST(fetch(application, "GET", "/badly").status == 409u);
    BOOST_TEST(log.text().find("log_exception() failed: ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_bytes_of_arguments_are_decoded_as_the_handler_wants_it) {
    CapturedLog log;
    const web::Application application({web::url<Latin>("/(.*)")});
    BOOST_TEST(fetch(application, "GET", "/caf%E9?q=%FCber").body == "caf\u00e9 \u00fcber");
    BOOST_TEST(fetch(application, "GET", "/x?q=refused").status == 400u);
}

BOOST_AUTO_TEST_CASE(an_etag_can_be_set_and_checked_early) {
    CapturedLog log;
    const web::Application application({web::url<Early>("/")});
    Early::made = 0;
    const auto first = fetch(application, "GET", "/");
    BOOST_TEST(first.status == 200u);
    BOOST_TEST(first.header("Etag") == "\"version 7\"");
    BOOST_TEST(Early::made == 1);
    const auto again =
        fetch(application, "GET", "/", {{"If-None-Match", first.headers.find("Etag").value()}});
    BOOST_TEST(again.status == 304u);
    BOOST_TEST(again.body == "");
    BOOST_TEST(Early::made == 1);
    BOOST_TEST(fetch(application, "GET", "/", {{"If-None-Match", "\"other\""}}).status == 200u);
}

BOOST_AUTO_TEST_CASE(a_setting_that_is_missing_is_named) {
    CapturedLog log;
    BOOST_TEST(fetch(web::Application({web::url<Needs>("/")}), "GET", "/").status == 500u);
    BOOST_TEST(log.text().find("login_url") != std::string::npos);
    BOOST_TEST(log.text().find("this page") != std::string::npos);
    const web::Application application({web::url<Needs>("/")}, {.login_url = "/login"});
    BOOST_TEST(fetch(application, "GET", "/").body == "/login");
    BOOST_TEST(fetch(application, "POST", "/").status == 500u);
    BOOST_TEST(log.text().find("this feature needs the setting default_host") != std::string::npos);
    BOOST_TEST(fetch(application, "PUT", "/").status == 500u);
    BOOST_TEST(log.text().find("require_setting(\"loginurl\")") != std::string::npos);
    const web::Application hosted({web::url<Needs>("/")}, {.default_host = "example.org"});
    BOOST_TEST(fetch(hosted, "POST", "/").status == 200u);
}

BOOST_AUTO_TEST_CASE(a_traceback_is_shown_only_where_it_is_asked_for) {
    CapturedLog log;
    struct {
        bool debug;
        std::optional<bool> serve;
        bool shown;
    } const rows[] = {{false, {}, false},
                      {true, {}, true},
                      {true, false, false},
                      {false, true, true},
                      {false, false, false}};
    for (const auto& row : rows) {
        const web::Application application({web::url<Fails>("/")},
                                           {.debug = row.debug, .serve_traceback = row.serve});
        const auto answer = fetch(application, "GET", "/");
        BOOST_TEST(answer.status == 500u);
        BOOST_TEST((answer.body.find("what went wrong") != std::string::npos) == row.shown);
    }
}

BOOST_AUTO_TEST_CASE(the_cookie_of_the_form_token_is_as_the_settings_want_it) {
    CapturedLog log;
    const web::Application application({web::url<Form>("/")},
                                       {.xsrf_cookies = true,
                                        .xsrf_cookie_version = 1,
                                        .xsrf_cookie_name = "token",
                                        .xsrf_cookie_kwargs = {.secure = true, .httponly = true}});
    const auto answer = fetch(application, "GET", "/");
    // Version 1 is the token itself, in hexadecimal digits.
    BOOST_TEST(answer.body.size() == 32u);
    BOOST_TEST(answer.header("Set-Cookie") ==
               "token=" + answer.body + "; HttpOnly; Path=/; Secure");
    const auto with = [&](std::string_view token) {
        return fetch(application, "POST", "/",
                     {{"Cookie", "token=" + answer.body}, {"X-XSRFToken", token}})
            .status;
    };
    BOOST_TEST(with(answer.body) == 405u);
    BOOST_TEST(with("0123456789abcdef0123456789abcdef") == 403u);
}

BOOST_AUTO_TEST_CASE(a_transform_can_be_added_to_an_application) {
    CapturedLog log;
    web::Application application({web::url<Pieces>("/")});
    application.add_transform(
        [](const httputil::HTTPServerRequest& request) -> std::unique_ptr<web::OutputTransform> {
            return request.query == "plain" ? nullptr : std::make_unique<Capitals>();
        });
    const auto answer = fetch(application, "GET", "/");
    BOOST_TEST(answer.status == 203u);
    BOOST_TEST(answer.header("X-Transformed") == "yes");
    BOOST_TEST(answer.body == "[ONE TWO THREE]");
    BOOST_TEST(fetch(application, "GET", "/?plain").body == "one two three");
}

BOOST_AUTO_TEST_CASE(a_handler_may_give_its_connection_away) {
    CapturedLog log;
    const web::Application application({web::url<Detached>("/")});
    Detached::received.clear();
    Detached::lost = 0;
    {
        testing::HTTPClient client(application);
        const auto answer =
            client.fetch("GET", "/", {{"Connection", "Upgrade"}, {"Upgrade", "shout"}});
        BOOST_TEST(answer.status == 101u);
        BOOST_TEST(answer.header("Upgrade") == "shout");
        client.connection().send("one");
        client.connection().send("two");
        BOOST_TEST(Detached::received == "onetwo");
        BOOST_TEST(client.connection().received().ends_with("heard oneheard two"));
        BOOST_TEST(Detached::lost == 0);
    }
    BOOST_TEST(Detached::lost == 1);
    BOOST_TEST(fetch(application, "GET", "/").status == 426u);
}

BOOST_AUTO_TEST_CASE(the_hooks_of_a_websocket_are_asked_and_told) {
    CapturedLog log;
    const web::Application application({web::url<Socket>("/")});
    Socket::events.clear();
    httputil::HTTPHeaders handshake{{"Connection", "Upgrade"},
                                    {"Upgrade", "websocket"},
                                    {"Sec-WebSocket-Version", "13"},
                                    {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                                    {"Sec-WebSocket-Protocol", "chat, shout"},
                                    {"Sec-WebSocket-Extensions", "permessage-deflate"},
                                    {"Origin", "http://stranger"}};
    BOOST_TEST(fetch(application, "GET", "/", handshake).status == 403u);
    BOOST_TEST(Socket::events == "");
    handshake.set("Origin", "http://friend");
    testing::HTTPClient client(application);
    const auto answer = client.fetch("GET", "/", handshake);
    BOOST_TEST(answer.status == 101u);
    BOOST_TEST(answer.header("Sec-WebSocket-Protocol") == "shout");
    BOOST_TEST(answer.header("Sec-WebSocket-Extensions").starts_with("permessage-deflate"));
    auto& connection = client.connection();
    connection.send(wire::from_client(0x89, "a"));
    connection.send(wire::from_client(0x8a, "b"));
    connection.send(wire::from_client(0x81, "five5"));
    connection.send(wire::from_client(0x81, "sixsix"));
    BOOST_TEST(Socket::events == "open:shout ping:a pong:b message:five5 close:1009");
}

BOOST_AUTO_TEST_CASE(a_request_tells_what_arrived) {
    CapturedLog log;
    const web::Application application({web::url<Arrived>("/(?:.*)")});
    const auto answer = fetch(application, "POST", "/a%20b?x=1&y=%41",
                              {{"Host", "example.org:81"},
                               {"X-A", "1"},
                               {"Content-Type", "application/x-www-form-urlencoded"}},
                              "z=3");
    BOOST_TEST(answer.body ==
               R"({"method":"POST","uri":"/a%20b?x=1&y=%41","path":"/a%20b",)"
               R"("query":"x=1&y=%41","version":"HTTP/1.1","header":"1","body":"z=3",)"
               R"("remote_ip":"127.0.0.1","protocol":"http","host":"example.org:81",)"
               R"("full_url":"http://example.org:81/a%20b?x=1&y=%41",)"
               R"("arguments":"x=1;y=A;z=3; x=1;y=A; z=3; ","took":true})");
}

BOOST_FIXTURE_TEST_CASE(the_handler_of_static_files_can_be_another_one, Folder) {
    const web::Application application(
        {}, {.static_path = root,
             .static_url_prefix = "/f[1]/",
             .static_handler_class = web::static_handler<Files>({.default_filename = "a.txt"})});
    const auto file = fetch(application, "GET", "/f[1]/a.txt");
    BOOST_TEST(file.body == "hello");
    BOOST_TEST(file.header("X-Mine") == "yes");
    BOOST_TEST(fetch(application, "GET", "/f[1]/").body == "hello");
    BOOST_TEST(fetch(application, "GET", "/f1/a.txt").status == 404u);
    BOOST_TEST(fetch(application, "GET", "/static/a.txt").status == 404u);
}

BOOST_FIXTURE_TEST_CASE(where_a_static_file_is_can_be_decided_by_the_handler, Folder) {
    const web::Application application({web::url<Chosen>("/(.*)", {.path = root})});
    BOOST_TEST(fetch(application, "GET", "/whatever").body == "hello");
    BOOST_TEST(fetch(application, "GET", "/other").status == 410u);
}

BOOST_FIXTURE_TEST_CASE(a_static_handler_decides_on_type_and_304, Folder) {
    const web::Application application({web::url<Decides>("/(.*)", {.path = root})});
    const auto file = fetch(application, "GET", "/a.txt");
    BOOST_TEST(file.status == 200u);
    BOOST_TEST(file.header("Content-Type") == "text/x-mine");
    BOOST_TEST(fetch(application, "GET", "/a.txt", {{"X-Have-It", "1"}}).status == 304u);
    BOOST_TEST(
        fetch(application, "GET", "/a.txt", {{"If-None-Match", file.headers.find("Etag").value()}})
            .status == 200u);
}

BOOST_AUTO_TEST_SUITE_END()
