#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <cyclone/bottle/function_call.hpp>
#include <cyclone/bottle/function_factory.hpp>
#include <cyclone/bottle/path_pattern.hpp>
#include <cyclone/web/application.hpp>

namespace cyclone::bottle {

/// A route whose answers `f` gives: it goes among those of a web::Application, beside routes to
/// classes.
///
///     bottle::route<"/user/<int>">([](int id) { return "user " + std::to_string(id); })
///
/// `f` takes a bottle::Request&, if it wants one, and a parameter for each place of the pattern. It
/// returns text, a boost::json::object, nothing when it writes itself, or a Deferred of these. What
/// does not fit is refused by the compiler; a number in the path that is too large for its
/// parameter is a 404. The application keeps `f`, so that a lambda with captures may be a
/// coroutine. HEAD is answered where GET is.
template <PathPattern pattern, class F>
web::Route route(F&& f, std::initializer_list<web::Method> methods = {web::Method::get}) {
    auto factory = std::make_shared<detail::FunctionFactory>(std::string(pattern.view()));
    const auto call = detail::checked_call<pattern, std::decay_t<F>>(std::forward<F>(f));
    for (const web::Method method : methods) {
        factory->add(method, detail::shape_of(pattern).count, call);
    }
    return {detail::regular_expression(pattern.view()), std::move(factory)};
}

/// An application of functions. As bottle.Bottle.
///
///     bottle::App app;
///     app.get<"/">([] { return "hello"; });
///     app.get<"/user/<int>">([&](int id) -> Deferred<boost::json::object> { ... });
///     app.post<"/user">([&](bottle::Request& request) { add(request.get_argument("name")); });
///     reactor::listen_tcp(8888, app);
///
/// The same pattern may have a function for each method. The first pattern that fits answers.
class App {
public:
    explicit App(web::Settings settings = {}) : settings_(std::move(settings)) {}

    /// Throws std::invalid_argument when the pattern has a function for one of the methods.
    template <PathPattern pattern, class F>
    App& route(F&& f, std::initializer_list<web::Method> methods = {web::Method::get}) {
        const auto call = detail::checked_call<pattern, std::decay_t<F>>(std::forward<F>(f));
        auto& factory = factory_of(std::string(pattern.view()));
        for (const web::Method method : methods) {
            factory.add(method, detail::shape_of(pattern).count, call);
        }
        return *this;
    }
    template <PathPattern pattern, class F>
    App& get(F&& f) {
        return route<pattern>(std::forward<F>(f), {web::Method::get});
    }
    template <PathPattern pattern, class F>
    App& post(F&& f) {
        return route<pattern>(std::forward<F>(f), {web::Method::post});
    }
    template <PathPattern pattern, class F>
    App& put(F&& f) {
        return route<pattern>(std::forward<F>(f), {web::Method::put});
    }
    template <PathPattern pattern, class F>
    App& patch(F&& f) {
        return route<pattern>(std::forward<F>(f), {web::Method::patch});
    }
    template <PathPattern pattern, class F>
    App& del(F&& f) {
        return route<pattern>(std::forward<F>(f), {web::Method::del});
    }
    /// For the methods that the pattern has no function for, whichever are added. As
    /// @route(..., method="ANY").
    template <PathPattern pattern, class F>
    App& any(F&& f) {
        factory_of(std::string(pattern.view()))
            .add_any(detail::checked_call<pattern, std::decay_t<F>>(std::forward<F>(f)));
        return *this;
    }
    /// A route to a class.
    App& add(web::Route to_class) {
        routes_.push_back({std::move(to_class), nullptr});
        return *this;
    }

    /// What has been added, for a web::Application. They share the functions with this.
    std::vector<web::Route> routes() const {
        std::vector<web::Route> all;
        for (const auto& entry : routes_) {
            all.push_back(entry.route);
        }
        return all;
    }
    web::Application application() const { return web::Application(routes(), settings_); }

    std::shared_ptr<reactor::StreamServer> make_server(
        reactor::Reactor& reactor, std::shared_ptr<reactor::TlsContext> tls = nullptr) const {
        return application().make_server(reactor, std::move(tls));
    }

private:
    struct Entry {
        web::Route route;
        /// Null for a route to a class.
        std::shared_ptr<detail::FunctionFactory> functions;
    };

    detail::FunctionFactory& factory_of(const std::string& pattern) {
        const std::string expression = detail::regular_expression(pattern);
        for (const Entry& entry : routes_) {
            if (entry.functions != nullptr && entry.route.pattern() == expression) {
                return *entry.functions;
            }
        }
        auto functions = std::make_shared<detail::FunctionFactory>(pattern);
        routes_.push_back({web::Route(expression, functions), functions});
        return *functions;
    }

    web::Settings settings_;
    std::vector<Entry> routes_;
};

}  // namespace cyclone::bottle
