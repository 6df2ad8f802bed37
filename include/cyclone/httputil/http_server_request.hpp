#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <cyclone/httputil/http_headers.hpp>
#include <cyclone/ssl/certificate.hpp>

namespace cyclone::httputil {

/// A request as it arrived. As tornado.httputil.HTTPServerRequest.
///
/// All views point into bytes that live as long as the handler does: until its Deferred has fired, also when the client
/// is long gone.
struct HTTPServerRequest {
    /// "GET"; case matters.
    std::string_view method;
    /// The target as it was sent: "/a?b=c", "http://host/a?b=c", "*".
    std::string_view uri;
    /// The target's path, percent-encoded as sent; "/" for the absolute form without one.
    std::string_view path;
    /// What follows the first '?', without it.
    std::string_view query;
    /// "HTTP/1.1" or "HTTP/1.0".
    std::string_view version;
    HTTPHeaders headers;
    /// With the port where one was given: "example.org:8080". From the target in absolute form, else from Host; empty
    /// for HTTP/1.0 without either.
    std::string_view host;
    /// All of the body, decoded from chunks; empty for a handler that takes it by data_received().
    std::string_view body;
    /// "127.0.0.1", "::1"; of the proxy's client where the server trusts the proxy; empty for a Unix socket.
    std::string remote_ip;
    /// "http" or "https".
    std::string_view protocol = "http";
    std::chrono::steady_clock::time_point start_time;
    /// See get_ssl_certificate().
    std::shared_ptr<const ssl::Certificate> ssl_certificate;

    /// Points nowhere any more, but keeps the memory for the next request.
    void clear() noexcept {
        method = uri = path = query = version = host = body = {};
        headers.clear();
    }

    /// Protocol, host and uri.
    std::string full_url() const {
        if (uri.find("://") != std::string_view::npos && !uri.starts_with('/')) {
            return std::string(uri);
        }
        std::string url(protocol);
        url += "://";
        url += host;
        url += uri;
        return url;
    }
    /// What the client of a TLS connection has proved to be; null for one without a certificate, which it is by
    /// itself unless ssl::ServerOptions::client_authorities asks for one, and without TLS. May be kept.
    std::shared_ptr<const ssl::Certificate> get_ssl_certificate() const { return ssl_certificate; }
    /// Since the request arrived.
    std::chrono::nanoseconds request_time() const {
        return std::chrono::steady_clock::now() - start_time;
    }
};

}  // namespace cyclone::httputil
