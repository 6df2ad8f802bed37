#pragma once

#include <cstdint>
#include <memory>

#include <cyclone/http/exchange_pool.hpp>
#include <cyclone/http/metrics.hpp>
#include <cyclone/http/server_settings.hpp>

namespace cyclone::http {

/// What the connections of one server on one reactor have in common.
struct ServerContext {
    std::shared_ptr<Service> service;
    ServerSettings settings;
    ExchangePool::Owner pool = ExchangePool::make();
    /// Null where nobody counts, as in a test.
    Metrics* metrics = nullptr;
    /// No request is taken any more: each answer ends its connection.
    bool stopping = false;
};

}  // namespace cyclone::http
