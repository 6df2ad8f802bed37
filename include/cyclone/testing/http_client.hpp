#pragma once

#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cyclone/httpclient/cookie_jar.hpp>
#include <cyclone/httputil/cookie.hpp>
#include <cyclone/httputil/url.hpp>
#include <cyclone/testing/memory_connection.hpp>
#include <cyclone/testing/virtual_time.hpp>

namespace cyclone::testing {

/// What was answered.
struct Response {
    unsigned status = 0;
    std::string reason;
    httputil::HTTPHeaders headers;
    /// Without its chunks.
    std::string body;

    /// The first field of that name; empty when there is none.
    std::string header(std::string_view name) const {
        return std::string(headers.find(name).value_or(""));
    }
};

/// Takes one response to a `method` request from the front of `bytes`; nothing when it is not
/// complete yet. `ended`: the connection has been closed, which ends a body without a length.
/// Throws std::runtime_error for what is no response.
std::optional<Response> take_response(std::string& bytes, std::string_view method, bool ended);

/// Drives an Application without a port: requests and answers are bytes in memory.
///
///     testing::HTTPClient client(application);
///     BOOST_TEST(client.fetch("GET", "/hello").body == "Hello, world");
class HTTPClient {
public:
    /// `application` has service() and http_settings(), as web::Application does.
    template <class A>
    explicit HTTPClient(A& application, std::string remote_ip = "127.0.0.1")
        : connection_(application.service(), application.http_settings(), std::move(remote_ip)) {}

    /// From now on the cookies that answers set go along with fetch(), where its headers have none,
    /// as a browser sends them over https: to log in once. As cyclone.testing.Client.cookies.
    void keep_cookies() { cookies_.emplace(); }
    /// One that is kept and would go along with a request for `target`.
    std::optional<std::string> get_cookie(std::string_view name, std::string_view target = "/") {
        const auto cookies =
            httputil::parse_cookie(cookies_ ? cookies_->get(url_of(target)) : std::string());
        const auto found = cookies.find(name);
        return found == cookies.end() ? std::nullopt : std::optional(found->second);
    }

    /// Sends a request, with a Host and a Content-Length where `headers` have none, and waits for
    /// the answer.
    ///
    /// Runs this thread's reactor until it is there; throws std::runtime_error when it is not after
    /// `timeout`, or when the server closes first.
    Response fetch(std::string_view method, std::string_view target,
                   const httputil::HTTPHeaders& headers = {}, std::string_view body = {},
                   std::chrono::milliseconds timeout = std::chrono::seconds(5)) {
        std::string request(method);
        request.append(" ").append(target).append(" HTTP/1.1\r\n");
        if (!headers.contains("Host")) {
            request += "Host: localhost\r\n";
        }
        for (const auto& field : headers) {
            request.append(field.name).append(": ").append(field.value).append("\r\n");
        }
        if (!body.empty() && !headers.contains("Content-Length") &&
            !headers.contains("Transfer-Encoding")) {
            request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
        }
        const httpclient::Url url = url_of(target, headers.find("Host").value_or("localhost"));
        if (cookies_ && !headers.contains("Cookie")) {
            const std::string kept = cookies_->get(url);
            request += kept.empty() ? "" : "Cookie: " + kept + "\r\n";
        }
        request += "\r\n";
        request += body;
        Response response = fetch_raw(request, timeout);
        for (const std::string_view cookie : response.headers.get_list("Set-Cookie")) {
            if (cookies_) {
                cookies_->set(url, cookie);
            }
        }
        return response;
    }

    /// The same for a request in its bytes.
    Response fetch_raw(std::string_view request,
                       std::chrono::milliseconds timeout = std::chrono::seconds(5)) {
        if (random_ != nullptr) {
            connection_.send(request, *random_);
        } else {
            connection_.send(request);
        }
        return receive(request.substr(0, request.find(' ')), timeout);
    }

