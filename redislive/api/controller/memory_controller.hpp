#pragma once

#include <charconv>
#include <cstddef>

#include <redislive/api/controller/base_controller.hpp>

namespace redislive {

/// With `points=N`, thinned to about as many rows without losing a peak.
struct MemoryController : BaseController {
    Deferred<> get() {
        using namespace std::chrono_literals;
        const std::string id = server();
        const auto [from, to] = time_range(60s);
        auto asked = stats_provider().get_memory_info(id, from, to, points());
        const auto samples = co_await asked;
        write({{"data", to_rows(samples, row_time())}, {"timestamp", timestamp()}});
    }

private:
    std::optional<std::size_t> points() {
        const auto text = get_argument("points", std::nullopt);
        if (!text) {
            return std::nullopt;
        }
        constexpr std::size_t most = 100'000;
        std::size_t number = 0;
        const char* const end = text->data() + text->size();
        const auto result = std::from_chars(text->data(), end, number);
        if (result.ec != std::errc() || result.ptr != end || number == 0 || number > most) {
            throw web::HTTPError(400, "points is a number from 1 to " + std::to_string(most));
        }
        return number;
    }
};

}  // namespace redislive
