#pragma once

#include <optional>
#include <string_view>

#include <cyclone/httputil/http_server_request.hpp>

namespace cyclone::http {

/// What one proxy says of a request, by views into its Forwarded field (RFC 7239).
struct Forwarded {
    /// The client's address without its port; empty where it is not told, is "unknown" or has a
    /// made-up name.
    std::string_view address;
    /// "http", "https"; empty where it is not told.
    std::string_view protocol;
};

/// The last element of a Forwarded field's value: what the nearest proxy has seen, those before it
/// anybody can write. Nothing where the field is malformed.
std::optional<Forwarded> last_forwarded(std::string_view value);

/// Takes the client's address and protocol from the request's Forwarded field, unless fields of the
/// other kind are there (X-Forwarded-For, X-Real-Ip, X-Forwarded-Proto, X-Scheme): then false. For
/// what a trusted proxy has sent.
bool take_forwarded(httputil::HTTPServerRequest& request);

}  // namespace cyclone::http

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/http_forwarded.ipp>
#endif
