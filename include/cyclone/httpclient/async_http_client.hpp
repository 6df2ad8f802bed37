#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <cyclone/defer.hpp>
#include <cyclone/httpclient/cookie_jar.hpp>
#include <cyclone/httpclient/error.hpp>
#include <cyclone/httpclient/request.hpp>
#include <cyclone/httpclient/response.hpp>
#include <cyclone/reactor.hpp>

namespace cyclone::httpclient {

/// Whether a response whose code is not from 200 to 299 comes out as an HTTPClientError.
enum class RaiseError : bool { no, yes };

/// What all fetches of a client share.
struct ClientOptions {
    /// Connections, idle ones too; further requests wait in the order in which they came.
    std::size_t max_clients = 100;
    std::size_t max_clients_per_host = 10;
    /// How long a connection is kept for the next request; 0: not at all.
    std::chrono::nanoseconds idle_timeout = std::chrono::seconds(60);
    /// In bytes, of what is received and of what that decompresses to.
    std::uint64_t max_body_size = 100 * 1024 * 1024;
    std::size_t max_header_size = 64 * 1024;
    /// Names that are looked up under another one, or an address; certificates are checked for the
    /// former.
    std::map<std::string, std::string> hostname_mapping{};
    /// Cookies are kept and sent where one is given; clients may share it.
    std::shared_ptr<CookieJar> cookies{};
};

namespace detail {
class ClientState;
}

/// Fetches from HTTP servers over connections that it keeps. As tornado.httpclient.AsyncHTTPClient.
///
///     httpclient::AsyncHTTPClient client;
///     auto fetching = client.fetch("http://127.0.0.1:8888/");
///     auto response = co_await fetching;
///     std::cout << response.body;
///
/// It belongs to the reactor on whose thread it was made. Connections are kept alive, a request is
/// repeated by itself only where nobody would notice (see may_retry()). It may be destroyed while
/// fetches run, which go on.
class AsyncHTTPClient {
public:
    explicit AsyncHTTPClient(ClientOptions options = {});
    AsyncHTTPClient(AsyncHTTPClient&&) noexcept = default;
    AsyncHTTPClient& operator=(AsyncHTTPClient&& other) noexcept {
        std::swap(state_, other.state_);
        return *this;
    }
    ~AsyncHTTPClient() { close(); }

    /// Fails with HTTPClientError for an answer that is none from 200 to 299, unless
    /// RaiseError::no; with its subclasses when there is no answer; with std::invalid_argument for
    /// a request that cannot be sent; and with what the request's own functions fail with.
    /// Cancelled, it closes its connection.
    Deferred<HTTPResponse> fetch(HTTPRequest request, RaiseError raise_error = RaiseError::yes);
    /// A GET. A template, for compilers that see a URL's arguments in the braces of a request.
    template <std::convertible_to<std::string_view> U>
    Deferred<HTTPResponse> fetch(const U& url, RaiseError raise_error = RaiseError::yes) {
        HTTPRequest request;
        request.url = std::string_view(url);
        return fetch(std::move(request), raise_error);
    }

    /// Closes the connections that are idle, and the others when their request has ended.
    void close();

    /// Connections that are kept for the next request.
    std::size_t idle_connections() const;

private:
    /// The reactor keeps it, and what it holds ends before the reactor does.
    std::weak_ptr<detail::ClientState> state_;
};

/// Fetches by this thread's own client, with the default options.
Deferred<HTTPResponse> fetch(HTTPRequest request, RaiseError raise_error = RaiseError::yes);
template <std::convertible_to<std::string_view> U>
Deferred<HTTPResponse> fetch(const U& url, RaiseError raise_error = RaiseError::yes) {
    HTTPRequest request;
    request.url = std::string_view(url);
    return fetch(std::move(request), raise_error);
}

}  // namespace cyclone::httpclient

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/httpclient_async_http_client.ipp>
#endif
