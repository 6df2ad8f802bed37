#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/defer.hpp>
#include <cyclone/task/looping_call.hpp>
#include <redislive/api/util/server_address.hpp>
#include <redislive/collector/server_watch.hpp>
#include <redislive/collector/store_writer.hpp>
#include <redislive/dataprovider/data_provider.hpp>

namespace redislive {

/// Watches servers, and writes what it sees into a store, from start() to stop(). Also lets the
/// store delete what is too old.
class Collector {
public:
    Collector(const std::vector<ServerAddress>& servers, std::shared_ptr<DataProvider> store);

    void start();
    /// Writes what is left, and fires when it is written; after some seconds it gives up.
    cyclone::Deferred<> stop();

    /// How it gets on with the server of that id; nothing when it is not watched, or by another
    /// process.
    std::optional<ServerStatus> status(std::string_view server) const;

    const std::vector<std::shared_ptr<ServerWatch>>& watches() const noexcept { return watches_; }

private:
    cyclone::Deferred<> expire();

    std::shared_ptr<DataProvider> store_;
    std::vector<std::shared_ptr<StoreWriter>> writers_;
    std::vector<std::shared_ptr<ServerWatch>> watches_;
    std::vector<cyclone::Deferred<>> watching_;
    std::vector<cyclone::Deferred<>> writing_;
    cyclone::task::LoopingCall ticks_;
    cyclone::task::LoopingCall expiry_;
    cyclone::reactor::DelayedCall first_expiry_;
};

}  // namespace redislive
