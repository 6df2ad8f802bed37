#pragma once

#include <chrono>
#include <string>

#include <cyclone/httputil/http_headers.hpp>

namespace cyclone::httpclient {

/// Where the time of a fetch went, each counted from when it was begun, redirects included.
struct TimeInfo {
    /// Until one of the client's connections was free.
    std::chrono::nanoseconds queue{0};
    /// Until the last request's connection was there, TLS included.
    std::chrono::nanoseconds connect{0};
    /// Until the last response's first byte.
    std::chrono::nanoseconds starttransfer{0};
    /// Until the last response's last byte.
    std::chrono::nanoseconds total{0};
    /// Whether the last request went over a connection that was there already.
    bool reused = false;
};

/// As tornado.httpclient.HTTPResponse.
struct HTTPResponse {
    unsigned code = 0;
    /// What the server says, or the usual phrase where it says nothing.
    std::string reason{};
    /// Where a compressed body was taken apart, Content-Encoding has become
    /// X-Consumed-Content-Encoding.
    httputil::HTTPHeaders headers{};
    /// Empty where a streaming_callback has had it.
    std::string body{};
    /// Where it came from in the end, after the redirects; without user and password.
    std::string effective_url{};
    /// Of the last request, without the time in the queue.
    std::chrono::nanoseconds request_time{0};
    std::chrono::system_clock::time_point start_time{};
    TimeInfo time_info{};

    /// Throws HTTPClientError, with a copy of this, where `code` is not from 200 to 299: what
    /// fetch() leaves out with RaiseError::no. As HTTPResponse.rethrow.
    void rethrow() const;
};

}  // namespace cyclone::httpclient
