#pragma once

#include <algorithm>
#include <cstdio>
#include <memory>
#include <mutex>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include <cyclone/http/metrics.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::http {

namespace detail {

/// The Metrics of every reactor of the process, and the door to each.
struct AllMetrics {
    struct Entry {
        std::shared_ptr<reactor::Reactor::Mailbox> mailbox;
        Metrics* metrics;
    };
    std::mutex mutex;
    std::vector<Entry> entries;

    bool contains(const Metrics* metrics) {
        const std::lock_guard lock(mutex);
        return std::ranges::find(entries, metrics, &Entry::metrics) != entries.end();
    }
};

// Never destroyed: a reactor of another thread may end after everything else.
[[gnu::visibility("default")]] CYCLONE_INLINE AllMetrics& all_metrics() {
    static AllMetrics* const all = new AllMetrics;
    return *all;
}

/// Adds up what comes from the reactors; on the thread of the one who has asked.
struct MetricsSum {
    MetricsCounts counts;
    std::size_t missing = 0;
    Promise<> complete;
};

}  // namespace detail

CYCLONE_INLINE Metrics::Metrics(reactor::Reactor& reactor) : reactor_(reactor) {
    reactors_ = 1;
    detail::AllMetrics& all = detail::all_metrics();
    const std::lock_guard lock(all.mutex);
    all.entries.push_back({reactor.mailbox(), this});
}
CYCLONE_INLINE Metrics::~Metrics() {
    lag_call_.cancel();
    detail::AllMetrics& all = detail::all_metrics();
    const std::lock_guard lock(all.mutex);
    std::erase_if(all.entries, [this](const auto& entry) { return entry.metrics == this; });
}

CYCLONE_INLINE Deferred<MetricsCounts> metrics_of_all_reactors(std::chrono::nanoseconds patience) {
    const auto here = reactor::current().mailbox();
    const auto sum = std::make_shared<detail::MetricsSum>();
    std::vector<detail::AllMetrics::Entry> entries;
    {
        detail::AllMetrics& all = detail::all_metrics();
        const std::lock_guard lock(all.mutex);
        entries = all.entries;
    }
    for (const auto& [mailbox, metrics] : entries) {
        if (mailbox == here) {
            metrics->measure_lag();
            sum->counts.add(*metrics);
            continue;
        }
        // The other thread gets nothing that must be destroyed on this one.
        const bool posted = mailbox->post([metrics = metrics, here, weak = std::weak_ptr(sum)] {
            if (!detail::all_metrics().contains(metrics)) {
                return;
            }
            metrics->measure_lag();
            const auto counts = std::make_shared<const MetricsCounts>(*metrics);
            here->post([counts, weak] {
                if (const auto waiting = weak.lock()) {
                    waiting->counts.add(*counts);
                    if (--waiting->missing == 0) {
                        waiting->complete.callback();
                    }
                }
            });
        });
        sum->missing += posted ? 1 : 0;
    }
    if (sum->missing != 0) {
        auto answers = sum->complete.get_deferred().add_timeout(patience);
        try {
            co_await answers;
        } catch (const TimeoutError&) {
            // reactors() tells.
            sum->missing = 0;
        }
    }
    co_return sum->counts;
}

CYCLONE_INLINE std::uint64_t MetricsCounts::requests() const {
    return std::accumulate(statuses_.begin(), statuses_.end(), std::uint64_t{0});
}

CYCLONE_INLINE void Metrics::measure_lag() {
    if (!std::exchange(measures_lag_, true)) {
        wait_for_lag();
    }
}

CYCLONE_INLINE void Metrics::wait_for_lag() {
    constexpr std::chrono::milliseconds interval(250);
    lag_due_ = reactor_.seconds() + interval;
    lag_call_ = reactor_.call_later(interval, [this] {
        lag_ = std::max(reactor_.seconds() - lag_due_, std::chrono::nanoseconds(0));
        wait_for_lag();
    });
}

CYCLONE_INLINE void MetricsCounts::add(const MetricsCounts& other) {
    connections_accepted += other.connections_accepted;
    connections_turned_away += other.connections_turned_away;
    connections_open += other.connections_open;
    bytes_received += other.bytes_received;
    bytes_sent += other.bytes_sent;
    for (std::size_t i = 0; i < statuses_.size(); ++i) {
        statuses_[i] += other.statuses_[i];
    }
    for (std::size_t i = 0; i < latencies_.size(); ++i) {
        latencies_[i] += other.latencies_[i];
    }
    nanoseconds_ += other.nanoseconds_;
    lag_ = std::max(lag_, other.lag_);
    reactors_ += other.reactors_;
}

CYCLONE_INLINE std::string MetricsCounts::prometheus_text() const {
    std::string text;
    const auto describe = [&text](std::string_view name, std::string_view type,
                                  std::string_view help) {
        text.append("# HELP ").append(name).append(" ").append(help);
        text.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
    };
    const auto value = [&text](std::string_view name, const std::string& number) {
        text.append(name).append(" ").append(number).append("\n");
    };
    const auto seconds = [](std::uint64_t ns) {
        char number[48];
        std::snprintf(number, sizeof number, "%.9g", static_cast<double>(ns) * 1e-9);
        return std::string(number);
    };

    describe("http_requests_total", "counter", "Responses, by their status.");
    for (std::size_t status = 0; status < statuses_.size(); ++status) {
        if (statuses_[status] != 0) {
            value("http_requests_total{status=\"" + std::to_string(status) + "\"}",
                  std::to_string(statuses_[status]));
        }
    }
    describe("http_request_duration_seconds", "histogram",
             "From the arrival of a request to the end of its response.");
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i + 1 < latencies_.size(); ++i) {
        so_far += latencies_[i];
        value("http_request_duration_seconds_bucket{le=\"" +
                  seconds(std::uint64_t{1} << (first_power + i)) + "\"}",
              std::to_string(so_far));
    }
    so_far += latencies_.back();
    value("http_request_duration_seconds_bucket{le=\"+Inf\"}", std::to_string(so_far));
    value("http_request_duration_seconds_sum", seconds(nanoseconds_));
    value("http_request_duration_seconds_count", std::to_string(so_far));

    describe("http_connections_open", "gauge", "Connections that are open.");
    value("http_connections_open", std::to_string(connections_open));
    describe("http_connections_accepted_total", "counter", "Connections that were served.");
    value("http_connections_accepted_total", std::to_string(connections_accepted));
    describe("http_connections_turned_away_total", "counter",
             "Connections beyond a limit, which were closed at once.");
    value("http_connections_turned_away_total", std::to_string(connections_turned_away));
    describe("http_received_bytes_total", "counter", "Bytes that clients have sent.");
    value("http_received_bytes_total", std::to_string(bytes_received));
    describe("http_sent_bytes_total", "counter", "Bytes that were sent to clients.");
    value("http_sent_bytes_total", std::to_string(bytes_sent));
    describe("http_reactors", "gauge", "Reactors that these numbers are the sum of.");
    value("http_reactors", std::to_string(reactors_));
    describe("reactor_lag_seconds", "gauge", "How much later than it was due a call has come.");
    value("reactor_lag_seconds", seconds(static_cast<std::uint64_t>(lag_.count())));
    return text;
}

}  // namespace cyclone::http