    /// Waits for the next answer, to a `method` request that was sent before.
    Response receive(std::string_view method = "GET",
                     std::chrono::milliseconds timeout = std::chrono::seconds(5)) {
        const auto until = std::chrono::steady_clock::now() + timeout;
        for (;;) {
            received_ += connection_.take_received();
            if (auto response = take_response(received_, method, connection_.closed())) {
                return std::move(*response);
            }
            if (connection_.closed()) {
                throw std::runtime_error("the server closed before the response was complete: " +
                                         received_);
            }
            auto& context = reactor::current().context();
            context.restart();
            VirtualTime* const time = VirtualTime::current();
            if (time == nullptr) {
                context.run_one_until(until);
            } else if (context.poll_one() == 0 && !time->advance_to_next_call()) {
                context.restart();
                context.run_one_until(until);
            }
            if (std::chrono::steady_clock::now() >= until) {
                throw std::runtime_error("no complete response in time: " + received_);
            }
        }
    }

    /// From now on requests are sent in pieces whose sizes `random` decides, which must outlive
    /// this.
    void split_by(Random& random) { random_ = &random; }

    MemoryConnection& connection() { return connection_; }

private:
    static httpclient::Url url_of(std::string_view target, std::string_view host = "localhost") {
        return {.secure = true,
                .host = std::string(httputil::split_host_and_port(host).host),
                .target = std::string(target)};
    }

    MemoryConnection connection_;
    std::optional<httpclient::CookieJar> cookies_;
    std::string received_;
    /// Null: in one piece.
    Random* random_ = nullptr;
};

inline std::optional<Response> take_response(std::string& bytes, std::string_view method,
                                             bool ended) {
    const std::size_t head_end = bytes.find("\r\n\r\n");
    if (head_end == std::string::npos) {
        return std::nullopt;
    }
    Response response;
    std::string_view head(bytes.data(), head_end);
    const std::string_view status_line = head.substr(0, head.find("\r\n"));
    if (!status_line.starts_with("HTTP/1.1 ") || status_line.size() < 13) {
        throw std::runtime_error("this is no response: " + std::string(status_line));
    }
    std::from_chars(status_line.data() + 9, status_line.data() + 12, response.status);
    response.reason = status_line.substr(13);
    for (std::size_t at = status_line.size(); at < head.size();) {
        const std::size_t end = std::min(head.find("\r\n", at + 2), head.size());
        const std::string_view line = head.substr(at + 2, end - at - 2);
        const std::size_t colon = line.find(": ");
        if (colon == std::string_view::npos) {
            throw std::runtime_error("this is no header field: " + std::string(line));
        }
        response.headers.add(line.substr(0, colon), line.substr(colon + 2));
        at = end;
    }
    std::size_t at = head_end + 4;
    if (response.status == 100) {
        bytes.erase(0, at);
        return take_response(bytes, method, ended);
    }
    const bool bodiless = method == "HEAD" || response.status < 200 || response.status == 204 ||
                          response.status == 304;
    if (bodiless) {
    } else if (response.headers.contains("Transfer-Encoding")) {
        http::ChunkedDecoder decoder;
        std::string_view rest = std::string_view(bytes).substr(at);
        for (;;) {
            const auto state = decoder.decode(rest);
            if (state == http::ChunkedDecoder::State::data) {
                response.body += decoder.data();
            } else if (state == http::ChunkedDecoder::State::complete) {
                break;
            } else if (state == http::ChunkedDecoder::State::refused) {
                throw std::runtime_error("bad chunks: " + std::string(decoder.refusal().why));
            } else {
                return std::nullopt;
            }
        }
        at = bytes.size() - rest.size();
    } else if (const auto length = response.headers.find("Content-Length")) {
        std::size_t size = 0;
        std::from_chars(length->data(), length->data() + length->size(), size);
        if (bytes.size() - at < size) {
            return std::nullopt;
        }
        response.body = bytes.substr(at, size);
        at += size;
    } else {
        if (!ended) {
            return std::nullopt;
        }
        response.body = bytes.substr(at);
        at = bytes.size();
    }
    bytes.erase(0, at);
    return response;
}

}  // namespace cyclone::testing
