#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <cyclone/httpclient/request.hpp>
#include <cyclone/httpclient/url.hpp>

namespace cyclone::httpclient {

/// A request's head, ready to be sent, and how its body has to follow.
struct RequestHead {
    std::string bytes;
    /// Of the body; nothing where it is chunked, or where there is none.
    std::optional<std::uint64_t> content_length;
    bool chunked = false;
    bool expects_continue = false;
    /// The connection is not to be used again.
    bool close = false;
};

/// Writes the head of `request` to `url`, with `cookies` as its Cookie field unless empty or set
/// already. To a proxy that is asked for http pages, `via_proxy`, the target is the whole URL.
///
/// Throws std::invalid_argument, with a sentence, for what could split the request or frame it in
/// two ways, for a method that nobody knows and for a body where none belongs (see
/// HTTPRequest::allow_nonstandard_methods).
RequestHead make_request_head(const HTTPRequest& request, const Url& url, bool via_proxy = false,
                              std::string_view cookies = {});

/// What asks a proxy for a tunnel to `url` (RFC 9110 9.3.6).
std::string make_connect_head(const HTTPRequest& request, const Url& url);

}  // namespace cyclone::httpclient

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/httpclient_request_head.ipp>
#endif
