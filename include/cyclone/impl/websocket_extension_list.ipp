#pragma once

#include <algorithm>
#include <utility>

#include <cyclone/httputil/token.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/websocket/extension_list.hpp>

namespace cyclone::websocket {

namespace detail {

/// Reads the value of Sec-WebSocket-Extensions from the left.
class ExtensionScanner {
public:
    explicit ExtensionScanner(std::string_view text) : rest_(text) {}

    bool at_end() {
        skip_space();
        return rest_.empty();
    }
    bool take(char c) {
        skip_space();
        if (!rest_.starts_with(c)) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }
    /// Empty when there is none.
    std::string_view take_token() {
        skip_space();
        const std::size_t end = std::min(rest_.find_first_of(",;=\" \t"), rest_.size());
        const std::string_view token = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return httputil::is_token(token) ? token : std::string_view();
    }
    /// A token or a quoted string that holds one.
    std::optional<std::string> take_value() {
        if (!take('"')) {
            const std::string_view token = take_token();
            return token.empty() ? std::nullopt : std::optional<std::string>(token);
        }
        std::string value;
        while (!rest_.empty() && rest_.front() != '"') {
            if (rest_.front() == '\\') {
                rest_.remove_prefix(1);
                if (rest_.empty()) {
                    return std::nullopt;
                }
            }
            value += rest_.front();
            rest_.remove_prefix(1);
        }
        return take('"') && httputil::is_token(value) ? std::optional(value) : std::nullopt;
    }

private:
    void skip_space() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
    }

    std::string_view rest_;
};

}  // namespace detail

CYCLONE_INLINE std::optional<std::vector<Extension>> parse_extensions(std::string_view value) {
    std::vector<Extension> extensions;
    detail::ExtensionScanner scanner(value);
    while (!scanner.at_end()) {
        // RFC 9110 5.6.1: empty elements of a list are to be ignored.
        if (scanner.take(',')) {
            continue;
        }
        Extension extension;
        extension.name = scanner.take_token();
        if (extension.name.empty()) {
            return std::nullopt;
        }
        while (scanner.take(';')) {
            Extension::Parameter parameter;
            parameter.name = scanner.take_token();
            if (parameter.name.empty()) {
                return std::nullopt;
            }
            if (scanner.take('=')) {
                parameter.value = scanner.take_value();
                if (!parameter.value) {
                    return std::nullopt;
                }
            }
            extension.parameters.push_back(std::move(parameter));
        }
        extensions.push_back(std::move(extension));
        if (!scanner.at_end() && !scanner.take(',')) {
            return std::nullopt;
        }
    }
    return extensions;
}

}  // namespace cyclone::websocket
