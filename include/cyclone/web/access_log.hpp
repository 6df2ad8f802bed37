#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <cyclone/httputil/http_server_request.hpp>

namespace cyclone::web {

/// How the access log says that a request has ended.
enum class AccessLog : std::uint8_t {
    tornado,   ///< `200 GET /a (127.0.0.1) 0.42ms`
    combined,  ///< the combined form of the Common Log Format, for the programs that read it
};

/// `203.0.113.7 - - [24/Nov/2026:19:05:56 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8.0"`, in
/// local time. What would end a field early, a control character or a byte beyond ASCII is written
/// as \xHH. The third field is the name that the client has given by the Basic scheme, as nginx does,
/// whether or not a handler has believed it. `body_size`: 0 is written as `-`, as Apache does.
std::string combined_log_line(
    const httputil::HTTPServerRequest& request, unsigned status, std::uint64_t body_size,
    std::chrono::system_clock::time_point time = std::chrono::system_clock::now());

}  // namespace cyclone::web

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/web_access_log.ipp>
#endif
