#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <cyclone/httputil/token.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/websocket/connect.hpp>
#include <cyclone/websocket/handshake.hpp>

namespace cyclone::websocket {

namespace detail {

CYCLONE_INLINE std::string handshake_request(const WebSocketUrl& url, std::string_view key,
                                             const ConnectOptions& options) {
    httputil::HTTPHeaders headers = options.headers;
    if (!headers.contains("Host")) {
        headers.set("Host", url.authority);
    }
    headers.set("Upgrade", "websocket");
    headers.set("Connection", "Upgrade");
    headers.set("Sec-WebSocket-Key", key);
    headers.set("Sec-WebSocket-Version", "13");
    if (options.compression) {
        headers.set("Sec-WebSocket-Extensions", deflate_offer(*options.compression));
    }
    for (const std::string& subprotocol : options.subprotocols) {
        headers.add("Sec-WebSocket-Protocol", subprotocol);
    }
    std::string request = "GET " + url.target + " HTTP/1.1\r\n";
    for (const auto& field : headers) {
        request.append(field.name).append(": ").append(field.value).append("\r\n");
    }
    return request += "\r\n";
}

/// The status of a response's head, without its last empty line; 0 when it is none.
CYCLONE_INLINE unsigned read_response_head(std::string_view head, httputil::HTTPHeaders& headers) {
    unsigned status = 0;
    const std::string_view status_line = head.substr(0, head.find("\r\n"));
    if (!status_line.starts_with("HTTP/1.") || status_line.size() < 12) {
        return 0;
    }
    std::from_chars(status_line.data() + 9, status_line.data() + 12, status);
    head.remove_prefix(std::min(status_line.size() + 2, head.size()));
    while (!head.empty()) {
        const std::string_view line = head.substr(0, head.find("\r\n"));
        head.remove_prefix(std::min(line.size() + 2, head.size()));
        const std::size_t colon = std::min(line.find(':'), line.size());
        std::string_view value = line.substr(std::min(colon + 1, line.size()));
        value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
        value = value.substr(0, value.find_last_not_of(" \t") + 1);
        if (colon == line.size() || !httputil::is_token(line.substr(0, colon)) ||
            !httputil::is_valid_field_value(value)) {
            return 0;
        }
        headers.add(line.substr(0, colon), value);
    }
    return status;
}

/// Reads up to the end of the response's head; what came behind it stays in `early`.
CYCLONE_INLINE Deferred<std::string> read_head(ClientSocket& socket, std::string& early) {
    constexpr std::size_t most = 64 * 1024;
    std::array<char, 4096> buffer;
    std::size_t end = std::string::npos;
    while (end == std::string::npos) {
        if (early.size() > most) {
            throw WebSocketConnectError("the head of the server's answer is too long");
        }
        auto reading = socket.read_some(buffer);
        early.append(buffer.data(), co_await reading);
        end = early.find("\r\n\r\n");
    }
    std::string head = early.substr(0, end);
    early.erase(0, end + 4);
    co_return head;
}

CYCLONE_INLINE Deferred<std::shared_ptr<WebSocketClientConnection>> open_websocket(
    WebSocketUrl url, ConnectOptions options) {
    auto connecting = connect(url, options.tls);
    auto socket = co_await connecting;
    const std::string key = make_handshake_key();
    const std::string request = handshake_request(url, key, options);
    auto writing = write_all(*socket, request);
    co_await writing;
    std::string early;
    auto reading = read_head(*socket, early);
    const std::string head = co_await reading;

    httputil::HTTPHeaders headers;
    const unsigned status = read_response_head(head, headers);
    if (status == 0) {
        throw WebSocketConnectError("the server does not speak HTTP");
    }
    if (const std::string wrong = check_handshake_response(status, headers, key); !wrong.empty()) {
        throw WebSocketConnectError(wrong, status);
    }
    SessionSettings settings{.role = Role::client, .max_message_size = options.max_message_size};
    const std::string extensions = headers.get("Sec-WebSocket-Extensions", "");
    if (options.compression) {
        settings.compression = *options.compression;
    }
    const bool agreed =
        options.compression
            ? check_deflate_response(extensions, *options.compression, settings.deflate)
            : extensions.empty();
    if (!agreed) {
        throw WebSocketConnectError(
            "the server uses an extension that was not offered: " + extensions, status);
    }
    const std::string subprotocol = headers.get("Sec-WebSocket-Protocol", "");
    if (!subprotocol.empty() &&
        std::ranges::find(options.subprotocols, subprotocol) == options.subprotocols.end()) {
        throw WebSocketConnectError(
            "the server has selected a subprotocol that was not offered: " + subprotocol, status);
    }
    auto link = std::make_shared<ClientLink>(std::move(socket), settings);
    link->subprotocol = subprotocol;
    link->headers = std::move(headers);
    auto connection = std::make_shared<WebSocketClientConnection>(link);
    auto ping_timeout = options.ping_timeout;
    if (ping_timeout.count() == 0) {
        ping_timeout =
            std::max<std::chrono::nanoseconds>(options.ping_interval * 3, std::chrono::seconds(30));
    }
    link->start(std::move(early), options.ping_interval, ping_timeout);
    co_return connection;
}

CYCLONE_INLINE Deferred<std::shared_ptr<WebSocketClientConnection>> connect_or_tell_why(
    std::string url, WebSocketUrl parsed, ConnectOptions options) {
    std::string why;
    unsigned status = 0;
    const auto timeout = options.connect_timeout;
    try {
        auto opening = open_websocket(std::move(parsed), std::move(options)).add_timeout(timeout);
        co_return co_await opening;
    } catch (const WebSocketConnectError& error) {
        why = error.what();
        status = error.status;
    } catch (const boost::system::system_error& error) {
        why = error.code() == boost::asio::error::eof ? "the server closes without an answer"
                                                      : error.code().message();
    } catch (const ssl::Error& error) {
        why = error.what();
    } catch (const TimeoutError& error) {
        why = error.what();
    }
    throw WebSocketConnectError("websocket: " + url + ": " + why, status);
}

}  // namespace detail

CYCLONE_INLINE Deferred<std::shared_ptr<WebSocketClientConnection>> websocket_connect(
    std::string url, ConnectOptions options) {
    WebSocketUrl parsed = parse_websocket_url(url);
    return detail::connect_or_tell_why(std::move(url), std::move(parsed), std::move(options));
}

}  // namespace cyclone::websocket
