#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cyclone::httputil {

/// The value of a header field such as Content-Type: a word and its parameters,
/// `form-data; name="a"; filename*=UTF-8''n%C3%A4me`.
struct HeaderValue {
    struct Parameter {
        /// In lower case.
        std::string name;
        /// Without the quotes; UTF-8 where it was given with its character set.
        std::string value;
        /// False for `; name` alone.
        bool has_value = true;
    };

    std::string value;
    std::vector<Parameter> parameters{};

    /// The value of a parameter; empty where it has none.
    std::optional<std::string_view> find(std::string_view name) const {
        const auto found = std::ranges::find(parameters, name, &Parameter::name);
        return found == parameters.end() ? std::nullopt
                                         : std::optional<std::string_view>(found->value);
    }
};

/// Takes a header field's value apart, refusing nothing. As tornado.httputil._parse_header.
///
/// In quotes \" is a quote and \\ a backslash, but any other backslash stays, as in a Windows path.
/// A name comes once: the last `name=` counts, and over that `name*=charset''percent%2Dencoded`
/// (RFC 8187) or `name*0=...; name*1=...` (RFC 2231). Character sets are UTF-8, US-ASCII and
/// ISO-8859-1; what is in another is read as UTF-8.
HeaderValue parse_header(std::string_view line);

/// The inverse of parse_header(): values that are no token are put in quotes. As
/// tornado.httputil._encode_header.
std::string encode_header(const HeaderValue& header);

}  // namespace cyclone::httputil

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/httputil_header_value.ipp>
#endif
