#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cyclone/testing/http_client.hpp>

#include "tests/unit/scripted_service.hpp"

/// A connection to a ScriptedService, without a port.
struct HttpInMemory {
    std::shared_ptr<ScriptedService> service = std::make_shared<ScriptedService>();
    cyclone::http::ServerSettings settings;
    std::optional<cyclone::testing::MemoryConnection> made;

    cyclone::testing::MemoryConnection& connection() {
        if (!made) {
            made.emplace(service, settings);
        }
        return *made;
    }
    /// Keeps the exchange of each request for `path`, to be answered by the test.
    std::vector<cyclone::http::ExchangePtr>* hold(const std::string& path) {
        service->on(path, [this](cyclone::http::ExchangePtr exchange) {
            held_.push_back(std::move(exchange));
        });
        return &held_;
    }
    /// The next answer; a status of 0 when there is none.
    cyclone::testing::Response answer(std::string_view method = "GET") {
        rest += connection().take_received();
        return cyclone::testing::take_response(rest, method, connection().closed())
            .value_or(cyclone::testing::Response());
    }
    std::string rest;

private:
    std::vector<cyclone::http::ExchangePtr> held_;
};
