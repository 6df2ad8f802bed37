#pragma once

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>

#include <cyclone/escape/base64.hpp>
#include <cyclone/httputil/token.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/websocket/handshake.hpp>

namespace cyclone::websocket {

namespace detail {

/// The elements of a comma-separated list, without white space around them and without empty ones.
CYCLONE_INLINE std::vector<std::string_view> elements(std::string_view list) {
    std::vector<std::string_view> found;
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        std::string_view element = list.substr(0, comma);
        list.remove_prefix(std::min(comma + 1, list.size()));
        element.remove_prefix(std::min(element.find_first_not_of(" \t"), element.size()));
        element = element.substr(0, element.find_last_not_of(" \t") + 1);
        if (!element.empty()) {
            found.push_back(element);
        }
    }
    return found;
}

/// Whether an element of the lists in all fields of that name is `wanted`, without regard to case.
CYCLONE_INLINE bool lists(const httputil::HTTPHeaders& headers, std::string_view name,
                          std::string_view wanted) {
    return std::ranges::any_of(headers.get_list(name), [wanted](std::string_view value) {
        return std::ranges::any_of(elements(value), [wanted](std::string_view element) {
            return httputil::detail::equal_ignoring_case(element, wanted);
        });
    });
}

}  // namespace detail

CYCLONE_INLINE std::optional<HandshakeRefusal> check_handshake(
    std::string_view method, const httputil::HTTPHeaders& headers) {
    if (method != "GET") {
        return HandshakeRefusal{405, "A WebSocket is opened by a GET request."};
    }
    if (!detail::lists(headers, "Upgrade", "websocket")) {
        return HandshakeRefusal{400, "Can \"Upgrade\" only to \"WebSocket\"."};
    }
    if (!detail::lists(headers, "Connection", "upgrade")) {
        return HandshakeRefusal{400, "\"Connection\" must be \"Upgrade\"."};
    }
    const auto versions = headers.get_list("Sec-WebSocket-Version");
    if (versions.empty()) {
        return HandshakeRefusal{400, "Sec-WebSocket-Version is missing."};
    }
    if (versions.size() > 1 || versions.front() != "13") {
        return HandshakeRefusal{426, "This server speaks version 13 of the WebSocket protocol."};
    }
    const auto keys = headers.get_list("Sec-WebSocket-Key");
    const auto key = keys.size() == 1 ? escape::base64_decode(keys.front()) : std::nullopt;
    if (!key || key->size() != 16) {
        return HandshakeRefusal{400, "Sec-WebSocket-Key must be 16 bytes in Base64."};
    }
    return std::nullopt;
}

CYCLONE_INLINE std::string accept_value(std::string_view key) {
    // RFC 6455 1.3 has this constant and SHA-1; nothing is kept secret by it.
    std::string text(key);
    text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha1(), nullptr) != 1) {
        throw std::runtime_error("websocket: OpenSSL computes no SHA-1 here");
    }
    return escape::base64_encode({reinterpret_cast<const char*>(digest), size});
}

CYCLONE_INLINE std::string make_handshake_key() {
    unsigned char bytes[16];
    if (RAND_bytes(bytes, sizeof bytes) != 1) {
        throw std::runtime_error("websocket: the system gives no random numbers for a key");
    }
    return escape::base64_encode({reinterpret_cast<const char*>(bytes), sizeof bytes});
}

CYCLONE_INLINE std::vector<std::string_view> offered_subprotocols(
    const httputil::HTTPHeaders& headers) {
    std::vector<std::string_view> offered;
    for (const std::string_view value : headers.get_list("Sec-WebSocket-Protocol")) {
        for (const std::string_view element : detail::elements(value)) {
            if (httputil::is_token(element)) {
                offered.push_back(element);
            }
        }
    }
    return offered;
}

CYCLONE_INLINE bool is_same_origin(std::string_view origin, std::string_view host) {
    const std::size_t scheme_end = origin.find("://");
    if (scheme_end == std::string_view::npos) {
        return false;
    }
    std::string_view authority = origin.substr(scheme_end + 3);
    authority = authority.substr(0, authority.find_first_of("/?#"));
    return !authority.empty() && httputil::detail::equal_ignoring_case(authority, host);
}

CYCLONE_INLINE std::string check_handshake_response(unsigned status,
                                                    const httputil::HTTPHeaders& headers,
                                                    std::string_view key) {
    if (status != 101) {
        return "the server answers " + std::to_string(status);
    }
    if (!detail::lists(headers, "Upgrade", "websocket") ||
        !detail::lists(headers, "Connection", "upgrade")) {
        return "the server upgrades to something else";
    }
    if (headers.find("Sec-WebSocket-Accept") != accept_value(key)) {
        return "the server answers with a wrong Sec-WebSocket-Accept";
    }
    return {};
}

}  // namespace cyclone::websocket
