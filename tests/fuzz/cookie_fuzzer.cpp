#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <cyclone/httputil/accept_encoding.hpp>
#include <cyclone/httputil/cookie.hpp>
#include <cyclone/httputil/etag.hpp>
#include <cyclone/httputil/header_value.hpp>
#include <cyclone/httputil/token.hpp>

namespace httputil = cyclone::httputil;

/// The values of header fields that are taken apart: Cookie, Content-Type, Accept-Encoding,
/// If-None-Match.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(bytes), size);
    for (const auto& [name, value] : httputil::parse_cookie(input)) {
        if (name.size() + value.size() > size) {
            std::abort();
        }
    }
    httputil::HeaderValue header = httputil::parse_header(input);
    bool writable = header.value.find_first_of(";\"") == header.value.npos;
    for (const auto& parameter : header.parameters) {
        writable = writable && httputil::is_token(parameter.name) &&
                   parameter.name.find('*') == parameter.name.npos;
    }
    if (writable) {
        const auto again = httputil::parse_header(httputil::encode_header(header));
        for (const auto& parameter : header.parameters) {
            if (again.find(parameter.name) != parameter.value) {
                std::abort();
            }
        }
    }
    constexpr std::array<std::string_view, 2> offered{"br", "gzip"};
    httputil::choose_encoding(input, offered);
    const bool strong = httputil::etag_matches(input, "\"x\"", httputil::EtagComparison::strong);
    const bool weak = httputil::etag_matches(input, "\"x\"", httputil::EtagComparison::weak);
    if (strong && !weak) {
        std::abort();
    }
    return 0;
}
