#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/httputil/http_headers.hpp>

namespace cyclone::websocket {

/// Why a request opens no WebSocket, and what to answer.
struct HandshakeRefusal {
    unsigned status = 400;
    /// A sentence.
    std::string_view why;
};

/// Looks at a request that would open a WebSocket (RFC 6455 4.2.1): GET, Upgrade, Connection, a
/// Sec-WebSocket-Key of 16 bytes, Sec-WebSocket-Version 13. Nothing when it is right. A 426 is to
/// carry Sec-WebSocket-Version: 13, a 405 Allow: GET.
std::optional<HandshakeRefusal> check_handshake(std::string_view method,
                                                const httputil::HTTPHeaders& headers);

/// What Sec-WebSocket-Accept is to say to that Sec-WebSocket-Key.
std::string accept_value(std::string_view key);

/// A Sec-WebSocket-Key: 16 random bytes.
std::string make_handshake_key();

/// The subprotocols that a client offers, in its order; views into `headers`.
std::vector<std::string_view> offered_subprotocols(const httputil::HTTPHeaders& headers);

/// Whether the Origin that a browser sends is the site that it speaks to, port included. As
/// Tornado's check_origin().
bool is_same_origin(std::string_view origin, std::string_view host);

/// Looks at the server's answer to the request with that key (RFC 6455 4.1). Why it is wrong, as a
/// clause; empty when it is right. Extensions and subprotocol are not looked at.
std::string check_handshake_response(unsigned status, const httputil::HTTPHeaders& headers,
                                     std::string_view key);

}  // namespace cyclone::websocket

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/websocket_handshake.ipp>
#endif
