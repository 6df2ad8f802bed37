#pragma once

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/web/router.hpp>

namespace cyclone::web {

namespace detail {

CYCLONE_INLINE std::string short_type_name(const char* mangled) {
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> demangled(
        abi::__cxa_demangle(mangled, nullptr, nullptr, &status), &std::free);
    const std::string_view whole = status == 0 ? demangled.get() : mangled;
    // What stands in front of the last :: that is not within template arguments or a function's
    // parameters.
    std::size_t begin = 0;
    int depth = 0;
    for (std::size_t i = 0; i + 1 < whole.size(); ++i) {
        const char c = whole[i];
        depth += c == '<' || c == '(' ? 1 : c == '>' || c == ')' ? -1 : 0;
        if (depth == 0 && c == ':' && whole[i + 1] == ':') {
            begin = i + 2;
        }
    }
    return std::string(whole.substr(begin));
}

inline std::string counted(std::size_t count, std::string_view what) {
    return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

}  // namespace detail

CYCLONE_INLINE RoutePattern Router::compile(const Route& route) {
    try {
        return RoutePattern(route.pattern());
    } catch (const std::invalid_argument& error) {
        const std::string name = route.handler() ? route.handler()->handler_name() + ": " : "";
        throw std::invalid_argument("cyclone: " + name + error.what());
    }
}

CYCLONE_INLINE void Router::check_methods(const Route& route, const RoutePattern& pattern) {
    for (const MethodShape& method : route.handler()->methods()) {
        const auto [least, most] = method.arity;
        if (pattern.groups() < least || pattern.groups() > most) {
            throw std::invalid_argument("cyclone: " + route.handler()->handler_name() +
                                        ": the pattern " + pattern.text() + " has " +
                                        detail::counted(pattern.groups(), "group") + ", but " +
                                        std::string(method.name) + "() takes " +
                                        (least == most ? "" : std::to_string(least) + " to ") +
                                        detail::counted(most, "parameter"));
        }
    }
}

CYCLONE_INLINE Router::Router(const std::vector<Route>& routes,
                              const std::vector<Middleware>& outer) {
    entries_.reserve(routes.size());
    for (const Route& route : routes) {
        Entry& entry = entries_.emplace_back(
            Entry{compile(route), route.name(), route.handler(), outer, nullptr});
        entry.middleware.insert(entry.middleware.end(), route.middleware().begin(),
                                route.middleware().end());
        if (route.handler()) {
            check_methods(route, entry.pattern);
        } else {
            entry.router = std::make_unique<Router>(route.routes(), entry.middleware);
        }
    }
    std::vector<const RoutePattern*> patterns;
    for (const Entry& entry : entries_) {
        patterns.push_back(&entry.pattern);
    }
    index_ = RouteIndex(patterns);
}

CYCLONE_INLINE std::optional<Router::Found> Router::find(std::string_view path) const {
    for (const std::uint32_t place : index_.find(path)) {
        const Entry& entry = entries_[place];
        if (!index_.complete()) {
            PathArguments caught;
            if (!entry.pattern.match(path, caught)) {
                continue;
            }
        }
        if (entry.router) {
            if (auto found = entry.router->find(path)) {
                return found;
            }
        } else {
            return Found{entry.handler.get(), &entry.pattern,
                         entry.middleware.empty() ? nullptr : &entry.middleware};
        }
    }
    return std::nullopt;
}

CYCLONE_INLINE const RoutePattern* Router::find_named(std::string_view name) const {
    for (const Entry& entry : entries_) {
        if (!entry.name.empty() && entry.name == name) {
            return &entry.pattern;
        }
        const RoutePattern* inner = entry.router ? entry.router->find_named(name) : nullptr;
        if (inner != nullptr) {
            return inner;
        }
    }
    return nullptr;
}

}  // namespace cyclone::web
