#pragma once

#include <concepts>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <cyclone/httpclient/async_http_client.hpp>

namespace cyclone::httpclient {

/// Fetches and waits for the response: for programs that do nothing else meanwhile. As
/// tornado.httpclient.HTTPClient.
///
///     httpclient::HTTPClient client;
///     std::cout << client.fetch("http://127.0.0.1:8888/").body;
class HTTPClient {
public:
    explicit HTTPClient(ClientOptions options = {}) : client_(std::move(options)) {}

    /// Runs this thread's reactor until the response is there, and throws what
    /// AsyncHTTPClient::fetch() fails with. Throws std::logic_error within a reactor that runs,
    /// which would serve nobody meanwhile.
    HTTPResponse fetch(HTTPRequest request, RaiseError raise_error = RaiseError::yes) {
        auto& reactor = reactor::current();
        if (reactor.running()) {
            throw std::logic_error(
                "cyclone: HTTPClient::fetch() would hold the running reactor up: co_await "
                "AsyncHTTPClient::fetch() there");
        }
        return reactor.run_until(client_.fetch(std::move(request), raise_error));
    }
    template <std::convertible_to<std::string_view> U>
    HTTPResponse fetch(const U& url, RaiseError raise_error = RaiseError::yes) {
        HTTPRequest request;
        request.url = std::string_view(url);
        return fetch(std::move(request), raise_error);
    }

    void close() { client_.close(); }

private:
    AsyncHTTPClient client_;
};

}  // namespace cyclone::httpclient
