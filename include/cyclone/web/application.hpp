#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/http/server.hpp>
#include <cyclone/reactor.hpp>
#include <cyclone/web/application_core.hpp>
#include <cyclone/web/route.hpp>
#include <cyclone/web/settings.hpp>

namespace cyclone::web {

/// Routes and settings: what reactor::listen_tcp() serves. As tornado.web.Application.
///
///     web::Application application({
///         web::url<MainHandler>("/"),
///         web::url<UserHandler>(R"(/user/(\d+))", database),
///     }, {.debug = true});
///     reactor::listen_tcp(8888, application);
///
/// The first route that fits answers. Servers and handlers share what it holds: it may go while
/// they are there.
class Application {
public:
    /// Throws std::invalid_argument, with a sentence that names the handler and the pattern, for a
    /// pattern that is none or does not fit its handler's methods.
    explicit Application(std::vector<Route> routes = {}, Settings settings = {});
    Application(Application&&) noexcept = default;
    Application& operator=(Application&&) noexcept = default;

    /// Routes for hosts that fit `host_pattern`, a regular expression, in front of those for all
    /// hosts. Throws std::logic_error once it is served.
    void add_handlers(std::string_view host_pattern, const std::vector<Route>& routes);
    /// Throws std::logic_error once it is served.
    void add_transform(OutputTransformFactory transform);

    /// The path of a named route; throws std::invalid_argument where there is none.
    template <class... A>
    std::string reverse_url(std::string_view name, const A&... arguments) const {
        const std::vector<std::string> texts{detail::url_text(arguments)...};
        return core_->reverse_url(name, texts);
    }
    const Settings& settings() const { return core_->settings; }

    /// For a server, or a test's client; no route can be added any more.
    std::shared_ptr<http::Service> service() const;
    const http::ServerSettings& http_settings() const { return core_->settings.http; }
    std::shared_ptr<reactor::StreamServer> make_server(
        reactor::Reactor& reactor, std::shared_ptr<reactor::TlsContext> tls = nullptr) const {
        watch_slow_callbacks(reactor);
        return http::make_server(reactor, service(), http_settings(), std::move(tls));
    }

private:
    ApplicationCore& changeable(std::string_view what);
    void watch_slow_callbacks(reactor::Reactor& reactor) const;

    std::shared_ptr<ApplicationCore> core_;
};

}  // namespace cyclone::web

// The definitions see everything, and so come last.
#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/web_application.ipp>
#include <cyclone/impl/web_handler_execution.ipp>
#include <cyclone/impl/web_request_handler.ipp>
#include <cyclone/impl/web_request_input.ipp>
#include <cyclone/impl/web_response.ipp>
#include <cyclone/impl/web_router.ipp>
#include <cyclone/impl/web_static_file_handler.ipp>
#include <cyclone/impl/web_users.ipp>
#endif
