#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <stdexcept>
#include <string>
#include <thread>

#include <cyclone/escape.hpp>
#include <cyclone/task.hpp>
#include <cyclone/testing/http_client.hpp>
#include <cyclone/web.hpp>

#include "tests/unit/captured_log.hpp"
#include "tests/unit/time_zone.hpp"

BOOST_AUTO_TEST_SUITE(web_access_log)

using namespace cyclone;
using namespace std::chrono_literals;

namespace {

struct Says : web::RequestHandler {
    void initialize(std::string text) { text_ = std::move(text); }
    void get() { write(text_); }

private:
    std::string text_;
};

struct Flushes : web::RequestHandler {
    Deferred<> get() {
        write("12345");
        co_await flush();
        write("678");
    }
};

/// Works before it waits, and behind that.
struct Works : web::RequestHandler {
    Deferred<> get(int before, int behind) {
        std::this_thread::sleep_for(std::chrono::milliseconds(before));
        auto pause = task::defer_later(20ms);
        co_await pause;
        std::this_thread::sleep_for(std::chrono::milliseconds(behind));
        write("done");
    }
};

/// A line without what is between the brackets, which is the time.
std::string without_time(std::string line) {
    const std::size_t open = line.find('[');
    const std::size_t close = line.find(']');
    BOOST_TEST_REQUIRE((open != std::string::npos && close != std::string::npos), line);
    return line.erase(open + 1, close - open - 1);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_combined_line_is_as_the_log_readers_know_it) {
    const TimeZone zone("XYZ-5:30");
    httputil::HTTPServerRequest request;
    request.remote_ip = "203.0.113.7";
    request.method = "GET";
    request.uri = "/a?b=c";
    request.version = "HTTP/1.1";
    const std::chrono::sys_days day = std::chrono::year(2026) / 11 / 4;
    BOOST_TEST(web::combined_log_line(request, 200, 512, day + 19h + 5min + 6s) ==
               "203.0.113.7 - - [05/Nov/2026:00:35:06 +0530] \"GET /a?b=c HTTP/1.1\" 200 512 \"-\" "
               "\"-\"");
}

BOOST_AUTO_TEST_CASE(a_combined_line_names_the_user_of_basic_authentication) {
    const auto user_for = [](const std::string& credentials) {
        httputil::HTTPServerRequest request;
        request.remote_ip = "h";
        request.headers.add("Authorization", credentials);
        const std::string line = web::combined_log_line(request, 200, 0);
        BOOST_TEST(line.starts_with("h - "));
        return line.substr(4, line.find(" [") - 4);
    };
    const auto basic = [](const std::string& text) {
        return "Basic " + escape::base64_encode(text);
    };
    BOOST_TEST(user_for(basic("Aladdin:open sesame")) == "Aladdin");
    BOOST_TEST(user_for("bAsIc " + escape::base64_encode("a:b:c")) == "a");
    BOOST_TEST(user_for(basic("x [\"\r\n:")) == R"(x\x20[\x22\x0d\x0a)");
    for (const std::string& nobody :
         {basic(":password"), basic("no colon"), std::string("Basic !"), std::string("Basic"),
          std::string("Bearer QTpC")}) {
        BOOST_TEST(user_for(nobody) == "-", nobody);
    }
}

BOOST_AUTO_TEST_CASE(requests_are_logged_in_the_combined_form) {
    CapturedLog log;
    web::Application application({web::url<Says>("/", "hello"), web::url<Flushes>("/flush")},
                                 {.access_log = web::AccessLog::combined});
    const auto logged = [&](const std::string& request) {
        const std::size_t before = log.text().size();
        testing::MemoryConnection client(application.service(), {}, "198.51.100.9");
        client.send(request);
        client.disconnect();
        const std::string line = log.text().substr(before == 0 ? 0 : before + 1);
        return without_time(line);
    };
    BOOST_TEST(logged("GET /?q=1 HTTP/1.1\r\nHost: h\r\nReferer: http://r/\r\n"
                      "User-Agent: a \"b\" \\c \xc3\xa9\r\n\r\n") ==
               "198.51.100.9 - - [] \"GET /?q=1 HTTP/1.1\" 200 5 \"http://r/\" \"a \\x22b\\x22 "
               "\\x5cc \\xc3\\xa9\"");
    BOOST_TEST(logged("GET /flush HTTP/1.1\r\nHost: h\r\n\r\n") ==
               "198.51.100.9 - - [] \"GET /flush HTTP/1.1\" 200 8 \"-\" \"-\"");
    BOOST_TEST(logged("HEAD / HTTP/1.0\r\n\r\n") ==
               "198.51.100.9 - - [] \"HEAD / HTTP/1.0\" 200 - \"-\" \"-\"");
    // What the engine refuses is in the same form.
    BOOST_TEST(logged("GET / HTTP/1.1\r\n\r\n") ==
               "198.51.100.9 - - [] \"GET / HTTP/1.1\" 400 - \"-\" \"-\"");
}

BOOST_AUTO_TEST_CASE(a_handler_that_works_for_long_is_named) {
    CapturedLog log(log::Level::warning);
    reactor::Reactor reactor;
    web::Application application({web::url<Works>(R"(/(\d+)/(\d+))")},
                                 {.slow_callback_duration = 50ms});
    const auto port = reactor::listen_tcp(0, application, "127.0.0.1");
    const auto ask = [&](const std::string& path) {
        testing::MemoryConnection client(application.service());
        client.send("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
        reactor.run_until(task::defer_later(60ms));
        BOOST_TEST(client.received().ends_with("done"));
        client.disconnect();
        return log.text();
    };
    BOOST_TEST(ask("/0/0") == "");
    const std::string first = ask("/60/0");
    BOOST_TEST(first.starts_with("Works: GET /60/0 (127.0.0.1) took "), first);
    BOOST_TEST(
        first.ends_with(" ms without waiting for anything, while which nobody else was served"),
        first);
    const std::string second = ask("/0/80").substr(first.size());
    BOOST_TEST(second.starts_with("\na call of the reactor took "), second);
    BOOST_TEST(second.find("; in it worked ") != std::string::npos, second);
    BOOST_TEST(second.ends_with("Works"), second);
    reactor.set_slow_callback_duration(0ns);
    BOOST_TEST(ask("/60/60") == first + second);
}

BOOST_AUTO_TEST_CASE(a_slow_call_without_a_handler_is_told_of_too) {
    CapturedLog log(log::Level::warning);
    reactor::Reactor reactor;
    reactor.set_slow_callback_duration(50ms);
    reactor.call_later(10ms, [] { std::this_thread::sleep_for(60ms); });
    reactor.run_until(task::defer_later(30ms));
    reactor.set_slow_callback_duration(0ns);
    BOOST_TEST(log.text().starts_with("a call of the reactor took "));
    BOOST_TEST(log.text().ends_with(" ms, while which nobody else was served"));
}

BOOST_AUTO_TEST_CASE(waiting_is_not_slow) {
    CapturedLog log(log::Level::warning);
    reactor::Reactor reactor;
    reactor.set_slow_callback_duration(20ms);
    reactor.run_until(task::defer_later(100ms));
    reactor.set_slow_callback_duration(0ns);
    BOOST_TEST(log.text() == "");
}

BOOST_AUTO_TEST_SUITE_END()
