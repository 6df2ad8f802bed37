#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include <cyclone/http/forwarded.hpp>
#include <cyclone/httputil/characters.hpp>
#include <cyclone/httputil/field_list.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::http {

namespace detail {

/// Reads the pairs of a Forwarded field one by one.
class ForwardedReader {
public:
    explicit ForwardedReader(std::string_view value) : left_(value) {}

    bool at_end() const { return left_.empty(); }
    void skip_spaces() {
        while (!left_.empty() && (left_.front() == ' ' || left_.front() == '\t')) {
            left_.remove_prefix(1);
        }
    }
    bool take(char c) {
        if (!left_.starts_with(c)) {
            return false;
        }
        left_.remove_prefix(1);
        return true;
    }
    std::string_view take_token() {
        std::size_t size = 0;
        while (size < left_.size() &&
               httputil::detail::is(left_[size], httputil::detail::token_character)) {
            ++size;
        }
        const std::string_view token = left_.substr(0, size);
        left_.remove_prefix(size);
        return token;
    }
    /// Without the quotes; with the backslashes, which no address has.
    std::optional<std::string_view> take_value() {
        if (!take('"')) {
            const std::string_view token = take_token();
            return token.empty() ? std::nullopt : std::optional(token);
        }
        for (std::size_t i = 0; i < left_.size(); ++i) {
            if (left_[i] == '\\') {
                ++i;
            } else if (left_[i] == '"') {
                const std::string_view value = left_.substr(0, i);
                left_.remove_prefix(i + 1);
                return value;
            }
        }
        return std::nullopt;
    }

private:
    std::string_view left_;
};

/// Of "192.0.2.43:47011" or "[2001:db8::1]", as a node is written; empty where there is none.
CYCLONE_INLINE std::string_view address_of_node(std::string_view node) {
    const bool v6 = node.starts_with('[');
    if (v6) {
        node.remove_prefix(1);
    }
    const std::size_t end = node.find(v6 ? ']' : ':');
    if (v6 && end == std::string_view::npos) {
        return {};
    }
    const std::string_view address = node.substr(0, end);
    const std::string_view rest =
        end == std::string_view::npos ? std::string_view() : node.substr(end + (v6 ? 1 : 0));
    const std::string text(address);
    in6_addr parsed{};
    return (rest.empty() || rest.starts_with(':')) &&
                   ::inet_pton(v6 ? AF_INET6 : AF_INET, text.c_str(), &parsed) == 1
               ? address
               : std::string_view();
}

}  // namespace detail

CYCLONE_INLINE std::optional<Forwarded> last_forwarded(std::string_view value) {
    using httputil::detail::equal_ignoring_case;
    detail::ForwardedReader reader(value);
    Forwarded element;
    bool has_for = false;
    bool has_proto = false;
    bool has_pair = false;
    reader.skip_spaces();
    while (!reader.at_end()) {
        if (reader.take(',')) {
            element = {};
            has_for = has_proto = has_pair = false;
        } else if (!reader.take(';')) {
            if (has_pair) {
                return std::nullopt;
            }
            const std::string_view name = reader.take_token();
            if (name.empty() || !reader.take('=')) {
                return std::nullopt;
            }
            const auto text = reader.take_value();
            if (!text) {
                return std::nullopt;
            }
            has_pair = true;
            bool twice = false;
            if (equal_ignoring_case(name, "for")) {
                twice = std::exchange(has_for, true);
                element.address = detail::address_of_node(*text);
            } else if (equal_ignoring_case(name, "proto")) {
                twice = std::exchange(has_proto, true);
                element.protocol = equal_ignoring_case(*text, "https")  ? "https"
                                   : equal_ignoring_case(*text, "http") ? "http"
                                                                        : "";
            }
            if (twice) {
                return std::nullopt;
            }
        } else {
            has_pair = false;
        }
        reader.skip_spaces();
    }
    return element;
}

CYCLONE_INLINE bool take_forwarded(httputil::HTTPServerRequest& request) {
    const auto fields = request.headers.get_list("Forwarded");
    if (fields.empty() ||
        std::ranges::any_of(
            std::array{"X-Forwarded-For", "X-Real-Ip", "X-Forwarded-Proto", "X-Scheme"},
            [&request](const char* name) { return request.headers.contains(name); })) {
        return false;
    }
    const auto forwarded = last_forwarded(fields.back());
    if (forwarded && !forwarded->address.empty()) {
        request.remote_ip = forwarded->address;
    }
    if (forwarded && !forwarded->protocol.empty()) {
        request.protocol = forwarded->protocol;
    }
    return true;
}

}  // namespace cyclone::http
