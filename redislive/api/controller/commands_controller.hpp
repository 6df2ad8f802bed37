#pragma once

#include <redislive/api/controller/base_controller.hpp>

namespace redislive {

struct CommandsController : BaseController {
    Deferred<> get() {
        using namespace std::chrono_literals;
        const std::string id = server();
        const auto [from, to] = time_range(120s);
        const Granularity granularity = wanted_granularity(to - from);
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
    /// That of the range, or a finer or coarser one that the query asks for and that gives a
    /// sensible number of rows.
    Granularity wanted_granularity(std::int64_t range) {
        const auto wanted = get_argument("granularity", std::nullopt);
        if (!wanted) {
            return granularity_of(range);
        }
        constexpr std::int64_t most_rows = 10'000;
        for (const auto& [granularity, length] :
             {std::pair(Granularity::second, 1), std::pair(Granularity::minute, 60),
              std::pair(Granularity::hour, 3600), std::pair(Granularity::day, 86400)}) {
            if (*wanted == name_of(granularity)) {
                if (range / length > most_rows) {
                    throw web::HTTPError(400,
                                         "granularity=" + *wanted +
                                             " would make more than 10,000 rows of this range");
                }
                return granularity;
            }
        }
        throw web::HTTPError(400, "granularity is second, minute, hour or day, not " + *wanted);
    }

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
