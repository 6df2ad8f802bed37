#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

namespace cyclone::httputil {

/// Which of the codings that the server `offered` an Accept-Encoding header wants most (RFC
/// 9110 12.5.3); nullopt: send the representation as it is.
///
/// The weight decides, and among equals the order of `offered`. Without a header, or when the
/// client would rather have no coding, there is none. The result is one of `offered`. Elements that
/// are malformed are passed over.
std::optional<std::string_view> choose_encoding(std::optional<std::string_view> header,
                                                std::span<const std::string_view> offered);
inline std::optional<std::string_view> choose_encoding(
    std::optional<std::string_view> header, std::initializer_list<std::string_view> offered) {
    return choose_encoding(header, std::span(offered.begin(), offered.size()));
}

/// The weight behind `;q=` in thousandths, RFC 9110 12.4.2: 0 to 1000; nullopt when `text`, as
/// "0.5", is none.
std::optional<int> parse_weight(std::string_view text);

}  // namespace cyclone::httputil

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/httputil_accept_encoding.ipp>
#endif
