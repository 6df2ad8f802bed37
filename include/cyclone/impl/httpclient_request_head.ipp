#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <system_error>

#include <cyclone/escape/base64.hpp>
#include <cyclone/httpclient/request_head.hpp>
#include <cyclone/httputil/basic_auth.hpp>
#include <cyclone/httputil/characters.hpp>
#include <cyclone/httputil/http_date.hpp>
#include <cyclone/httputil/token.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::httpclient {

namespace detail {

[[noreturn]] CYCLONE_INLINE void refuse_request(const HTTPRequest& request, const Url& url,
                                                const std::string& why) {
    throw std::invalid_argument("httpclient: " + request.method + " " + url.text() + ": " + why);
}

CYCLONE_INLINE std::string basic_credentials(std::string_view username, std::string_view password) {
    return "Basic " + escape::base64_encode(httputil::encode_username_password(username, password));
}

CYCLONE_INLINE void check_method(const HTTPRequest& request, const Url& url) {
    constexpr std::array<std::string_view, 7> known{"GET",   "HEAD", "POST",   "DELETE",
                                                    "PATCH", "PUT",  "OPTIONS"};
    if (!httputil::is_token(request.method)) {
        // Not shown: it may have line ends in it.
        throw std::invalid_argument("httpclient: " + url.text() +
                                    ": the method is no token of RFC 9110, such as GET");
    }
    if (request.allow_nonstandard_methods) {
        return;
    }
    if (std::ranges::find(known, request.method) == known.end()) {
        refuse_request(request, url,
                       "nobody knows this method; for one of your own, set "
                       "allow_nonstandard_methods");
    }
    const bool has_body = request.body || request.body_producer;
    const bool wants_body =
        request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
    if (wants_body != has_body) {
        refuse_request(request, url,
                       wants_body ? "this method needs a body, if only an empty one (or "
                                    "allow_nonstandard_methods)"
                                  : "this method has no body (or set allow_nonstandard_methods)");
    }
}

CYCLONE_INLINE std::optional<std::uint64_t> announced_length(const HTTPRequest& request,
                                                             const Url& url) {
    const auto values = request.headers.get_list("Content-Length");
    if (values.empty()) {
        return std::nullopt;
    }
    std::uint64_t length = 0;
    const char* const end = values[0].data() + values[0].size();
    const auto [stop, error] = std::from_chars(values[0].data(), end, length);
    if (values.size() > 1 || error != std::errc() || stop != end) {
        refuse_request(request, url, "the Content-Length is one number");
    }
    return length;
}

CYCLONE_INLINE void set_framing(const HTTPRequest& request, const Url& url, RequestHead& head,
                                httputil::HTTPHeaders& headers) {
    if (headers.contains("Transfer-Encoding")) {
        refuse_request(request, url,
                       "the Transfer-Encoding is the client's business: give a body_producer "
                       "without a Content-Length, and the body is chunked");
    }
    const auto announced = announced_length(request, url);
    if (request.body && request.body_producer) {
        refuse_request(request, url, "give a body or a body_producer, not both");
    }
    if (request.body) {
        head.content_length = request.body->size();
        headers.set("Content-Length", std::to_string(request.body->size()));
    } else if (request.body_producer && announced) {
        head.content_length = announced;
    } else if (request.body_producer) {
        head.chunked = true;
        headers.set("Transfer-Encoding", "chunked");
    } else if (announced.value_or(0) != 0) {
        refuse_request(request, url, "the Content-Length announces a body, but there is none");
    }
    if (request.expect_100_continue && (request.body || request.body_producer)) {
        head.expects_continue = true;
        headers.set("Expect", "100-continue");
    }
}

CYCLONE_INLINE void set_defaults(const HTTPRequest& request, const Url& url,
                                 std::string_view cookies, httputil::HTTPHeaders& headers) {
    if (url.username) {
        headers.set("Authorization", basic_credentials(*url.username, url.password));
    } else if (request.auth_username) {
        headers.set("Authorization",
                    basic_credentials(*request.auth_username, request.auth_password));
    }
    if (!request.user_agent.empty()) {
        headers.set("User-Agent", request.user_agent);
    } else if (!headers.contains("User-Agent")) {
        headers.set("User-Agent", "cyclone-cpp");
    }
    if (request.if_modified_since) {
        headers.set("If-Modified-Since", httputil::format_timestamp(*request.if_modified_since));
    }
    if (request.method == "POST" && !headers.contains("Content-Type")) {
        headers.set("Content-Type", "application/x-www-form-urlencoded");
    }
    // Part of a compressed file cannot be taken apart.
    if (request.decompress_response && !headers.contains("Accept-Encoding") &&
        !headers.contains("Range")) {
        headers.set("Accept-Encoding", "gzip");
    }
    if (!cookies.empty() && !headers.contains("Cookie")) {
        headers.set("Cookie", cookies);
    }
}

CYCLONE_INLINE std::string serialised(std::string_view method, std::string_view target,
                                      std::string_view host, const httputil::HTTPHeaders& headers) {
    const char* const end = target.data() + target.size();
    if (httputil::detail::find_not_visible(target.data(), end) != end) {
        throw std::invalid_argument("httpclient: the request target '" + std::string(host) +
                                    "' has white space or a control character in it");
    }
    std::string bytes;
    bytes.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: ").append(host);
    bytes += "\r\n";
    for (const auto& field : headers) {
        if (httputil::detail::equal_ignoring_case(field.name, "host")) {
            continue;
        }
        // HTTPHeaders has looked at them already, unless they were borrowed.
        if (!httputil::is_token(field.name) || !httputil::is_valid_field_value(field.value)) {
            throw std::invalid_argument(
                "httpclient: a header field of the request has a control character in it");
        }
        bytes.append(field.name).append(": ").append(field.value).append("\r\n");
    }
    return bytes += "\r\n";
}

}  // namespace detail

CYCLONE_INLINE RequestHead make_request_head(const HTTPRequest& request, const Url& url,
                                             bool via_proxy, std::string_view cookies) {
    detail::check_method(request, url);
    RequestHead head;
    httputil::HTTPHeaders headers = request.headers;
    detail::set_defaults(request, url, cookies, headers);
    detail::set_framing(request, url, head, headers);
    for (const auto value : headers.get_list("Connection")) {
        head.close |= httputil::detail::equal_ignoring_case(value, "close");
    }
    const auto hosts = headers.get_list("Host");
    if (hosts.size() > 1 || (hosts.size() == 1 && !httputil::is_valid_field_value(hosts[0]))) {
        detail::refuse_request(request, url, "the Host field is one host");
    }
    std::string target = url.target;
    if (via_proxy) {
        target.insert(0, "http://" + url.authority());
        if (!request.proxy_username.empty()) {
            headers.set("Proxy-Authorization",
                        detail::basic_credentials(request.proxy_username, request.proxy_password));
        }
    }
    const std::string host = hosts.empty() ? url.authority() : std::string(hosts[0]);
    head.bytes = detail::serialised(request.method, target, host, headers);
    return head;
}

CYCLONE_INLINE std::string make_connect_head(const HTTPRequest& request, const Url& url) {
    const std::string authority =
        (url.host.find(':') == url.host.npos ? url.host : "[" + url.host + "]") + ":" +
        std::to_string(url.port);
    httputil::HTTPHeaders headers;
    if (!request.proxy_username.empty()) {
        headers.set("Proxy-Authorization",
                    detail::basic_credentials(request.proxy_username, request.proxy_password));
    }
    return detail::serialised("CONNECT", authority, authority, headers);
}

}  // namespace cyclone::httpclient
