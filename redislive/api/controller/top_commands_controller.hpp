#pragma once

#include <algorithm>

#include <redislive/api/controller/base_controller.hpp>

namespace redislive {

/// The ten most frequent commands, the rarest of them first, as the original's chart wants them.
struct TopCommandsController : BaseController {
    Deferred<> get() {
        using namespace std::chrono_literals;
        const std::string id = server();
        const auto [from, to] = time_range(120s);
        const bool details = flag("details");
        auto asked = stats_provider().get_top_commands_stats(id, from, to);
        auto counts = co_await asked;
        std::ranges::reverse(counts);
        boost::json::object answer{
            {"data", to_rows(counts, details ? RowName::safe : RowName::plain)},
            {"timestamp", timestamp()}};
        if (details) {
            auto adding = stats_provider().get_totals(id, from, to);
            const Totals totals = co_await adding;
            answer["total"] = totals.commands;
        }
        write(std::move(answer));
    }
};

}  // namespace redislive
