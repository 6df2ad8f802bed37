#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/web/router.hpp>
#include <cyclone/web/settings.hpp>

namespace cyclone::web {

/// What an Application is, for its handlers: shared by all threads, and does not change once one
/// has been made.
struct ApplicationCore {
    struct Host {
        RoutePattern pattern;
        Router router;
    };

    Settings settings;
    std::vector<Host> hosts;
    std::unique_ptr<Router> router;
    std::shared_ptr<const HandlerFactory> not_found;
    /// Stands in for a handler that could not be made.
    std::shared_ptr<const HandlerFactory> broken;
    /// Somebody may be using it: no more changes.
    mutable std::atomic<bool> served = false;

    std::optional<Router::Found> find(std::string_view host, std::string_view path) const;
    std::optional<Router::Found> find_for_host(std::string_view host, std::string_view path) const;
    std::string reverse_url(std::string_view name, std::span<const std::string> arguments) const;
    void log_request(RequestHandler& handler) const;
};

}  // namespace cyclone::web
