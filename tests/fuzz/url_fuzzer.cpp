#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <cyclone/escape/linkify.hpp>
#include <cyclone/escape/url.hpp>
#include <cyclone/escape/utf8.hpp>
#include <cyclone/escape/xhtml.hpp>
#include <cyclone/httputil/start_line.hpp>
#include <cyclone/httputil/url.hpp>

namespace escape = cyclone::escape;
namespace httputil = cyclone::httputil;

namespace {

void require(bool held) {
    if (!held) {
        std::abort();
    }
}

}  // namespace

/// What is escaped comes back as it was, and text from outside never becomes markup.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(bytes), size);
    require(escape::url_unescape(escape::url_escape(input)) == input);
    require(escape::url_unescape(escape::url_escape(input, false), false) == input);
    require(escape::xhtml_unescape(escape::xhtml_escape(input)) == input);
    require(escape::url_unescape(input).size() <= size);

    const std::string repaired = escape::utf8(input);
    require(escape::is_valid_utf8(repaired));
    require(escape::is_valid_utf8(input) == (repaired == input));

    const auto arguments = httputil::parse_qs_bytes(input, true);
    require(httputil::parse_qs_bytes(
                httputil::url_concat("", arguments).substr(arguments.empty() ? 0 : 1), true) ==
            arguments);
    httputil::url_concat(input, {{"a", "b"}});
    const auto [host, port] = httputil::split_host_and_port(input);
    require(port.has_value() || host == input);
    httputil::parse_request_start_line(input);
    httputil::parse_response_start_line(input);

    // With the tags of its own links taken out there is no < left.
    const std::string html = escape::linkify(input, {.permitted_protocols = {"http"}});
    for (std::size_t at = html.find('<'); at != html.npos; at = html.find('<', at + 1)) {
        const std::string_view tag = std::string_view(html).substr(at);
        require(tag.starts_with("<a href=\"http://") || tag.starts_with("<a href=\"http:/") ||
                tag.starts_with("</a>"));
    }
    escape::linkify(input, {.shorten = true});
    return 0;
}
