#pragma once

#include <algorithm>
#include <functional>

#include <cyclone/httputil/field_list.hpp>
#include <cyclone/httputil/header_value.hpp>
#include <cyclone/httputil/multipart_parser.hpp>
#include <cyclone/httputil/token.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::httputil {

namespace detail {

/// RFC 2046 5.1.1: up to 70 characters of those that need no escape anywhere, a space not at the
/// end.
CYCLONE_INLINE bool is_boundary(std::string_view text) {
    static constexpr std::string_view others = "'()+_,-./:=? ";
    return !text.empty() && text.size() <= 70 && !text.ends_with(' ') &&
           std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      others.find(c) != others.npos;
           });
}

/// The length of the longest end of `text` that `pattern` begins with, but not all of `pattern`.
CYCLONE_INLINE std::size_t begun_at_end(std::string_view text, std::string_view pattern) {
    std::size_t length = std::min(text.size(), pattern.size() - 1);
    while (length > 0 && !pattern.starts_with(text.substr(text.size() - length))) {
        --length;
    }
    return length;
}

}  // namespace detail

CYCLONE_INLINE MultipartParser::MultipartParser(std::string_view boundary,
                                                const MultipartLimits& limits)
    : delimiter_("\r\n--" + std::string(boundary)), limits_(limits) {
    if (!detail::is_boundary(boundary)) {
        refuse("the boundary is none of 1 to 70 characters that RFC 2046 allows");
    }
}

CYCLONE_INLINE void MultipartParser::feed(std::string_view bytes) {
    if (state_ == State::ended || state_ == State::failed) {
        return;
    }
    keep_rest();
    if (kept_.empty()) {
        input_ = bytes;
    } else {
        kept_ += bytes;
        input_ = kept_;
    }
}

CYCLONE_INLINE std::optional<MultipartEvent> MultipartParser::next() {
    needs_more_ = false;
    while (!needs_more_) {
        if (state_ == State::failed) {
            return failure();
        }
        if (auto event = step()) {
            return event;
        }
    }
    keep_rest();
    return std::nullopt;
}

CYCLONE_INLINE bool MultipartParser::finish() {
    if (state_ != State::ended && state_ != State::failed) {
        refuse("it ends before the last boundary");
    }
    return state_ == State::ended;
}

CYCLONE_INLINE std::string_view MultipartParser::content_type() const {
    return headers_.find("Content-Type").value_or(filename_ ? "application/unknown" : "text/plain");
}

CYCLONE_INLINE std::optional<MultipartEvent> MultipartParser::step() {
    switch (state_) {
        case State::start:
            return read_start();
        case State::preamble:
            return read_preamble();
        case State::headers:
            return read_headers();
        case State::blank_line:
            return read_blank_line();
        case State::body:
            return read_body();
        case State::closing:
            state_ = State::ended;
            return MultipartEvent{MultipartEvent::Kind::end};
        case State::ended:
            input_ = {};
            break;
        case State::failed:
            break;
    }
    needs_more_ = true;
    return std::nullopt;
}

/// Whether the boundary that ends at `after_boundary` is one: what follows it on its line decides.
CYCLONE_INLINE MultipartParser::Found MultipartParser::classify(std::size_t begin,
                                                                std::size_t after_boundary) const {
    constexpr std::size_t longest_padding = 64;
    const std::string_view rest = input_.substr(after_boundary);
    if (rest.starts_with("--")) {
        return {Delimiter::last, begin, after_boundary + 2};
    }
    const std::size_t padding = std::min(rest.find_first_not_of(" \t"), rest.size());
    const std::string_view line_end = rest.substr(padding, 2);
    if (line_end == "\r\n" && padding <= longest_padding) {
        return {Delimiter::next_part, begin, after_boundary + padding + 2};
    }
    const bool open = line_end.empty() || line_end == "\r" || rest == "-";
    return {open && padding <= longest_padding ? Delimiter::undecided : Delimiter::none, begin, 0};
}

/// Whether the input begins with the delimiter, written as `literal`.
CYCLONE_INLINE MultipartParser::Found MultipartParser::delimiter_in_front(
    std::string_view literal) const {
    if (input_.size() < literal.size()) {
        return {literal.starts_with(input_) ? Delimiter::undecided : Delimiter::none, 0, 0};
    }
    return input_.starts_with(literal) ? classify(0, literal.size()) : Found{Delimiter::none, 0, 0};
}

CYCLONE_INLINE MultipartParser::Found MultipartParser::find_delimiter() const {
    for (std::size_t from = 0;;) {
        const auto begin = input_.find(delimiter_, from);
        if (begin == input_.npos) {
            return {Delimiter::none, input_.size() - detail::begun_at_end(input_, delimiter_), 0};
        }
        const Found found = classify(begin, begin + delimiter_.size());
        if (found.delimiter != Delimiter::none) {
            return found;
        }
        from = begin + delimiter_.size();
    }
}

CYCLONE_INLINE void MultipartParser::pass(const Found& found) {
    input_.remove_prefix(found.end);
    searched_ = 0;
    state_ = found.delimiter == Delimiter::last ? State::closing : State::headers;
}

