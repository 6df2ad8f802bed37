#pragma once

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <cyclone/escape/json.hpp>
#include <cyclone/httputil/etag.hpp>
#include <cyclone/httputil/http_date.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/web/application_core.hpp>
#include <cyclone/web/etag_of.hpp>
#include <cyclone/web/request_extras.hpp>

namespace cyclone::web {

CYCLONE_INLINE void RequestHandler::clear() {
    http::Response& response = exchange_.response;
    response.status = 200;
    response.reason.clear();
    response.body.clear();
    response.headers.clear();
    response.headers.add_borrowed("Server", "cyclone");
    response.headers.add_borrowed("Content-Type", "text/html; charset=UTF-8");
    set_default_headers();
}

CYCLONE_INLINE void RequestHandler::set_status(unsigned status, std::string_view reason) {
    if (status < 100 || status > 999) {
        throw std::invalid_argument("a status has three digits, unlike " + std::to_string(status));
    }
    http::Response& response = exchange_.response;
    response.status = status;
    const bool safe =
        httputil::HTTPHeaders::is_valid_value(reason) && reason.find('<') == std::string_view::npos;
    response.reason = safe ? reason : "Unknown";
}

CYCLONE_INLINE void RequestHandler::set_header(std::string_view name, std::string_view value) {
    exchange_.response.headers.set(name, value);
}
CYCLONE_INLINE void RequestHandler::add_header(std::string_view name, std::string_view value) {
    exchange_.response.headers.add(name, value);
}
CYCLONE_INLINE void RequestHandler::set_header(std::string_view name,
                                               std::chrono::system_clock::time_point time) {
    set_header(name, std::string_view(httputil::format_timestamp(time)));
}
CYCLONE_INLINE void RequestHandler::clear_header(std::string_view name) {
    exchange_.response.headers.remove(name);
}

CYCLONE_INLINE void RequestHandler::set_cookie(std::string_view name, std::string_view value,
                                               const CookieAttributes& attributes) {
    std::string text = format_set_cookie(name, value, attributes);
    auto& cookies = extras().new_cookies;
    std::erase_if(cookies, [name](const Extras::NewCookie& cookie) { return cookie.name == name; });
    cookies.push_back({std::string(name), std::move(text)});
}

CYCLONE_INLINE void RequestHandler::clear_cookie(std::string_view name,
                                                 CookieAttributes attributes) {
    attributes.expires = std::chrono::system_clock::now() - std::chrono::hours(24 * 365);
    set_cookie(name, "", attributes);
}

CYCLONE_INLINE void RequestHandler::clear_all_cookies(const CookieAttributes& attributes) {
    for (const auto& [name, value] : cookies()) {
        // A name that cannot be set cannot be cleared either.
        if (httputil::HTTPHeaders::is_valid_name(name)) {
            clear_cookie(name, attributes);
        }
    }
}

CYCLONE_INLINE void RequestHandler::write(std::string_view chunk) {
    if (finished_) {
        throw std::logic_error("write() after finish()");
    }
    exchange_.response.body.append(chunk);
}

CYCLONE_INLINE void RequestHandler::write(const boost::json::object& chunk) {
    if (finished_) {
        throw std::logic_error("write() after finish()");
    }
    set_header("Content-Type", "application/json; charset=UTF-8");
    escape::append_json(exchange_.response.body, chunk);
}

CYCLONE_INLINE void RequestHandler::write_value(const boost::json::value& chunk) {
    const boost::json::object* const object = chunk.if_object();
    if (object == nullptr) {
        throw std::invalid_argument("write() takes a text or a JSON object, no other JSON value");
    }
    write(*object);
}

CYCLONE_INLINE void RequestHandler::begin_head(bool finishing) {
    http::Response& response = exchange_.response;
    for (const OutputTransformFactory& factory : settings().transforms) {
        if (auto transform = factory(request)) {
            transform->transform_first_chunk(response.status, response.headers, response.body,
                                             finishing);
            extras().transforms.push_back(std::move(transform));
        }
    }
    add_cookies();
}

CYCLONE_INLINE void RequestHandler::add_cookies() {
    if (extras_) {
        for (const Extras::NewCookie& cookie : extras_->new_cookies) {
            add_header("Set-Cookie", cookie.text);
        }
    }
}

CYCLONE_INLINE void RequestHandler::transform_rest(bool finishing) {
    if (extras_) {
        for (const auto& transform : extras_->transforms) {
            transform->transform_chunk(exchange_.response.body, finishing);
        }
    }
}

CYCLONE_INLINE Deferred<> RequestHandler::flush() {
    if (finished_) {
        throw std::logic_error("flush() after finish()");
    }
    if (!exchange_.headers_sent()) {
        begin_head(false);
    } else {
        transform_rest(false);
    }
    exchange_.send();
    return exchange_.drained();
}

CYCLONE_INLINE void RequestHandler::send_file(http::FileRange file) {
    if (!exchange_.headers_sent()) {
        add_cookies();
    }
    exchange_.send_file(std::move(file));
}

CYCLONE_INLINE void RequestHandler::hand_over() {
    finished_ = true;
    on_finish();
}

CYCLONE_INLINE void RequestHandler::apply_etag() {
    http::Response& response = exchange_.response;
    const bool tagged =
        response.status == 200 && (httputil::detail::is_exactly(request.method, "GET") ||
                                   httputil::detail::is_exactly(request.method, "HEAD"));
    if (tagged && !response.headers.contains("Etag")) {
        set_etag_header();
        if (check_etag_header()) {
            response.body.clear();
            set_status(304);
        }
    }
}

CYCLONE_INLINE void RequestHandler::finish() {
    if (finished_) {
        throw std::logic_error("finish() was called twice");
    }
    // The connection may go on to its next request within.
    const http::ExchangePtr keep(exchange_);
    http::Response& response = exchange_.response;
    if (!exchange_.headers_sent()) {
        apply_etag();
        if (response.status < 200) {
            throw std::logic_error("no response can end with the status " +
                                   std::to_string(response.status));
        }
        if (response.status == 204 || response.status == 304) {
            if (!response.body.empty()) {
                throw std::logic_error("a response with the status " +
                                       std::to_string(response.status) + " has no body");
            }
            clear_header("Content-Encoding");
            clear_header("Content-Language");
            clear_header("Content-Type");
        }
        begin_head(true);
    } else {
        transform_rest(true);
    }
    std::exception_ptr error;
    try {
        exchange_.finish();
    } catch (...) {
        error = std::current_exception();
    }
    end();
    if (error) {
        std::rethrow_exception(error);
    }
}

CYCLONE_INLINE std::shared_ptr<http::UpgradedStream> RequestHandler::detach() {
    auto stream = exchange_.upgrade();
    if (stream) {
        end();
    }
    return stream;
}

CYCLONE_INLINE void RequestHandler::redirect(std::string_view url, bool permanent,
                                             unsigned status) {
    if (exchange_.headers_sent()) {
        throw std::logic_error("redirect() after the headers have been sent");
    }
    if (status != 0 && (status < 300 || status > 399)) {
        throw std::invalid_argument(std::to_string(status) + " is no status of a redirection");
    }
    set_status(status != 0 ? status : permanent ? 301 : 302);
    set_header("Location", url);
    finish();
}

CYCLONE_INLINE std::optional<std::string> RequestHandler::compute_etag() {
    return detail::etag_of(exchange_.response.body);
}

CYCLONE_INLINE void RequestHandler::set_etag_header() {
    if (const auto etag = compute_etag()) {
        set_header("Etag", *etag);
    }
}

CYCLONE_INLINE bool RequestHandler::check_etag_header() const {
    const auto wanted = request.headers.find("If-None-Match");
    const auto etag = wanted ? exchange_.response.headers.find("Etag") : std::nullopt;
    return etag && httputil::etag_matches(*wanted, *etag, httputil::EtagComparison::weak);
}

}  // namespace cyclone::web
