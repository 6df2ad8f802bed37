#pragma once

#include <redislive/api/controller/base_controller.hpp>
#include <redislive/collector/info_text.hpp>

namespace redislive {

/// `{}` before the first INFO.
struct InfoController : BaseController {
    Deferred<> get() {
        auto asked = stats_provider().get_info(server());
        const auto info = co_await asked;
        boost::json::object answer;
        if (info && !info->empty()) {
            answer = present_info(*info);
            answer["timestamp"] = timestamp();
        }
        write(std::move(answer));
    }
};

}  // namespace redislive