CYCLONE_INLINE std::optional<MultipartEvent> MultipartParser::read_start() {
    const Found found = delimiter_in_front(std::string_view(delimiter_).substr(2));
    switch (found.delimiter) {
        case Delimiter::none:
            state_ = State::preamble;
            break;
        case Delimiter::undecided:
            needs_more_ = true;
            break;
        case Delimiter::next_part:
        case Delimiter::last:
            pass(found);
            break;
    }
    return std::nullopt;
}

CYCLONE_INLINE std::optional<MultipartEvent> MultipartParser::read_preamble() {
    const Found found = find_delimiter();
    if (found.delimiter == Delimiter::next_part || found.delimiter == Delimiter::last) {
        pass(found);
    } else {
        input_.remove_prefix(found.begin);
        needs_more_ = true;
    }
    return std::nullopt;
}

CYCLONE_INLINE std::optional<MultipartEvent> MultipartParser::read_headers() {
    // A part without headers begins with the empty line already.
    const bool none = input_.starts_with("\r\n");
    const auto end = none ? 0 : input_.find("\r\n\r\n", searched_);
    // Where the end is not in sight, three bytes of it may be.
    const auto least =
        end != input_.npos ? end : input_.size() - std::min<std::size_t>(input_.size(), 3);
    if (least > limits_.max_header_bytes) {
        refuse("the headers of a part take more than " + std::to_string(limits_.max_header_bytes) +
               " bytes");
        return std::nullopt;
    }
    if (end == input_.npos) {
        searched_ = input_.size() < 3 ? 0 : input_.size() - 3;
        needs_more_ = true;
        return std::nullopt;
    }
    if (++parts_ > limits_.max_parts) {
        refuse("it has more than " + std::to_string(limits_.max_parts) + " parts");
        return std::nullopt;
    }
    if (!parse_headers(input_.substr(0, end)) || !describe_part()) {
        return std::nullopt;
    }
    input_.remove_prefix(none ? 0 : end + 2);
    state_ = State::blank_line;
    return MultipartEvent{MultipartEvent::Kind::part_begin};
}

CYCLONE_INLINE std::optional<MultipartEvent> MultipartParser::read_blank_line() {
    const Found found = delimiter_in_front(delimiter_);
    if (found.delimiter == Delimiter::undecided) {
        needs_more_ = true;
        return std::nullopt;
    }
    if (found.delimiter == Delimiter::none) {
        input_.remove_prefix(2);
    }
    state_ = State::body;
    return std::nullopt;
}

CYCLONE_INLINE std::optional<MultipartEvent> MultipartParser::read_body() {
    const Found found = find_delimiter();
    if (found.begin > 0) {
        const std::string_view data = input_.substr(0, found.begin);
        input_.remove_prefix(found.begin);
        return MultipartEvent{MultipartEvent::Kind::part_data, data};
    }
    if (found.delimiter == Delimiter::next_part || found.delimiter == Delimiter::last) {
        pass(found);
        return MultipartEvent{MultipartEvent::Kind::part_end};
    }
    needs_more_ = true;
    return std::nullopt;
}

CYCLONE_INLINE bool MultipartParser::parse_headers(std::string_view block) {
    headers_.clear();
    std::string line;
    while (!block.empty()) {
        const auto end = std::min(block.find("\r\n"), block.size());
        line += block.substr(0, end);
        block.remove_prefix(std::min(end + 2, block.size()));
        if (block.starts_with(' ') || block.starts_with('\t')) {
            continue;
        }
        if (!add_header(line)) {
            return false;
        }
        line.clear();
    }
    return true;
}

CYCLONE_INLINE bool MultipartParser::add_header(std::string_view line) {
    const auto colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    if (colon == line.npos || !is_token(name)) {
        return refuse("a line in the headers of a part has no name");
    }
    const std::string_view value = detail::without_ows(line.substr(colon + 1));
    if (!is_valid_field_value(value)) {
        return refuse("a header of a part has a control character in it");
    }
    headers_.add(name, value);
    return true;
}

CYCLONE_INLINE bool MultipartParser::describe_part() {
    const HeaderValue disposition =
        parse_header(headers_.find("Content-Disposition").value_or(std::string_view()));
    if (!detail::equal_ignoring_case(disposition.value, "form-data")) {
        return refuse("a part has no Content-Disposition: form-data");
    }
    name_ = disposition.find("name").value_or(std::string_view());
    if (name_.empty()) {
        return refuse("a part has no name");
    }
    const auto filename = disposition.find("filename");
    filename_ = filename ? std::optional<std::string>(*filename) : std::nullopt;
    return true;
}

CYCLONE_INLINE bool MultipartParser::refuse(std::string_view why) {
    error_ = "this is no multipart/form-data: ";
    error_ += why;
    state_ = State::failed;
    return false;
}

CYCLONE_INLINE std::optional<MultipartEvent> MultipartParser::failure() {
    if (failure_told_) {
        return std::nullopt;
    }
    failure_told_ = true;
    return MultipartEvent{MultipartEvent::Kind::failed};
}

CYCLONE_INLINE void MultipartParser::keep_rest() {
    const char* const kept_end = kept_.data() + kept_.size();
    const bool in_kept =
        !kept_.empty() && !input_.empty() && input_.data() + input_.size() == kept_end;
    if (in_kept) {
        kept_.erase(0, kept_.size() - input_.size());
    } else {
        kept_.assign(input_);
    }
    input_ = kept_;
}

}  // namespace cyclone::httputil
