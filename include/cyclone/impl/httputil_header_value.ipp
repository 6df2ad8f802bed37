#pragma once

#include <cstddef>
#include <map>
#include <utility>

#include <cyclone/escape/url.hpp>
#include <cyclone/escape/utf8.hpp>
#include <cyclone/httputil/field_list.hpp>
#include <cyclone/httputil/header_value.hpp>
#include <cyclone/httputil/token.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::httputil {

namespace detail {

/// Takes the text up to the next semicolon that is not within quotes, and that semicolon.
CYCLONE_INLINE std::string_view take_parameter(std::string_view& rest) {
    bool quoted = false;
    std::size_t end = 0;
    for (; end < rest.size() && (quoted || rest[end] != ';'); ++end) {
        if (quoted && rest[end] == '\\') {
            // Only an escaped quote matters here, and it does not end the value.
            end += rest.substr(end + 1).starts_with('"') || rest.substr(end + 1).starts_with('\\');
        } else if (rest[end] == '"') {
            quoted = !quoted;
        }
    }
    end = std::min(end, rest.size());
    const std::string_view parameter = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return without_ows(parameter);
}

CYCLONE_INLINE std::string unquoted_parameter(std::string_view text) {
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') {
        return std::string(text);
    }
    text = text.substr(1, text.size() - 2);
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape =
            text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\');
        i += escape ? 1 : 0;
        result += text[i];
    }
    return result;
}

/// The pieces of one parameter of RFC 2231.
struct ExtendedParameter {
    struct Piece {
        std::string text;
        bool encoded;
    };

    std::map<unsigned, Piece> pieces;

    std::string decoded() const {
        std::string bytes;
        std::string charset;
        unsigned expected = 0;
        for (const auto& [number, piece] : pieces) {
            if (number != expected++) {
                break;
            }
            std::string_view text = piece.text;
            if (number == 0 && piece.encoded) {
                const auto first = text.find('\'');
                const auto second = first == text.npos ? text.npos : text.find('\'', first + 1);
                if (second != text.npos) {
                    charset = text.substr(0, first);
                    text.remove_prefix(second + 1);
                }
            }
            bytes += piece.encoded ? escape::url_unescape(text, false) : std::string(text);
        }
        return equal_ignoring_case(charset, "iso-8859-1") ? escape::utf8_from_latin1(bytes)
                                                          : escape::utf8(bytes);
    }
};

/// Takes "filename*0*" apart: the number is nullopt where there is none, as in "filename*".
struct ExtendedName {
    std::string_view name;
    unsigned number = 0;
    bool encoded = false;
};

CYCLONE_INLINE std::optional<ExtendedName> parse_extended_name(std::string_view text) {
    const auto star = text.find('*');
    if (star == text.npos || star == 0) {
        return std::nullopt;
    }
    ExtendedName result{text.substr(0, star)};
    std::string_view rest = text.substr(star + 1);
    if (rest.empty()) {
        result.encoded = true;
        return result;
    }
    if (rest.ends_with('*')) {
        result.encoded = true;
        rest.remove_suffix(1);
    }
    if (rest.empty() || rest.size() > 3) {
        return std::nullopt;
    }
    for (const char c : rest) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        result.number = result.number * 10 + static_cast<unsigned>(c - '0');
    }
    return result;
}

CYCLONE_INLINE void set_parameter(HeaderValue& header, HeaderValue::Parameter parameter) {
    const auto present =
        std::ranges::find(header.parameters, parameter.name, &HeaderValue::Parameter::name);
    if (present == header.parameters.end()) {
        header.parameters.push_back(std::move(parameter));
    } else {
        *present = std::move(parameter);
    }
}

}  // namespace detail

CYCLONE_INLINE HeaderValue parse_header(std::string_view line) {
    HeaderValue header{std::string(detail::take_parameter(line))};
    std::map<std::string, detail::ExtendedParameter, std::less<>> extended;
    // A header is bounded by whoever read it; but one parameter is compared with all others.
    constexpr std::size_t most_parameters = 64;
    for (std::size_t count = 0; !line.empty() && count < most_parameters; ++count) {
        const std::string_view text = detail::take_parameter(line);
        const auto equals = text.find('=');
        std::string name(detail::without_ows(text.substr(0, equals)));
        std::ranges::transform(name, name.begin(), detail::to_lower);
        if (name.empty()) {
            continue;
        }
        if (equals == text.npos) {
            detail::set_parameter(header, {std::move(name), {}, false});
            continue;
        }
        std::string value =
            detail::unquoted_parameter(detail::without_ows(text.substr(equals + 1)));
        if (const auto parts = detail::parse_extended_name(name)) {
            extended[std::string(parts->name)].pieces.insert_or_assign(
                parts->number, detail::ExtendedParameter::Piece{std::move(value), parts->encoded});
        } else {
            detail::set_parameter(header, {std::move(name), std::move(value)});
        }
    }
    for (const auto& [name, parameter] : extended) {
        detail::set_parameter(header, {name, parameter.decoded()});
    }
    return header;
}

CYCLONE_INLINE std::string encode_header(const HeaderValue& header) {
    std::string line = header.value;
    for (const auto& parameter : header.parameters) {
        line += "; ";
        line += parameter.name;
        if (!parameter.has_value) {
            continue;
        }
        line += '=';
        if (is_token(parameter.value)) {
            line += parameter.value;
            continue;
        }
        line += '"';
        for (const char c : parameter.value) {
            line += c == '"' || c == '\\' ? "\\" : "";
            line += c;
        }
        line += '"';
    }
    return line;
}

}  // namespace cyclone::httputil
