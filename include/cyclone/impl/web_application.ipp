#pragma once

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include <cyclone/httputil/url.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/log.hpp>
#include <cyclone/web/application.hpp>
#include <cyclone/web/error_handler.hpp>
#include <cyclone/web/static_files.hpp>

namespace cyclone::web {

namespace detail {

inline log::Level access_level(unsigned status) {
    return status < 400 ? log::Level::info : status < 500 ? log::Level::warning : log::Level::error;
}

inline void log_access(AccessLog form, const http::Exchange& exchange, unsigned status) {
    const httputil::HTTPServerRequest& request = exchange.request;
    const log::Level level = access_level(status);
    if (!log::enabled(level)) {
        return;
    }
    if (form == AccessLog::combined) {
        log::write(level, log::Channel::access,
                   combined_log_line(request, status, exchange.body_size()));
        return;
    }
    const std::chrono::duration<double, std::milli> took = request.request_time();
    char time[32];
    const int size = std::snprintf(time, sizeof time, "%.2fms", took.count());
    std::string line = std::to_string(status);
    line.append(" ").append(request.method).append(" ").append(request.uri).append(" (");
    line.append(request.remote_ip).append(") ").append(time, static_cast<std::size_t>(size));
    log::write(level, log::Channel::access, line);
}

}  // namespace detail

CYCLONE_INLINE Application::Application(std::vector<Route> routes, Settings settings)
    : core_(std::make_shared<ApplicationCore>()) {
    if (!settings.static_path.empty()) {
        if (!settings.static_handler_class) {
            settings.static_handler_class = static_handler<StaticFileHandler>();
        }
        std::vector<Route> files = settings.static_handler_class->routes(settings);
        routes.insert(routes.begin(), files.begin(), files.end());
    }
    core_->router = std::make_unique<Router>(routes, settings.middleware);
    core_->not_found = settings.default_handler_class ? settings.default_handler_class
                                                      : handler<ErrorHandler>(404U);
    core_->broken = handler<ErrorHandler>(500U);
    core_->settings = std::move(settings);
}

CYCLONE_INLINE ApplicationCore& Application::changeable(std::string_view what) {
    if (core_->served) {
        throw std::logic_error(
            "cyclone: Application::" + std::string(what) +
            "() comes before the application is served: other threads may use it now");
    }
    return *core_;
}

CYCLONE_INLINE void Application::add_handlers(std::string_view host_pattern,
                                              const std::vector<Route>& routes) {
    ApplicationCore& core = changeable("add_handlers");
    core.hosts.push_back({RoutePattern(host_pattern), Router(routes, core.settings.middleware)});
}

CYCLONE_INLINE void Application::add_transform(OutputTransformFactory transform) {
    changeable("add_transform").settings.transforms.push_back(std::move(transform));
}

CYCLONE_INLINE void Application::watch_slow_callbacks(reactor::Reactor& reactor) const {
    const Settings& made = core_->settings;
    const auto limit = made.slow_callback_duration.value_or(
        made.debug ? std::chrono::milliseconds(100) : std::chrono::milliseconds(0));
    if (limit.count() != 0) {
        reactor.set_slow_callback_duration(limit);
    }
}

CYCLONE_INLINE std::shared_ptr<http::Service> Application::service() const {
    core_->served = true;
    return Dispatcher::make(core_);
}

CYCLONE_INLINE std::optional<Router::Found> ApplicationCore::find_for_host(
    std::string_view host, std::string_view path) const {
    std::string name(httputil::split_host_and_port(host).host);
    std::ranges::transform(name, name.begin(), httputil::detail::to_lower);
    for (const Host& candidate : hosts) {
        PathArguments caught;
        if (!candidate.pattern.match(name, caught)) {
            continue;
        }
        if (auto found = candidate.router.find(path)) {
            return found;
        }
    }
    return std::nullopt;
}

CYCLONE_INLINE std::optional<Router::Found> ApplicationCore::find(std::string_view host,
                                                                  std::string_view path) const {
    if (hosts.empty()) {
        return router->find(path);
    }
    auto found = find_for_host(host, path);
    if (!found) {
        found = router->find(path);
    }
    if (!found && !settings.default_host.empty()) {
        found = find_for_host(settings.default_host, path);
    }
    return found;
}

CYCLONE_INLINE std::string ApplicationCore::reverse_url(
    std::string_view name, std::span<const std::string> arguments) const {
    const RoutePattern* pattern = router->find_named(name);
    for (auto host = hosts.begin(); pattern == nullptr && host != hosts.end(); ++host) {
        pattern = host->router.find_named(name);
    }
    if (pattern == nullptr) {
        throw std::invalid_argument("cyclone: no route has the name " + std::string(name));
    }
    return pattern->reverse(arguments);
}

CYCLONE_INLINE void ApplicationCore::log_request(RequestHandler& handler) const {
    if (settings.log_function) {
        settings.log_function(handler);
    } else {
        detail::log_access(settings.access_log, *handler.hold(), handler.get_status());
    }
}

CYCLONE_INLINE std::unique_ptr<http::RequestDelegate> Dispatcher::start_request(
    http::Exchange& exchange) {
    const httputil::HTTPServerRequest& request = exchange.request;
    const auto found = application_->find(request.host, request.path);
    try {
        auto execution =
            (found ? found->handler : application_->not_found.get())->make(exchange, *this);
        if (found) {
            if (found->pattern->groups() != 0) {
                found->pattern->match(request.path, execution->path_arguments());
            }
            if (found->middleware != nullptr) {
                execution->surround_with(*found->middleware);
            }
        }
        return execution;
    } catch (...) {
        log::error("a handler could not be made: " +
                   detail::describe_exception(std::current_exception()));
        return application_->broken->make(exchange, *this);
    }
}

CYCLONE_INLINE bool Dispatcher::knows_method(std::string_view method) const {
    return detail::find_method(method).has_value();
}

CYCLONE_INLINE void Dispatcher::on_refused(const http::Exchange& exchange, unsigned status,
                                           std::string_view) {
    detail::log_access(application_->settings.access_log, exchange, status);
}

}  // namespace cyclone::web
