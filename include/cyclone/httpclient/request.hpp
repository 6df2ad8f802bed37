#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <cyclone/defer.hpp>
#include <cyclone/httputil/http_headers.hpp>

namespace cyclone::httpclient {

/// Takes a body by pieces: any function of a string_view, good during the call, that returns void
/// or Deferred<>. While that is waited for, nothing more is read from the server.
class StreamingCallback {
public:
    StreamingCallback() = default;
    StreamingCallback(std::nullptr_t) {}
    template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, StreamingCallback> &&
             std::invocable<F&, std::string_view>) StreamingCallback(F f)
        : call_([f = std::move(f)](std::string_view chunk) mutable -> Deferred<> {
              return cyclone::detail::call_flat(f, chunk);
          }) {}

    explicit operator bool() const { return call_ != nullptr; }
    Deferred<> operator()(std::string_view chunk) const { return call_(chunk); }

private:
    std::function<Deferred<>(std::string_view)> call_;
};

/// Sends a piece of a request's body; fires when the system has taken it. Fails with
/// HTTPStreamClosedError when the connection, or the fetch, is over.
using BodyWriter = std::function<Deferred<>(std::string chunk)>;

/// Sends a body piece by piece, awaiting each:
///
///     .body_producer = [&](httpclient::BodyWriter write) -> Deferred<> {
///         while (auto line = co_await next_line()) co_await write(*line);
///     }
///
/// It is called once for each server that the body goes to: redirects may call it again. Without a
/// Content-Length in the request's headers the body is chunked.
using BodyProducer = std::function<Deferred<>(BodyWriter write)>;

/// Gets the head line by line, with line ends: the status line, the fields, an empty line.
using HeaderCallback = std::function<void(std::string_view line)>;

/// What to fetch, and how. As tornado.httpclient.HTTPRequest.
///
///     client.fetch({.url = "http://127.0.0.1:8888/user", .method = "POST", .body = "name=x"})
struct HTTPRequest {
    /// http:// or https://; a user and a password in it are sent as Basic authentication.
    std::string url{};
    std::string method = "GET";
    httputil::HTTPHeaders headers{};

    /// POST, PUT and PATCH need one of these, the other methods must not have any, unless
    /// allow_nonstandard_methods. A POST without a Content-Type is sent as a form, as in Tornado.
    std::optional<std::string> body{};
    BodyProducer body_producer{};
    /// Waits with the body for the server's "100 Continue", a second at most (RFC 9110 10.1.1).
    bool expect_100_continue = false;
    bool allow_nonstandard_methods = false;

    /// Basic authentication.
    std::optional<std::string> auth_username{};
    std::string auth_password{};
    std::optional<std::chrono::system_clock::time_point> if_modified_since{};
    /// "cyclone-cpp" when empty and not in the headers.
    std::string user_agent{};

    /// For a free place among the client's connections, and again to connect, TLS included; 0: as
    /// long as it takes.
    std::chrono::nanoseconds connect_timeout = std::chrono::seconds(20);
    /// For everything, queue and redirects included; 0: as long as it takes.
    std::chrono::nanoseconds request_timeout = std::chrono::seconds(20);

    /// 301, 302, 303, 307 and 308. Across origins, Authorization and Cookie are not sent on.
    bool follow_redirects = true;
    unsigned max_redirects = 5;

    /// Asks for gzip, and takes it apart. What comes out counts against max_body_size.
    bool decompress_response = true;
    /// Instead of the client's.
    std::optional<std::uint64_t> max_body_size{};
    /// Gets the body instead of HTTPResponse::body, not that of a redirect that is followed.
    StreamingCallback streaming_callback{};
    HeaderCallback header_callback{};

    /// The proxy for everything, https by CONNECT.
    std::string proxy_host{};
    std::uint16_t proxy_port = 0;
    std::string proxy_username{};
    std::string proxy_password{};

    /// Whether an https server has to prove its name, by a certificate that one of ca_certs has
    /// signed.
    bool validate_cert = true;
    /// A PEM file; empty: the system's.
    std::string ca_certs{};
    /// PEM files, for servers that want one.
    std::string client_cert{};
    std::string client_key{};

    bool allow_ipv6 = true;
    /// The address of this machine to connect from.
    std::string network_interface{};
};

}  // namespace cyclone::httpclient
