#pragma once

#include <algorithm>
#include <stdexcept>
#include <typeinfo>
#include <utility>

#include <cyclone/escape/xhtml.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/log.hpp>
#include <cyclone/web/application_core.hpp>
#include <cyclone/web/handler_execution.hpp>
#include <cyclone/web/request_extras.hpp>
#include <cyclone/web/static_files.hpp>

namespace cyclone::web {

namespace detail {

CYCLONE_INLINE std::string describe_exception(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& exception) {
        return short_type_name(typeid(exception).name()) + ": " + exception.what();
    } catch (...) {
        return "an exception that is no std::exception";
    }
}

}  // namespace detail

CYCLONE_INLINE RequestHandler::RequestHandler(const Birth* birth)
    : request(birth != nullptr
                  ? birth->exchange_.request
                  : throw std::logic_error(
                        "cyclone: a handler is made by its route alone, for each request one")),
      exchange_(birth->exchange_),
      application_(birth->application_) {}

CYCLONE_INLINE RequestHandler::~RequestHandler() = default;

CYCLONE_INLINE const Settings& RequestHandler::settings() const { return application_.settings; }

CYCLONE_INLINE RequestHandler::Extras& RequestHandler::extras() const {
    if (!extras_) {
        extras_ = std::make_unique<Extras>();
    }
    return *extras_;
}

CYCLONE_INLINE const PathArguments& RequestHandler::path_args() const {
    static const PathArguments none;
    auto* const execution = dynamic_cast<HandlerExecution*>(exchange_.delegate());
    return execution != nullptr ? execution->path_arguments() : none;
}

CYCLONE_INLINE std::string RequestHandler::request_summary() const {
    std::string text(request.method);
    text.append(" ").append(request.uri).append(" (").append(request.remote_ip).append(")");
    return text;
}

CYCLONE_INLINE void RequestHandler::refuse_method(std::span<const MethodShape> methods) {
    std::string allowed;
    const auto add = [&allowed](Method method) {
        allowed += allowed.empty() ? "" : ", ";
        allowed += detail::method_names[static_cast<std::size_t>(method)];
    };
    const bool has_head = std::ranges::any_of(
        methods, [](const MethodShape& shape) { return shape.method == Method::head; });
    for (const MethodShape& shape : methods) {
        add(shape.method);
        if (shape.method == Method::get && !has_head) {
            add(Method::head);
        }
    }
    send_error(405, std::make_exception_ptr(HTTPError(405, {}, {}, {{"Allow", allowed}})));
}

CYCLONE_INLINE void RequestHandler::send_error(unsigned status, const std::exception_ptr& error,
                                               std::string_view reason) {
    if (exchange_.headers_sent()) {
        log::write(
            log::Level::error, log::Channel::general,
            request_summary() + " failed after its headers had been sent; the connection is cut");
        if (!finished_) {
            exchange_.abort();
            end();
        }
        return;
    }
    clear();
    std::string own_reason(reason);
    if (error) {
        try {
            std::rethrow_exception(error);
        } catch (const HTTPError& http_error) {
            if (!http_error.reason.empty()) {
                own_reason = http_error.reason;
            }
            for (const auto& field : http_error.headers) {
                set_header(field.name, field.value);
            }
        } catch (...) {
        }
    }
    set_status(status, own_reason);
    try {
        if (status != 304) {
            write_error(status, error);
        }
    } catch (...) {
        log::error("write_error() failed: " + detail::describe_exception(std::current_exception()));
    }
    if (!finished_) {
        finish();
    }
}

CYCLONE_INLINE void RequestHandler::write_error(unsigned status, const std::exception_ptr& error) {
    if (error && settings().serve_traceback.value_or(settings().debug)) {
        set_header("Content-Type", "text/plain; charset=UTF-8");
        finish(detail::describe_exception(error) + "\n");
        return;
    }
    const auto& response = exchange_.response;
    const std::string text =
        std::to_string(status) + ": " +
        escape::xhtml_escape(response.reason.empty() ? httputil::reason_phrase(status)
                                                     : std::string_view(response.reason));
    finish("<html><title>" + text + "</title><body>" + text + "</body></html>");
}

CYCLONE_INLINE void RequestHandler::log_exception(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const HTTPError& http_error) {
        if (!http_error.log_message.empty()) {
            log::write(log::Level::warning, log::Channel::general,
                       std::to_string(http_error.status_code) + " " + request_summary() + ": " +
                           http_error.log_message);
        }
    } catch (...) {
        log::error("Uncaught exception " + request_summary() + "\n" +
                   detail::describe_exception(error));
    }
}

CYCLONE_INLINE void RequestHandler::handle_request_exception(const std::exception_ptr& error) {
    unsigned status = 500;
    try {
        std::rethrow_exception(error);
    } catch (const Finish& ending) {
        if (!finished_) {
            if (ending.body) {
                write(*ending.body);
            }
            finish();
        }
        return;
    } catch (const HTTPError& http_error) {
        status = http_error.status_code;
    } catch (...) {
    }
    try {
        log_exception(error);
    } catch (...) {
        log::error("log_exception() failed: " +
                   detail::describe_exception(std::current_exception()));
    }
    if (!finished_) {
        send_error(status, error);
    }
}

CYCLONE_INLINE void RequestHandler::abandon() {
    if (exchange_.finished()) {
        // The engine has refused the body, and logged that.
        finished_ = true;
        on_finish();
        return;
    }
    exchange_.abort();
    // What proxies log for a client that did not wait.
    exchange_.response.status = 499;
    end();
}

CYCLONE_INLINE void RequestHandler::end() {
    finished_ = true;
    application_.log_request(*this);
    on_finish();
}

CYCLONE_INLINE std::string RequestHandler::reverse_named_url(
    std::string_view name, std::span<const std::string> arguments) const {
    return application_.reverse_url(name, arguments);
}

CYCLONE_INLINE std::string RequestHandler::static_url(std::string_view path,
                                                      bool include_host) const {
    require_setting("static_path", "static_url()");
    std::string url;
    if (include_host) {
        url.append(request.protocol).append("://").append(request.host);
    }
    return url + settings().static_handler_class->make_static_url(settings(), path);
}

CYCLONE_INLINE void RequestHandler::require_setting(std::string_view name,
                                                    std::string_view feature) const {
    const Settings& made = settings();
    bool there = false;
    if (name == "cookie_secret") {
        there = !made.cookie_secret.empty();
    } else if (name == "default_host") {
        there = !made.default_host.empty();
    } else if (name == "login_url") {
        there = !made.login_url.empty();
    } else if (name == "static_path") {
        there = !made.static_path.empty();
    } else {
        throw std::invalid_argument(
            "cyclone: require_setting(\"" + std::string(name) +
            "\"): those that can be missing are cookie_secret, default_host, login_url and "
            "static_path");
    }
    if (!there) {
        throw std::logic_error("cyclone: " + std::string(feature) + " needs the setting " +
                               std::string(name) + " of the Application");
    }
}

}  // namespace cyclone::web
