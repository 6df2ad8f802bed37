#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include <cyclone/httpclient/response.hpp>

namespace cyclone::httpclient {

/// A fetch that failed. As tornado.httpclient.HTTPClientError.
struct HTTPClientError : std::runtime_error {
    HTTPClientError(unsigned status, const std::string& message,
                    std::shared_ptr<const HTTPResponse> answer = nullptr)
        : std::runtime_error(message), code(status), response(std::move(answer)) {}

    /// The response's; 599 when there was none that could be used.
    unsigned code;
    /// Null when there was none that could be used.
    std::shared_ptr<const HTTPResponse> response;
};

/// A phase took longer than the request allows.
struct HTTPTimeoutError : HTTPClientError {
    explicit HTTPTimeoutError(const std::string& message) : HTTPClientError(599, message) {}
};

/// There is no connection: no such host, refused, a certificate that proves nothing. In Tornado
/// these come as they are, OSError and SSLError.
struct HTTPConnectError : HTTPClientError {
    explicit HTTPConnectError(const std::string& message) : HTTPClientError(599, message) {}
};

/// The connection ended before the response did.
struct HTTPStreamClosedError : HTTPClientError {
    explicit HTTPStreamClosedError(const std::string& message) : HTTPClientError(599, message) {}
};

inline void HTTPResponse::rethrow() const {
    if (code < 200 || code > 299) {
        throw HTTPClientError(code, "HTTP " + std::to_string(code) + ": " + reason,
                              std::make_shared<const HTTPResponse>(*this));
    }
}

}  // namespace cyclone::httpclient
