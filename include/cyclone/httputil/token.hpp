#pragma once

#include <string_view>

#include <cyclone/httputil/http_headers.hpp>

namespace cyclone::httputil {

/// Whether `text` is a token of RFC 9110 5.6.2, as methods and the names of header fields and
/// parameters are.
inline bool is_token(std::string_view text) { return HTTPHeaders::is_valid_name(text); }

/// Whether `text` can be sent as the value of a header field: no control character but the tab (RFC
/// 9110 5.5).
inline bool is_valid_field_value(std::string_view text) {
    return HTTPHeaders::is_valid_value(text);
}

}  // namespace cyclone::httputil
