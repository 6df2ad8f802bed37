#pragma once

#include <exception>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <cyclone/httputil/http_headers.hpp>
#include <cyclone/httputil/status.hpp>

namespace cyclone::web {

/// Thrown by a handler, or by what it calls: the request is answered with this status. As
/// tornado.web.HTTPError.
class HTTPError : public std::exception {
public:
    /// `message` goes to the log alone, never to the client; without one, nothing is logged but the
    /// request. `reason_text` replaces the usual one of the status; `fields` are set in the answer.
    explicit HTTPError(unsigned status = 500, std::string message = {},
                       std::string reason_text = {}, httputil::HTTPHeaders fields = {})
        : status_code(status),
          log_message(std::move(message)),
          reason(std::move(reason_text)),
          headers(std::move(fields)) {
        text_ = "HTTP " + std::to_string(status_code) + ": ";
        text_ += reason.empty() ? httputil::reason_phrase(status_code) : std::string_view(reason);
        if (!log_message.empty()) {
            text_ += " (" + log_message + ")";
        }
    }

    const char* what() const noexcept override { return text_.c_str(); }

    unsigned status_code;
    std::string log_message;
    std::string reason;
    httputil::HTTPHeaders headers;

private:
    std::string text_;
};

/// A 401 that makes a browser ask for name and password; `realm` tells for what. As
/// cyclone.web.HTTPAuthenticationRequired.
///
/// `more` are further parameters of the challenge (RFC 9110 11.6.1), a Digest's nonce, for
/// instance. Throws std::invalid_argument for a control character in one of them.
class HTTPAuthenticationRequired : public HTTPError {
public:
    explicit HTTPAuthenticationRequired(
        std::string message = {}, std::string_view auth_type = "Basic",
        std::string_view realm = "Restricted Access",
        std::initializer_list<std::pair<std::string_view, std::string_view>> more = {})
        : HTTPError(401, std::move(message)) {
        std::string challenge(auth_type);
        challenge += " realm=";
        append_quoted(challenge, realm);
        for (const auto& [name, value] : more) {
            challenge.append(", ").append(name).append("=");
            append_quoted(challenge, value);
        }
        headers.add("WWW-Authenticate", challenge);
    }

private:
    static void append_quoted(std::string& text, std::string_view value) {
        text += '"';
        for (const char c : value) {
            if (c == '"' || c == '\\') {
                text += '\\';
            }
            text += c;
        }
        text += '"';
    }
};

/// A 400 for an argument that is not there. As tornado.web.MissingArgumentError.
class MissingArgumentError : public HTTPError {
public:
    explicit MissingArgumentError(std::string_view name)
        : HTTPError(400, "Missing argument " + std::string(name)), arg_name(name) {}

    std::string arg_name;
};

/// A 400 for an argument that is not of the type that get_argument<T>() was asked for.
class InvalidArgumentError : public HTTPError {
public:
    InvalidArgumentError(std::string_view name, std::string_view value, std::string_view rule)
        : HTTPError(400, "Invalid argument " + std::string(name) + "=" +
                             std::string(value.substr(0, 40)) + ": expected " + std::string(rule)),
          arg_name(name) {}

    std::string arg_name;
};

/// Thrown by a handler, or by what it calls: the answer is complete as it stands. As
/// tornado.web.Finish.
class Finish : public std::exception {
public:
    Finish() = default;
    /// `chunk` is written before.
    explicit Finish(std::string chunk) : body(std::move(chunk)) {}

    const char* what() const noexcept override { return "the response is finished"; }

    std::optional<std::string> body;
};

namespace detail {

/// "runtime_error: what it says", for the log.
std::string describe_exception(const std::exception_ptr& error);

}  // namespace detail

}  // namespace cyclone::web
