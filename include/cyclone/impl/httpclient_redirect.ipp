#pragma once

#include <algorithm>
#include <array>

#include <cyclone/httpclient/redirect.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::httpclient {

CYCLONE_INLINE bool follows_redirect(const HTTPRequest& request, const ResponseHead& head) {
    constexpr std::array<unsigned, 5> codes{301, 302, 303, 307, 308};
    return request.follow_redirects && request.max_redirects > 0 &&
           std::ranges::find(codes, head.code) != codes.end() && head.headers.contains("Location");
}

CYCLONE_INLINE Url apply_redirect(HTTPRequest& request, const Url& url, const ResponseHead& head) {
    Url next = parse_url(resolve_reference(url, *head.headers.find("Location")));
    if (next.fragment.empty()) {
        // RFC 9110 10.2.2.
        next.fragment = url.fragment;
    }
    --request.max_redirects;
    request.headers.remove("Host");
    if ((head.code == 303 && request.method != "HEAD") ||
        ((head.code == 301 || head.code == 302) && request.method == "POST")) {
        request.method = "GET";
        request.body.reset();
        request.body_producer = nullptr;
        request.expect_100_continue = false;
        for (const char* const name : {"Content-Length", "Content-Type", "Content-Encoding",
                                       "Content-Language", "Content-Location", "Expect"}) {
            request.headers.remove(name);
        }
    }
    if (!next.same_origin(url)) {
        request.headers.remove("Authorization");
        request.headers.remove("Cookie");
        request.headers.remove("Proxy-Authorization");
        request.auth_username.reset();
        request.auth_password.clear();
    } else if (!next.username && url.username) {
        next.username = url.username;
        next.password = url.password;
    }
    return next;
}

CYCLONE_INLINE bool may_retry(const HTTPRequest& request, bool reused, bool response_started) {
    constexpr std::array<std::string_view, 6> idempotent{"GET",    "HEAD",    "PUT",
                                                         "DELETE", "OPTIONS", "TRACE"};
    return reused && !response_started && !request.body_producer &&
           std::ranges::find(idempotent, request.method) != idempotent.end();
}

}  // namespace cyclone::httpclient
