#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/options.hpp>

namespace cyclone::redis {

CYCLONE_INLINE std::string ConnectionOptions::address() const {
    if (!unix_path.empty()) {
        return "unix:" + unix_path;
    }
    const bool brackets = host.find(':') != std::string::npos;
    return (brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

namespace detail {

/// Reads one URL. Whatever is wrong is told with `shown_`, which has no password in it.
class UrlReader {
public:
    explicit UrlReader(std::string_view url) : rest_(url), shown_(without_password(url)) {}

    ConnectionOptions read() {
        if (take("unix://") || take("unix:")) {
            read_query();
            read_userinfo();
            options_.unix_path = decoded(rest_);
            if (options_.unix_path.empty()) {
                refuse("the path of the socket is missing, as in unix:/run/redis/redis.sock");
            }
            return std::move(options_);
        }
        options_.tls = take("rediss://");
        if (!options_.tls && !take("redis://") && rest_.find("://") != rest_.npos) {
            refuse("the address of a Redis starts with redis://, rediss:// or unix:");
        }
        read_query();
        // In the part before the path, so that a slash in a password has to be written %2F, as in
        // any URL.
        if (const auto slash = rest_.find('/'); slash != rest_.npos) {
            const std::string_view db = rest_.substr(slash + 1);
            rest_ = rest_.substr(0, slash);
            if (!db.empty()) {
                read_db(db);
            }
        }
        read_userinfo();
        read_host_and_port();
        return std::move(options_);
    }

private:
    static std::string without_password(std::string_view url) {
        const auto at = url.rfind('@');
        const auto query = url.find('?');
        std::string shown(url.substr(0, query));
        if (at != url.npos && at < shown.size()) {
            const auto scheme = url.find("://");
            const auto start = scheme == url.npos ? 0 : scheme + 3;
            shown = std::string(url.substr(0, start)) + "..." + shown.substr(at);
        }
        return shown;
    }

    [[noreturn]] void refuse(std::string_view why) const {
        throw std::invalid_argument("redis: " + shown_ + ": " + std::string(why));
    }

    bool take(std::string_view prefix) {
        if (!rest_.starts_with(prefix)) {
            return false;
        }
        rest_.remove_prefix(prefix.size());
        return true;
    }

    std::string decoded(std::string_view text) const {
        const auto value_of = [](char c) {
            return c >= '0' && c <= '9'   ? c - '0'
                   : c >= 'a' && c <= 'f' ? c - 'a' + 10
                   : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                          : -1;
        };
        std::string result;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] != '%') {
                result += text[i];
                continue;
            }
            const int high = i + 2 < text.size() ? value_of(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? value_of(text[i + 2]) : -1;
            if (high < 0 || low < 0) {
                refuse(
                    "a % must be followed by two hexadecimal digits (a % itself is written %25)");
            }
            result += static_cast<char>(high * 16 + low);
            i += 2;
        }
        return result;
    }

    template <class T>
    static std::optional<T> number(std::string_view text) {
        T value{};
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        const bool whole = error == std::errc() && end == text.data() + text.size();
        return whole ? std::optional<T>(value) : std::nullopt;
    }

    void read_db(std::string_view text) {
        const auto db = number<int>(text);
        if (!db || *db < 0) {
            refuse("the database is a number from 0 on, not \"" + std::string(text) + "\"");
        }
        options_.db = *db;
    }

    void read_query() {
        const auto mark = rest_.find('?');
        if (mark == rest_.npos) {
            return;
        }
        std::string_view query = rest_.substr(mark + 1);
        rest_ = rest_.substr(0, mark);
        while (!query.empty()) {
            const std::string_view pair = query.substr(0, query.find('&'));
            query.remove_prefix(std::min(pair.size() + 1, query.size()));
            const auto equals = pair.find('=');
            const std::string_view name = pair.substr(0, equals);
            const std::string value = decoded(equals == pair.npos ? "" : pair.substr(equals + 1));
            if (name == "db") {
                read_db(value);
            } else if (name == "client_name") {
                options_.client_name = value;
            } else if (name == "username") {
                options_.username = value;
            } else if (name == "password") {
                options_.password = value;
            } else if (name == "protocol") {
                if (value != "2" && value != "3") {
                    refuse("the protocol is 2 or 3, not \"" + value + "\"");
                }
                options_.protocol = value == "2" ? Protocol::resp2 : Protocol::resp3;
            } else {
                refuse("there is no setting \"" + std::string(name) +
                       "\"; known are db, client_name, username, password and protocol");
            }
        }
    }

    void read_userinfo() {
        const auto at = rest_.rfind('@');
        if (at == rest_.npos) {
            return;
        }
        const std::string_view userinfo = rest_.substr(0, at);
        rest_.remove_prefix(at + 1);
        const auto colon = userinfo.find(':');
        options_.username = decoded(userinfo.substr(0, colon));
        if (colon != userinfo.npos) {
            options_.password = decoded(userinfo.substr(colon + 1));
        }
    }

    void read_host_and_port() {
        std::string_view host = rest_;
        std::optional<std::string_view> port;
        if (rest_.starts_with('[')) {
            const auto bracket = rest_.find(']');
            if (bracket == rest_.npos) {
                refuse("the ] after the IPv6 address is missing");
            }
            host = rest_.substr(1, bracket - 1);
            const std::string_view after = rest_.substr(bracket + 1);
            if (after.starts_with(':')) {
                port = after.substr(1);
            } else if (!after.empty()) {
                refuse("after the ] there is a : and the port, or nothing");
            }
        } else if (const auto colon = rest_.find(':'); colon != rest_.npos) {
            if (rest_.find(':', colon + 1) != rest_.npos) {
                refuse("an IPv6 address stands in brackets, as in [::1]:6379");
            }
            host = rest_.substr(0, colon);
            port = rest_.substr(colon + 1);
        }
        if (!host.empty()) {
            options_.host = decoded(host);
        }
        if (port) {
            const auto value = number<std::uint16_t>(*port);
            if (!value || *value == 0) {
                refuse("the port is a number from 1 to 65535, not \"" + std::string(*port) + "\"");
            }
            options_.port = *value;
        }
    }

    std::string_view rest_;
    std::string shown_;
    ConnectionOptions options_;
};

}  // namespace detail

CYCLONE_INLINE ConnectionOptions parse_url(std::string_view url) {
    return detail::UrlReader(url).read();
}

}  // namespace cyclone::redis
