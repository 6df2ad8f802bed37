#pragma once

#include <optional>
#include <string>

#include <cyclone/http/metrics.hpp>
#include <cyclone/web/request_handler.hpp>

namespace cyclone::web {

/// What the HTTP servers of this process have done, on all reactors, for Prometheus to read:
/// requests by status, their durations, connections, bytes, the lag of the reactors. Put it where
/// strangers do not come.
///
///     web::url<web::MetricsHandler>("/metrics")
class MetricsHandler : public RequestHandler {
public:
    Deferred<> get() {
        auto adding_up = http::metrics_of_all_reactors();
        const http::MetricsCounts counts = co_await adding_up;
        set_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
        set_header("Cache-Control", "no-store");
        write(counts.prometheus_text());
    }
    std::optional<std::string> compute_etag() override { return std::nullopt; }
};

}  // namespace cyclone::web
