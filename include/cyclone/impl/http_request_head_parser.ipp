#pragma once

#include <cstring>

#include <cyclone/httputil/characters.hpp>
#include <cyclone/httputil/field_list.hpp>
#include <cyclone/http/request_head_parser.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::http {

namespace detail {

/// Whether `text` is valid but for its percent-encoding, which has to be two hexadecimal digits behind each %.
inline bool is_percent_encoded(std::string_view text) {
    using httputil::detail::hex_character;
    using httputil::detail::is;
    for (std::size_t i = text.find('%'); i != std::string_view::npos; i = text.find('%', i + 1)) {
        if (i + 2 >= text.size() || !is(text[i + 1], hex_character) ||
            !is(text[i + 2], hex_character)) {
            return false;
        }
    }
    return true;
}

/// Whether `host` is `uri-host [":" port]` of RFC 9110 7.2. Of IP literals, IPv6 addresses alone.
inline bool is_uri_host(std::string_view host) {
    using namespace httputil::detail;
    std::size_t end = 0;
    if (host.front() == '[') {
        const std::size_t close = host.find(']');
        if (close == std::string_view::npos) {
            return false;
        }
        int colons = 0;
        for (const char c : host.substr(1, close - 1)) {
            if (!is(c, hex_character) && c != ':' && c != '.') {
                return false;
            }
            colons += c == ':';
        }
        if (colons < 2) {
            return false;
        }
        end = close + 1;
    } else {
        while (end != host.size() && is(host[end], plain_host_character)) {
            ++end;
        }
        if (end != host.size() && host[end] != ':') {
            end = std::min(host.find(':'), host.size());
            for (const char c : host.substr(0, end)) {
                if (!is(c, host_character) || c == '[' || c == ']') {
                    return false;
                }
            }
            if (!is_percent_encoded(host.substr(0, end))) {
                return false;
            }
        }
        if (end == 0) {
            return false;
        }
    }
    if (end == host.size()) {
        return true;
    }
    if (host[end] != ':') {
        return false;
    }
    unsigned port = 0;
    for (const char c : host.substr(end + 1)) {
        if (!is(c, digit_character)) {
            return false;
        }
        port = port * 10 + static_cast<unsigned>(c - '0');
        if (port > 65535) {
            return false;
        }
    }
    return true;
}

/// Whether `host` is a value that the Host field may have: as above, or empty.
inline bool is_valid_host(std::string_view host) {
    // Most servers have one name, that all clients ask for.
    struct Known {
        std::size_t size = 0;
        char text[64]{};
    };
    static constinit thread_local Known known;
    if (host.empty()) {
        return true;
    }
    if (host.size() == known.size && std::memcmp(host.data(), known.text, host.size()) == 0) {
        return true;
    }
    if (!is_uri_host(host)) {
        return false;
    }
    if (host.size() <= sizeof known.text) {
        known.size = host.size();
        std::memcpy(known.text, host.data(), host.size());
    }
    return true;
}

}  // namespace detail

CYCLONE_INLINE RequestHeadParser::State RequestHeadParser::refuse(unsigned status,
                                                                  std::string_view why) {
    refusal_ = {status, why};
    return State::refused;
}

/// Whether `bytes` of the head without a line end in what has not been parsed are too many: the same answer whether they
/// come one by one or at once.
CYCLONE_INLINE bool RequestHeadParser::too_long(std::size_t bytes, const HeadLimits& limits) {
    constexpr std::size_t method_and_version = 64;
    const std::size_t line = position_ + limits.target + method_and_version;
    if (!request_line_read_ && line < limits.bytes && bytes > line) {
        refuse(414, "the request target is too long");
        return true;
    }
    if (bytes > limits.bytes) {
        refuse(431, "the header of the request is too large");
        return true;
    }
    return false;
}

