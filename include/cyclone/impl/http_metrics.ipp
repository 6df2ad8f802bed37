#pragma once

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <string_view>

#include <cyclone/http/metrics.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::http {

CYCLONE_INLINE Metrics::Metrics(reactor::Reactor& reactor) : reactor_(reactor) {}
CYCLONE_INLINE Metrics::~Metrics() { lag_call_.cancel(); }

CYCLONE_INLINE std::uint64_t Metrics::requests() const {
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

CYCLONE_INLINE void Metrics::add(const Metrics& other) {
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
}

CYCLONE_INLINE std::string Metrics::prometheus_text() const {
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
    describe("reactor_lag_seconds", "gauge", "How much later than it was due a call has come.");
    value("reactor_lag_seconds", seconds(static_cast<std::uint64_t>(lag_.count())));
    return text;
}

}  // namespace cyclone::http
