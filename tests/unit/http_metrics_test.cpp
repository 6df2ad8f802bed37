#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>

#include <cyclone/http/metrics.hpp>
#include <cyclone/task.hpp>
#include <cyclone/testing/http_client.hpp>
#include <cyclone/web.hpp>

#include "tests/unit/captured_log.hpp"
#include "tests/unit/http_port.hpp"

BOOST_AUTO_TEST_SUITE(http_metrics)

using namespace cyclone;
using namespace std::chrono_literals;
using Client = SocketClient;

namespace {

bool has_line(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

/// A reactor on a thread of its own.
class OtherReactor {
public:
    OtherReactor() {
        std::promise<reactor::Reactor*> started;
        thread_ = std::jthread([&started] {
            reactor::Reactor reactor;
            reactor.call_later(0ms, [&] { started.set_value(&reactor); });
            reactor.run();
        });
        reactor_ = started.get_future().get();
    }
    ~OtherReactor() {
        reactor_->call_from_thread([r = reactor_] { r->stop(); });
    }
    /// Calls `f` there, and waits for it.
    void call(const std::function<void(reactor::Reactor&)>& f) {
        std::promise<void> done;
        reactor_->call_from_thread([&, r = reactor_] {
            f(*r);
            done.set_value();
        });
        done.get_future().wait();
    }
    reactor::Reactor& reactor() { return *reactor_; }

private:
    reactor::Reactor* reactor_ = nullptr;
    std::jthread thread_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(prometheus_gets_counters_and_a_histogram) {
    http::MetricsCounts counts;
    counts.request_finished(200, 5us);
    counts.request_finished(200, 100us);
    counts.request_finished(404, 3ms);
    counts.request_finished(200, 100s);
    counts.connections_accepted = 7;
    counts.connections_open = 2;
    counts.connections_turned_away = 1;
    counts.bytes_received = 1234;
    counts.bytes_sent = 56789;
    const std::string text = counts.prometheus_text();
    for (const char* line : {"# TYPE http_requests_total counter",
                             "http_requests_total{status=\"200\"} 3",
                             "http_requests_total{status=\"404\"} 1",
                             "# TYPE http_request_duration_seconds histogram",
                             "http_request_duration_seconds_bucket{le=\"8.192e-06\"} 1",
                             "http_request_duration_seconds_bucket{le=\"6.5536e-05\"} 1",
                             "http_request_duration_seconds_bucket{le=\"0.000131072\"} 2",
                             "http_request_duration_seconds_bucket{le=\"0.002097152\"} 2",
                             "http_request_duration_seconds_bucket{le=\"0.004194304\"} 3",
                             "http_request_duration_seconds_bucket{le=\"68.7194767\"} 3",
                             "http_request_duration_seconds_bucket{le=\"+Inf\"} 4",
                             "http_request_duration_seconds_sum 100.003105",
                             "http_request_duration_seconds_count 4",
                             "# TYPE http_connections_open gauge",
                             "http_connections_open 2",
                             "http_connections_accepted_total 7",
                             "http_connections_turned_away_total 1",
                             "http_received_bytes_total 1234",
                             "http_sent_bytes_total 56789",
                             "http_reactors 0",
                             "reactor_lag_seconds 0"}) {
        BOOST_TEST(has_line(text, line), line << " is not in " << text);
    }
    // Every line is a comment or a number with its name.
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t space = line.rfind(' ');
        char* end = nullptr;
        BOOST_TEST((line.starts_with("# HELP ") || line.starts_with("# TYPE ") ||
                    (std::strtod(line.c_str() + space, &end), *end == '\0' && space > 0)),
                   line);
    }
}

BOOST_FIXTURE_TEST_CASE(a_server_counts_what_it_does, HttpPort) {
    settings.max_connections = 2;
    service->on("/404", [](http::ExchangePtr exchange) {
        exchange->response.status = 404;
        exchange->finish();
    });
    listen();
    const auto& metrics = reactor.component<http::Metrics>();
    Client first(*this);
    Client second(*this);
    first.send(get + get_path("/404"));
    first.read_to(" 404 ");
    second.send("no request\r\n\r\n");
    second.reads_end();
    run_until([&] { return server->connections() == 1; });
    Client third(*this);
    run_until([&] { return server->connections() == 2; });
    Client fourth(*this);
    fourth.reads_end();
    BOOST_TEST(metrics.requests() == 3U);
    BOOST_TEST(metrics.requests_with_status(200) == 1U);
    BOOST_TEST(metrics.requests_with_status(404) == 1U);
    BOOST_TEST(metrics.requests_with_status(400) == 1U);
    BOOST_TEST(metrics.connections_accepted == 3U);
    BOOST_TEST(metrics.connections_open == 2U);
    BOOST_TEST(metrics.connections_turned_away == 1U);
    BOOST_TEST(metrics.bytes_received == get.size() + get_path("/404").size() + 14U);
    BOOST_TEST(metrics.bytes_sent == first.received.size() + second.received.size());
}

BOOST_AUTO_TEST_CASE(the_lag_tells_how_long_a_reactor_was_held_up) {
    reactor::Reactor reactor;
    auto& metrics = reactor.component<http::Metrics>();
    metrics.measure_lag();
    BOOST_CHECK(metrics.reactor_lag() == 0ns);
    reactor.call_later(0ms, [] { std::this_thread::sleep_for(400ms); });
    reactor.run_until(task::defer_later(450ms));
    BOOST_CHECK(metrics.reactor_lag() >= 100ms);
    BOOST_CHECK(metrics.reactor_lag() < 5s);
    reactor.run_until(task::defer_later(300ms));
    BOOST_CHECK(metrics.reactor_lag() < 100ms);
}

BOOST_AUTO_TEST_CASE(the_metrics_of_all_reactors_are_added_up) {
    reactor::Reactor reactor;
    reactor.component<http::Metrics>().request_finished(200, 1ms);
    OtherReactor other;
    OtherReactor third;
    other.call([](reactor::Reactor& r) {
        r.component<http::Metrics>().request_finished(200, 1ms);
        r.component<http::Metrics>().request_finished(500, 1ms);
    });
    third.call([](reactor::Reactor& r) { r.component<http::Metrics>().connections_open = 5; });
    const auto counts = reactor.run_until(http::metrics_of_all_reactors());
    BOOST_TEST(counts.requests_with_status(200) == 2U);
    BOOST_TEST(counts.requests_with_status(500) == 1U);
    BOOST_TEST(counts.connections_open == 5U);
    BOOST_TEST(counts.reactors() == 3U);
}

BOOST_AUTO_TEST_CASE(a_reactor_that_is_held_up_is_left_out) {
    reactor::Reactor reactor;
    reactor.component<http::Metrics>().request_finished(200, 1ms);
    OtherReactor other;
    other.call([](reactor::Reactor& r) { r.component<http::Metrics>(); });
    std::promise<void> go_on;
    other.reactor().call_from_thread([future = go_on.get_future()] { future.wait(); });
    auto counts = reactor.run_until(http::metrics_of_all_reactors(50ms));
    BOOST_TEST(counts.reactors() == 1U);
    BOOST_TEST(counts.requests() == 1U);
    go_on.set_value();
    counts = reactor.run_until(http::metrics_of_all_reactors());
    BOOST_TEST(counts.reactors() == 2U);
}

BOOST_AUTO_TEST_CASE(a_handler_answers_prometheus) {
    const CapturedLog log;
    reactor::Reactor reactor;
    reactor.component<http::Metrics>().request_finished(302, 1ms);
    web::Application application({web::url<web::MetricsHandler>("/metrics")});
    testing::HTTPClient client(application);
    const auto response = client.fetch("GET", "/metrics");
    BOOST_TEST(response.status == 200);
    BOOST_TEST(response.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
    BOOST_TEST(has_line(response.body, "http_requests_total{status=\"302\"} 1"));
    BOOST_TEST(has_line(response.body, "http_reactors 1"));
}

BOOST_AUTO_TEST_SUITE_END()