CYCLONE_INLINE RequestHeadParser::State RequestHeadParser::parse(
    std::string_view bytes, const HeadLimits& limits, httputil::HTTPServerRequest& request) {
    if (bytes.empty()) {
        return State::incomplete;
    }
    const char* const begin = bytes.data();
    const char* const end = begin + bytes.size();
    const bool may_be_long = bytes.size() > std::min(limits.bytes, limits.target);
    for (;;) {
        const char* const line = begin + position_;
        const char* stop = begin + searched_;
        if (!request_line_read_) {
            // What is no HTTP at all, TLS for instance, need not wait for a line end.
            if (line != end && !httputil::detail::is(*line, httputil::detail::token_character) && *line != '\r') {
                return refuse(400, "the request line does not begin with a method and a space");
            }
            const void* newline = std::memchr(stop, '\n', static_cast<std::size_t>(end - stop));
            if (newline == nullptr) {
                searched_ = bytes.size();
                return too_long(bytes.size(), limits) ? State::refused : State::incomplete;
            }
            stop = static_cast<const char*>(newline);
            if (may_be_long && too_long(static_cast<std::size_t>(stop - begin), limits)) {
                return State::refused;
            }
            if (stop == line || stop[-1] != '\r') {
                return refuse(400, "a line of the request ends without a carriage return");
            }
            if (stop - 1 == line && position_ == 0) {
                // RFC 9112 2.2: one empty line before the request line is skipped, no more.
                position_ = searched_ = 2;
                continue;
            }
            if (!parse_request_line({line, static_cast<std::size_t>(stop - 1 - line)}, limits,
                                    request)) {
                return State::refused;
            }
            request_line_read_ = true;
            position_ = searched_ = static_cast<std::size_t>(stop + 1 - begin);
            continue;
        }

        stop = httputil::detail::find_control(stop, end);
        if (stop == end || (stop + 1 == end && *stop == '\r')) {
            searched_ = static_cast<std::size_t>(stop - begin);
            return too_long(bytes.size(), limits) ? State::refused : State::incomplete;
        }
        if (may_be_long &&
            too_long(static_cast<std::size_t>(stop - begin) + (*stop == '\r' ? 1 : 0), limits)) {
            return State::refused;
        }
        if (*stop != '\r' || stop[1] != '\n') {
            return refuse(400, *stop == '\n'
                                   ? "a line of the request ends without a carriage return"
                                   : "there is a control character in the header");
        }
        position_ = searched_ = static_cast<std::size_t>(stop + 2 - begin);
        if (position_ > limits.bytes) {
            return refuse(431, "the header of the request is too large");
        }
        if (stop == line) {
            return finish(request);
        }
        if (request.headers.size() >= limits.fields) {
            return refuse(431, "the request has too many header fields");
        }
        if (!parse_field(line, stop, request)) {
            return State::refused;
        }
    }
}

CYCLONE_INLINE bool RequestHeadParser::parse_request_line(std::string_view line,
                                                          const HeadLimits& limits,
                                                          httputil::HTTPServerRequest& request) {
    const char* at = line.data();
    const char* const end = at + line.size();
    while (at != end && httputil::detail::is(*at, httputil::detail::token_character)) {
        ++at;
    }
    if (at == line.data() || at == end || *at != ' ') {
        refuse(400, "the request line does not begin with a method and a space");
        return false;
    }
    request.method = {line.data(), static_cast<std::size_t>(at - line.data())};
    const char* const target = ++at;
    at = httputil::detail::find_not_plain_path(at, end);
    const bool plain = at != end && *at == ' ' && *target == '/';
    if (!plain) {
        at = httputil::detail::find_not_visible(at, end);
    }
    if (at == target || at == end || *at != ' ') {
        refuse(400, at != end && *at != ' '
                        ? "the request target has a character that is not allowed in it"
                        : "the request line is not: method, target, version");
        return false;
    }
    const std::string_view sent{target, static_cast<std::size_t>(at - target)};
    const std::string_view version{at + 1, static_cast<std::size_t>(end - at - 1)};
    if (!httputil::detail::is_exactly(version, "HTTP/1.1") && !read_version(version)) {
        return false;
    }
    if (sent.size() > limits.target) {
        refuse(414, "the request target is too long");
        return false;
    }
    // RFC 9110 2.5: a higher minor version is served as the highest one that is known.
    request.version = facts_.http_1_0 ? "HTTP/1.0" : "HTTP/1.1";
    if (plain) {
        request.uri = request.path = sent;
        request.query = request.host = {};
        return true;
    }
    return parse_target(sent, request);
}

