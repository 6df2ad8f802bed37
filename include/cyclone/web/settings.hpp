#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cyclone/http/server_settings.hpp>
#include <cyclone/web/access_log.hpp>
#include <cyclone/web/cookie_attributes.hpp>
#include <cyclone/web/cookie_secret.hpp>
#include <cyclone/web/middleware.hpp>
#include <cyclone/web/output_transform.hpp>

namespace cyclone::web {

class HandlerFactory;
class RequestHandler;
struct StaticFiles;

/// What an Application is told beside its routes. As the keyword arguments of
/// tornado.web.Application.
struct Settings {
    /// Turns serve_traceback on, where that is not set.
    bool debug = false;
    /// An error page tells the exception. Only for those who may know everything.
    std::optional<bool> serve_traceback{};

    /// What cookies are signed with: long and random, and not in the program's text.
    CookieSecret cookie_secret{};
    /// With which of several secrets to sign.
    std::optional<int> key_version{};

    /// A request that changes something must bring the token of xsrf_token(), or is a 403.
    bool xsrf_cookies = false;
    int xsrf_cookie_version = 2;
    std::string xsrf_cookie_name = "_xsrf";
    CookieAttributes xsrf_cookie_kwargs{};

    /// Where authenticated() sends those who are not logged in.
    std::string login_url{};

    /// Of which host the routes are, as add_handlers() has them, for requests that fit no other
    /// route: for names that nobody has thought of. As the argument default_host.
    std::string default_host{};

    /// A folder that is served below static_url_prefix; also its favicon.ico and robots.txt.
    std::string static_path{};
    std::string static_url_prefix = "/static/";
    /// As static_handler<MyStaticFileHandler>(); by default StaticFileHandler.
    std::shared_ptr<const StaticFiles> static_handler_class{};

    /// Answers what no route fits, as handler<NotFoundHandler>(arguments...); by default a 404.
    std::shared_ptr<const HandlerFactory> default_handler_class{};
    /// How the access log is written. Where log::set_sink() takes what is of Channel::access, the
    /// message is the line and nothing more.
    AccessLog access_log = AccessLog::tornado;
    /// Logs a request that has ended, instead of a line on the access log.
    std::function<void(RequestHandler&)> log_function{};

    /// A handler that works for so long without waiting is named by a warning, as is another call
    /// of the reactor, for nobody else is served meanwhile; 0: never. Unless it is set, 100 ms with
    /// `debug`, else 0. See Reactor::set_slow_callback_duration().
    std::optional<std::chrono::nanoseconds> slow_callback_duration{};

    /// How often the client of a WebSocket is pinged; 0: never, and then nobody notices one that
    /// has gone without a word.
    std::chrono::nanoseconds websocket_ping_interval = std::chrono::seconds(30);
    /// How long a ping may go unanswered; 0: three intervals, at least 30 seconds.
    std::chrono::nanoseconds websocket_ping_timeout{0};
    /// A longer message closes the WebSocket.
    std::size_t websocket_max_message_size = 10 * 1024 * 1024;
    /// The client of a WebSocket, or of a stream of events, that more than this waits for is cut
    /// off when yet more is written.
    std::size_t max_pending_output = 16 * 1024 * 1024;

    /// What answers go through, in this order: compress_response() of
    /// <cyclone/web/compression.hpp>, or your own.
    std::vector<OutputTransformFactory> transforms{};
    /// Around every handler, the first outermost.
    std::vector<Middleware> middleware{};

    /// Limits and timeouts of the server.
    http::ServerSettings http{};
};

}  // namespace cyclone::web
