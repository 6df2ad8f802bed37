#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <redislive/api/util/server_address.hpp>
#include <redislive/collector/collector.hpp>
#include <redislive/dataprovider/data_provider.hpp>

namespace redislive {

/// What the controllers answer from. The same for all requests.
struct Backend {
    std::vector<ServerAddress> servers{};
    std::shared_ptr<DataProvider> stats{};
    /// Null when this process only shows what others collect.
    std::shared_ptr<Collector> collector{};
    /// The address that is listened on.
    std::string address = "127.0.0.1";

    bool knows(std::string_view id) const {
        for (const ServerAddress& server : servers) {
            if (server.id() == id) {
                return true;
            }
        }
        return false;
    }
};

}  // namespace redislive
