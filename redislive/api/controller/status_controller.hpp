#pragma once

#include <redislive/api/controller/base_controller.hpp>
#include <redislive/api/util/time_zone_name.hpp>

namespace redislive {

/// How the collector gets on with a server, what the store has of it, and what it lacks.
struct StatusController : BaseController {
    Deferred<> get() {
        using namespace std::chrono_literals;
        const std::string id = server();
        const auto [from, to] = time_range(120s);
        auto reading = read_status(id);
        boost::json::object answer = co_await reading;

        auto finding = stats_provider().get_record_span(id);
        const RecordSpan span = co_await finding;
        answer["first"] = or_null(span.first);
        answer["last"] = or_null(span.last);
        auto asking = stats_provider().get_gaps(id, from, to);
        const std::vector<Gap> gaps = co_await asking;
        answer["gaps"] = to_rows(gaps);
        auto weighing = stats_provider().get_store_info();
        const StoreInfo store = co_await weighing;
        answer["store"] = boost::json::object{{"kind", store.kind},
                                              {"name", store.name},
                                              {"bytes", store.bytes},
                                              {"keep_days", store.keep_days}};

        const std::int64_t now = epoch_now();
        const std::string zone = time_zone_name();
        answer["now"] = now;
        answer["utc_offset_minutes"] = local_zone(now).utc_offset / 60;
        answer["time_zone"] = zone.empty() ? boost::json::value() : boost::json::value(zone);
        answer["timestamp"] = timestamp();
        write(std::move(answer));
    }

private:
    template <class T>
    static boost::json::value or_null(const std::optional<T>& value) {
        return value ? boost::json::value(*value) : boost::json::value();
    }

    Deferred<boost::json::object> read_status(std::string id) {
        const auto own = backend().collector ? backend().collector->status(id) : std::nullopt;
        if (own) {
            co_return to_json(*own, "here");
        }
        auto asked = stats_provider().get_status(id);
        const std::optional<ServerStatus> stored = co_await asked;
        if (!stored) {
            co_return to_json({.since = epoch_now()}, "none");
        }
        constexpr std::int64_t silence = 10;
        const bool is_alive = epoch_now() - stored->updated_at <= silence;
        co_return to_json(*stored, is_alive ? "elsewhere" : "none");
    }

    static boost::json::object to_json(const ServerStatus& status, std::string_view collector) {
        return {{"state", status.state},
                {"since", status.since},
                {"reason", or_null(status.reason)},
                {"retry_at", or_null(status.retry_at)},
                {"latency_ms", or_null(status.latency_ms)},
                {"updated_at", status.updated_at},
                {"collector", collector}};
    }
};

}  // namespace redislive
