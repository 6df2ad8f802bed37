#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/web/route.hpp>
#include <cyclone/web/route_index.hpp>
#include <cyclone/web/route_pattern.hpp>

namespace cyclone::web {

/// Finds the first of many routes that fits a path. Shared by all threads.
class Router {
public:
    struct Found {
        const HandlerFactory* handler;
        const RoutePattern* pattern;
        /// Null where there is none.
        const std::vector<Middleware>* middleware;
    };

    /// `outer`: the middleware that stands around all of them. Throws std::invalid_argument with a
    /// sentence for a pattern that is none, or whose groups do not fit the parameters of its
    /// handler's methods.
    Router(const std::vector<Route>& routes, const std::vector<Middleware>& outer);

    std::optional<Found> find(std::string_view path) const;

    /// The pattern of the route with that name, or null.
    const RoutePattern* find_named(std::string_view name) const;

private:
    struct Entry {
        RoutePattern pattern;
        std::string name;
        std::shared_ptr<const HandlerFactory> handler;
        std::vector<Middleware> middleware;
        /// Of a route that has routes of its own.
        std::unique_ptr<Router> router;
    };

    static RoutePattern compile(const Route& route);
    static void check_methods(const Route& route, const RoutePattern& pattern);

    std::vector<Entry> entries_;
    RouteIndex index_;
};

}  // namespace cyclone::web