/// Of another version than HTTP/1.1.
CYCLONE_INLINE bool RequestHeadParser::read_version(std::string_view version) {
    using httputil::detail::digit_character;
    using httputil::detail::is;
    if (version.size() != 8 || !version.starts_with("HTTP/") || version[6] != '.' ||
        !is(version[5], digit_character) || !is(version[7], digit_character)) {
        refuse(400, "the request line does not end with a version such as HTTP/1.1");
        return false;
    }
    if (version[5] != '1') {
        refuse(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
        return false;
    }
    facts_.http_1_0 = version[7] == '0';
    return true;
}

CYCLONE_INLINE bool RequestHeadParser::parse_target(std::string_view target,
                                                    httputil::HTTPServerRequest& request) {
    request.uri = target;
    request.host = {};
    std::string_view rest = target;
    if (target.front() != '/') {
        if (target == "*") {
            request.path = target;
            request.query = {};
            if (request.method != "OPTIONS") {
                refuse(400, "the target * is for OPTIONS alone");
                return false;
            }
            return true;
        }
        if (request.method == "CONNECT") {
            // No proxy here; the service answers that it does not know the method.
            request.path = target;
            request.query = {};
            return true;
        }
        const std::size_t scheme = httputil::detail::equal_ignoring_case(target.substr(0, 7), "http://")    ? 7
                                   : httputil::detail::equal_ignoring_case(target.substr(0, 8), "https://") ? 8
                                                                                                    : 0;
        if (scheme == 0) {
            refuse(400, "the request target is neither a path nor an http URL");
            return false;
        }
        const std::size_t path = std::min(target.find_first_of("/?#", scheme), target.size());
        request.host = target.substr(scheme, path - scheme);
        if (request.host.empty() || !detail::is_valid_host(request.host)) {
            refuse(400, "the URL that is the request target names no valid host");
            return false;
        }
        absolute_form_ = true;
        rest = target.substr(path);
    }
    if (rest.find('#') != std::string_view::npos) {
        refuse(400, "the request target has a fragment (#)");
        return false;
    }
    const std::size_t question = rest.find('?');
    request.path = rest.substr(0, question);
    request.query = question == std::string_view::npos ? std::string_view() : rest.substr(question + 1);
    if (request.path.empty()) {
        request.path = "/";
    }
    if (!detail::is_percent_encoded(request.path)) {
        refuse(400, "in the path, a % is not followed by two hexadecimal digits");
        return false;
    }
    return true;
}

CYCLONE_INLINE bool RequestHeadParser::parse_field(const char* line, const char* end,
                                                   httputil::HTTPServerRequest& request) {
    const char* at = httputil::detail::find_not_token(line, end);
    if (at == line || at == end || *at != ':') {
        refuse(400, *line == ' ' || *line == '\t'
                        ? "a header field is folded over two lines"
                        : "a line of the header is not: name, colon, value");
        return false;
    }
    const std::string_view name{line, static_cast<std::size_t>(at - line)};
    ++at;
    while (at != end && (*at == ' ' || *at == '\t')) {
        ++at;
    }
    while (end != at && (end[-1] == ' ' || end[-1] == '\t')) {
        --end;
    }
    const std::string_view value{at, static_cast<std::size_t>(end - at)};
    request.headers.add_borrowed(name, value);
    return note_field(name, value, request);
}

CYCLONE_INLINE bool RequestHeadParser::note_field(std::string_view name, std::string_view value,
                                                  httputil::HTTPServerRequest& request) {
    using httputil::detail::equal_ignoring_case;
    using httputil::detail::is_token;
    switch (name.size()) {
        case 4:
            if (is_token(name, "host")) {
                if (std::exchange(host_seen_, true)) {
                    refuse(400, "the request has two Host fields");
                    return false;
                }
                if (!detail::is_valid_host(value)) {
                    refuse(400, "the Host field names no valid host");
                    return false;
                }
                // RFC 9112 3.2.2: the target's own host goes before.
                if (!absolute_form_) {
                    request.host = value;
                }
            }
            break;
        case 6:
            if (is_token(name, "expect")) {
                if (!equal_ignoring_case(value, "100-continue")) {
                    refuse(417, "the only expectation that can be met is 100-continue");
                    return false;
                }
                facts_.expect_continue = true;
            }
            break;
        case 7:
            upgrade_field_ |= is_token(name, "upgrade");
            break;
        case 10:
            if (is_token(name, "connection")) {
                return note_connection(value);
            }
            break;
        case 14:
            if (is_token(name, "content-length")) {
                if (facts_.content_length) {
                    refuse(400, "the request has two Content-Length fields");
                    return false;
                }
                std::uint64_t length = 0;
                for (const char c : value) {
                    if (!httputil::detail::is(c, httputil::detail::digit_character)) {
                        refuse(400, "the Content-Length is not a number");
                        return false;
                    }
                    if (length > (UINT64_MAX - 9) / 10) {
                        refuse(413, "the Content-Length is larger than any body can be");
                        return false;
                    }
                    length = length * 10 + static_cast<std::uint64_t>(c - '0');
                }
                if (value.empty()) {
                    refuse(400, "the Content-Length is empty");
                    return false;
                }
                facts_.content_length = length;
            }
            break;
        case 17:
            if (is_token(name, "transfer-encoding")) {
                return note_transfer_encoding(value);
            }
            break;
        default:
            break;
    }
    return true;
}

CYCLONE_INLINE bool RequestHeadParser::note_connection(std::string_view value) {
    using httputil::detail::equal_ignoring_case;
    return httputil::detail::for_each_element(value, [this](std::string_view option) {
        close_ |= equal_ignoring_case(option, "close");
        keep_alive_ |= equal_ignoring_case(option, "keep-alive");
        upgrade_token_ |= equal_ignoring_case(option, "upgrade");
        return true;
    });
}

CYCLONE_INLINE bool RequestHeadParser::note_transfer_encoding(std::string_view value) {
    using httputil::detail::equal_ignoring_case;
    // RFC 9112 6.1: chunked is applied once, and last. Empty elements would be allowed, but not every reader knows that.
    if (std::exchange(transfer_encoding_, true)) {
        refuse(400, "the request has two Transfer-Encoding fields");
        return false;
    }
    if (equal_ignoring_case(value, "chunked")) {
        facts_.chunked = true;
        return true;
    }
    const bool follows = equal_ignoring_case(value.substr(0, value.find(',')), "chunked");
    const bool unknown = !follows && !httputil::detail::for_each_element(value, [](std::string_view coding) {
        return equal_ignoring_case(coding, "chunked");
    });
    if (unknown) {
        refuse(501, "the only transfer coding that is understood is chunked");
    } else {
        refuse(400, "the Transfer-Encoding is not chunked, once and alone");
    }
    return false;
}

CYCLONE_INLINE RequestHeadParser::State RequestHeadParser::finish(
    const httputil::HTTPServerRequest&) {
    if (!host_seen_ && !facts_.http_1_0) {
        return refuse(400, "an HTTP/1.1 request needs a Host field");
    }
    if (transfer_encoding_) {
        if (facts_.http_1_0) {
            return refuse(400, "HTTP/1.0 has no Transfer-Encoding");
        }
        // RFC 9112 6.3: with both framings present the request may be smuggled; answer and close.
        if (facts_.content_length) {
            return refuse(400, "the request has both a Content-Length and a Transfer-Encoding");
        }
    }
    facts_.keep_alive = !close_ && (!facts_.http_1_0 || keep_alive_);
    facts_.upgrade = upgrade_token_ && upgrade_field_ && !facts_.http_1_0;
    // RFC 9110 10.1.1: from an HTTP/1.0 client it is ignored.
    facts_.expect_continue &= !facts_.http_1_0;
    return State::complete;
}

}  // namespace cyclone::http
