#pragma once

#include <algorithm>
#include <utility>

#include <cyclone/httpclient/response_parser.hpp>
#include <cyclone/httputil/characters.hpp>
#include <cyclone/httputil/field_list.hpp>
#include <cyclone/httputil/start_line.hpp>
#include <cyclone/httputil/token.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::httpclient {

namespace detail {

/// `text` for a message: short, and without what a terminal might obey.
CYCLONE_INLINE std::string quoted(std::string_view text) {
    constexpr std::size_t most = 40;
    std::string shown = "'";
    for (const char c : text.substr(0, most)) {
        shown += c >= ' ' && c < 0x7f ? c : '.';
    }
    return shown + (text.size() > most ? "...'" : "'");
}

}  // namespace detail

CYCLONE_INLINE ResponseParser::State ResponseParser::refuse(std::string why) {
    refusal_ = std::move(why);
    keep_alive_ = false;
    return State::refused;
}

CYCLONE_INLINE ResponseParser::State ResponseParser::parse(std::string_view& bytes) {
    if (!refusal_.empty()) {
        return State::refused;
    }
    switch (expect_) {
        case Expect::status_line:
        case Expect::fields:
            return parse_head(bytes);

        case Expect::body: {
            const State chosen = choose_framing();
            return chosen == State::incomplete ? parse(bytes) : chosen;
        }

        case Expect::length: {
            if (left_ == 0) {
                expect_ = Expect::end;
                return State::complete;
            }
            if (bytes.empty()) {
                return State::incomplete;
            }
            const std::string_view data = bytes.substr(
                0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
            bytes.remove_prefix(data.size());
            left_ -= data.size();
            return deliver(data);
        }

        case Expect::chunks:
            switch (chunks_.decode(bytes)) {
                case http::ChunkedDecoder::State::incomplete:
                    return State::incomplete;
                case http::ChunkedDecoder::State::data:
                    return deliver(chunks_.data());
                case http::ChunkedDecoder::State::complete:
                    expect_ = Expect::end;
                    return State::complete;
                case http::ChunkedDecoder::State::refused:
                    return refuse("the response is malformed: " +
                                  std::string(chunks_.refusal().why));
            }
            break;

        case Expect::close: {
            if (bytes.empty()) {
                return State::incomplete;
            }
            const std::string_view data = std::exchange(bytes, {});
            return deliver(data);
        }

        case Expect::end:
            break;
    }
    return State::complete;
}

CYCLONE_INLINE ResponseParser::State ResponseParser::deliver(std::string_view data) {
    body_size_ += data.size();
    if (body_size_ > limits_.body) {
        return refuse("the body of the response is larger than max_body_size, " +
                      std::to_string(limits_.body) + " bytes");
    }
    data_ = data;
    return State::data;
}

CYCLONE_INLINE ResponseParser::State ResponseParser::end_of_input() {
    if (!refusal_.empty()) {
        return State::refused;
    }
    if (expect_ == Expect::body) {
        choose_framing();
    }
    if (expect_ == Expect::close || expect_ == Expect::end ||
        (expect_ == Expect::length && left_ == 0)) {
        expect_ = Expect::end;
        keep_alive_ = false;
        return refusal_.empty() ? State::complete : State::refused;
    }
    if (!started()) {
        return refuse("the server closed the connection without an answer");
    }
    return refuse(head_complete_
                      ? "the server closed the connection in the middle of the response's body"
                      : "the server closed the connection in the middle of the response's header");
}

CYCLONE_INLINE ResponseParser::State ResponseParser::parse_head(std::string_view& bytes) {
    while (!bytes.empty()) {
        const std::size_t newline = bytes.find('\n');
        const std::string_view part =
            bytes.substr(0, newline == bytes.npos ? bytes.size() : newline + 1);
        const std::size_t room = limits_.header - std::min(header_size_, limits_.header);
        if (part.size() > room) {
            return refuse("the header of the response is larger than max_header_size, " +
                          std::to_string(limits_.header) + " bytes");
        }
        bytes.remove_prefix(part.size());
        header_size_ += part.size();
        line_ += part;
        constexpr std::string_view beginning = "HTTP/1.";
        if (expect_ == Expect::status_line &&
            !beginning.starts_with(std::string_view(line_).substr(0, beginning.size()))) {
            // What is no HTTP/1 at all, TLS for instance, need not wait for a line end.
            return refuse("the response is no HTTP/1: it begins with " + detail::quoted(line_));
        }
        if (newline == bytes.npos && !line_.ends_with('\n')) {
            return State::incomplete;
        }
        line_.pop_back();
        if (line_.ends_with('\r')) {
            line_.pop_back();
        }
        const bool head_ends = line_.empty() && expect_ == Expect::fields;
        if (!read_line()) {
            return State::refused;
        }
        line_.clear();
        if (head_ends) {
            return finish_head();
        }
    }
    return State::incomplete;
}

CYCLONE_INLINE bool ResponseParser::read_line() {
    if (!httputil::is_valid_field_value(line_)) {
        refuse("there is a control character in the response's header");
        return false;
    }
    if (expect_ == Expect::status_line) {
        expect_ = Expect::fields;
        return read_status_line(line_);
    }
    if (line_.starts_with(' ') || line_.starts_with('\t')) {
        if (field_.empty()) {
            refuse("the response's header begins with a folded line");
            return false;
        }
        // RFC 9112 5.2: what a fold stands for is a space.
        field_ += ' ';
        field_ += httputil::detail::without_ows(line_);
        return true;
    }
    if (!add_field()) {
        return false;
    }
    field_ = line_;
    return true;
}

CYCLONE_INLINE bool ResponseParser::read_status_line(std::string_view line) {
    const auto start = httputil::parse_response_start_line(line);
    if (!start) {
        refuse("the response has no valid status line: " + detail::quoted(line));
        return false;
    }
    head_.code = start->code;
    head_.reason = start->reason;
    head_.http_1_0 = start->version.back() == '0';
    return true;
}

CYCLONE_INLINE bool ResponseParser::add_field() {
    if (field_.empty()) {
        return true;
    }
    const std::string_view field = field_;
    const std::size_t colon = std::min(field.find(':'), field.size());
    if (colon == field.size() || !httputil::is_token(field.substr(0, colon))) {
        refuse("a line of the response's header is not: name, colon, value: " +
               detail::quoted(field));
        return false;
    }
    head_.headers.add(field.substr(0, colon),
                      httputil::detail::without_ows(field.substr(colon + 1)));
    field_.clear();
    return true;
}

CYCLONE_INLINE ResponseParser::State ResponseParser::finish_head() {
    if (head_.code >= 100 && head_.code < 200) {
        // Its own fields say nothing about the response to come.
        head_.headers.clear();
        expect_ = Expect::status_line;
        if (head_.code == 101) {
            return refuse("the server switches to another protocol, which was not asked for");
        }
        return State::informational;
    }
    head_complete_ = true;
    expect_ = Expect::body;
    return State::head;
}

/// RFC 9112 6.3.
CYCLONE_INLINE ResponseParser::State ResponseParser::choose_framing() {
    const httputil::HTTPHeaders& headers = head_.headers;
    bool close = false;
    bool persistent = !head_.http_1_0;
    for (const auto value : headers.get_list("Connection")) {
        for (const auto option : httputil::detail::list_elements(value)) {
            close |= httputil::detail::equal_ignoring_case(option, "close");
            persistent |= httputil::detail::equal_ignoring_case(option, "keep-alive");
        }
    }
    keep_alive_ = persistent && !close;

    const bool granted = connect_request_ && head_.code >= 200 && head_.code < 300;
    if (head_request_ || granted || head_.code == 204 || head_.code == 304) {
        expect_ = Expect::end;
        return State::complete;
    }

    bool has_length = false;
    const auto codings = headers.get("Transfer-Encoding");
    if (codings) {
        const auto elements = httputil::detail::list_elements(*codings);
        if (elements.size() != 1 ||
            !httputil::detail::equal_ignoring_case(elements[0], "chunked")) {
            return refuse("the only transfer coding that is understood is chunked, not " +
                          detail::quoted(*codings));
        }
        // RFC 9112 6.1, 6.3: with both framings, or from HTTP/1.0, somebody on the way may see
        // another end than we do.
        keep_alive_ &= !headers.contains("Content-Length") && !head_.http_1_0;
        expect_ = Expect::chunks;
        return State::incomplete;
    }
    if (!read_content_length(has_length)) {
        return State::refused;
    }
    if (has_length) {
        expect_ = Expect::length;
        if (left_ > limits_.body) {
            return refuse("the body of the response, " + std::to_string(left_) +
                          " bytes, is larger than max_body_size, " + std::to_string(limits_.body) +
                          " bytes");
        }
    } else {
        keep_alive_ = false;
        expect_ = Expect::close;
    }
    return State::incomplete;
}

CYCLONE_INLINE bool ResponseParser::read_content_length(bool& present) {
    for (const auto value : head_.headers.get_list("Content-Length")) {
        const auto elements = httputil::detail::list_elements(value);
        if (elements.empty()) {
            refuse("the Content-Length of the response is empty");
            return false;
        }
        for (const auto element : elements) {
            std::uint64_t length = 0;
            for (const char c : element) {
                if (!httputil::detail::is(c, httputil::detail::digit_character) ||
                    length > (UINT64_MAX - 9) / 10) {
                    refuse("the Content-Length of the response is no number of bytes: " +
                           detail::quoted(value));
                    return false;
                }
                length = length * 10 + static_cast<std::uint64_t>(c - '0');
            }
            // RFC 9112 6.3: the same once more is forgiven.
            if (present && length != left_) {
                refuse("the response has two different Content-Length");
                return false;
            }
            left_ = length;
            present = true;
        }
    }
    return true;
}

}  // namespace cyclone::httpclient
