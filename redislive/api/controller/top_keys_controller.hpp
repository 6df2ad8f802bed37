#pragma once

#include <redislive/api/controller/base_controller.hpp>

namespace redislive {

/// The ten keys that were named most often, largest first.
struct TopKeysController : BaseController {
    Deferred<> get() {
        using namespace std::chrono_literals;
        const std::string id = server();
        const auto [from, to] = time_range(120s);
        const bool details = flag("details");
        auto asked = stats_provider().get_top_keys_stats(id, from, to);
        const auto counts = co_await asked;
        boost::json::object answer{
            {"data", to_rows(counts, details ? RowName::safe : RowName::plain)},
            {"timestamp", timestamp()}};
        if (details) {
            auto adding = stats_provider().get_totals(id, from, to);
            const Totals totals = co_await adding;
            answer["distinct"] = totals.keys;
            answer["total"] = totals.commands;
        }
        write(std::move(answer));
    }
};

}  // namespace redislive
