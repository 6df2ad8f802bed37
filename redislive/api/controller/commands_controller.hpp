#pragma once

#include <redislive/api/controller/base_controller.hpp>

namespace redislive {

struct CommandsController : BaseController {
    Deferred<> get() {
        using namespace std::chrono_literals;
        const std::string id = server();
        const auto [from, to] = time_range(120s);
        const Granularity granularity = granularity_of(to - from);
        auto asked = stats_provider().get_command_stats(id, from, to, granularity);
        const auto stats = co_await asked;
        boost::json::object answer{{"data", to_rows(stats, row_time())},
                                   {"timestamp", timestamp()}};
        if (flag("details")) {
            answer["granularity"] = name_of(granularity);
        }
        write(std::move(answer));
    }

private:
    static std::string_view name_of(Granularity granularity) {
        switch (granularity) {
            case Granularity::day:
                return "day";
            case Granularity::hour:
                return "hour";
            case Granularity::minute:
                return "minute";
            case Granularity::second:
                break;
        }
        return "second";
    }
};

}  // namespace redislive
