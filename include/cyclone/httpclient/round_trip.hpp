#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <cyclone/defer.hpp>
#include <cyclone/httpclient/connection.hpp>
#include <cyclone/httpclient/error.hpp>
#include <cyclone/httpclient/request_head.hpp>
#include <cyclone/httpclient/response_parser.hpp>

namespace cyclone::httpclient::detail {

/// A request and its response over one connection.
struct RoundTrip {
    ResponseHead head{};
    std::string body{};
    /// The head is a redirect that is to be followed; its body was dropped.
    bool redirect = false;
    /// The connection can take another request.
    bool reusable = false;
    /// By the reactor's clock.
    std::chrono::nanoseconds first_byte{0};
};

/// The connection ended before the response did.
struct ConnectionLost : HTTPStreamClosedError {
    ConnectionLost(const std::string& message, bool response_started)
        : HTTPStreamClosedError(message), started(response_started) {}
    bool started;
};

/// A response that cannot be used.
struct BadResponse : HTTPClientError {
    explicit BadResponse(const std::string& message) : HTTPClientError(599, message) {}
};

/// Sends a request and reads its response, both at once: a server may answer before it has read
/// all.
///
/// `request` stays valid until it has fired. Fails with ConnectionLost, BadResponse and what
/// the request's own functions fail with; what() of these follows a colon. When it has fired,
/// nothing is under way any more.
Deferred<RoundTrip> round_trip(std::shared_ptr<Connection> connection, const HTTPRequest& request,
                               RequestHead head, ResponseLimits limits);

}  // namespace cyclone::httpclient::detail

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/httpclient_round_trip.ipp>
#endif
