#pragma once

#include <algorithm>

#include <cyclone/httputil/characters.hpp>
#include <cyclone/http/chunked_decoder.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::http {

CYCLONE_INLINE ChunkedDecoder::State ChunkedDecoder::refuse(std::string_view why) {
    refusal_ = {400, why};
    return State::refused;
}

CYCLONE_INLINE ChunkedDecoder::State ChunkedDecoder::decode(std::string_view& bytes) {
    if (refusal_) {
        return State::refused;
    }
    while (!bytes.empty()) {
        if (expect_ == Expect::data) {
            data_ = bytes.substr(0, static_cast<std::size_t>(
                                        std::min<std::uint64_t>(left_, bytes.size())));
            left_ -= data_.size();
            bytes.remove_prefix(data_.size());
            if (left_ == 0) {
                expect_ = Expect::data_return;
            }
            return State::data;
        }
        const char c = bytes.front();
        bytes.remove_prefix(1);
        if (!read_syntax(c)) {
            return State::refused;
        }
        if (expect_ == Expect::end) {
            return State::complete;
        }
    }
    return expect_ == Expect::end ? State::complete : State::incomplete;
}

CYCLONE_INLINE bool ChunkedDecoder::read_syntax(char c) {
    switch (expect_) {
        case Expect::size:
        case Expect::size_digits:
            if (httputil::detail::is(c, httputil::detail::hex_character)) {
                if (left_ > (UINT64_MAX >> 4)) {
                    refuse("the size of a chunk is larger than any body can be");
                    return false;
                }
                const unsigned digit = c <= '9' ? static_cast<unsigned>(c - '0')
                                                : static_cast<unsigned>((c | 0x20) - 'a') + 10;
                left_ = left_ << 4 | digit;
                expect_ = Expect::size_digits;
                // Leading zeros are digits too, and must not go on for ever.
                if (++overhead_ > max_extension) {
                    refuse("the size of a chunk has too many digits");
                    return false;
                }
                return true;
            }
            if (expect_ == Expect::size) {
                refuse("a chunk does not begin with its size in hexadecimal digits");
                return false;
            }
            if (c == '\r') {
                expect_ = Expect::size_newline;
                return true;
            }
            if (c == ';') {
                expect_ = Expect::extension;
                quoted_ = escaped_ = false;
                return true;
            }
            refuse("the size of a chunk is followed by something else than a line end");
            return false;

        case Expect::extension:
            if (++overhead_ > max_extension) {
                refuse("the extensions of a chunk are too long");
                return false;
            }
            if (c == '\r' && !quoted_) {
                expect_ = Expect::size_newline;
                return true;
            }
            if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f) {
                refuse("there is a control character in a chunk's extension");
                return false;
            }
            if (escaped_) {
                escaped_ = false;
            } else if (quoted_ && c == '\\') {
                escaped_ = true;
            } else if (c == '"') {
                quoted_ = !quoted_;
            }
            return true;

        case Expect::size_newline: {
            if (c != '\n') {
                refuse("the line of a chunk's size does not end with CR LF");
                return false;
            }
            // A size line is free up to what an honest client writes; each byte of data pays for one more.
            constexpr std::uint64_t usual_overhead = 16;
            excess_ += overhead_;
            excess_ -= std::min(excess_, usual_overhead + std::min<std::uint64_t>(left_, max_excess));
            if (excess_ > max_excess) {
                refuse("the extensions of the chunks are far larger than what is in them");
                return false;
            }
            overhead_ = 0;
            expect_ = left_ == 0 ? Expect::trailer_start : Expect::data;
            return true;
        }

        case Expect::data_return:
            if (c != '\r') {
                refuse("a chunk is longer than its size says");
                return false;
            }
            expect_ = Expect::data_newline;
            return true;
        case Expect::data_newline:
            if (c != '\n') {
                refuse("a chunk does not end with CR LF");
                return false;
            }
            expect_ = Expect::size;
            return true;

        case Expect::trailer_start:
            if (c == '\r') {
                expect_ = Expect::last_newline;
                return true;
            }
            [[fallthrough]];
        case Expect::trailer_name:
            if (++overhead_ > max_trailer) {
                refuse("the trailer is too large");
                return false;
            }
            if (c == ':' && expect_ == Expect::trailer_name) {
                expect_ = Expect::trailer_value;
                return true;
            }
            if (!httputil::detail::is(c, httputil::detail::token_character)) {
                refuse("a line of the trailer is not: name, colon, value");
                return false;
            }
            expect_ = Expect::trailer_name;
            return true;
        case Expect::trailer_value:
            if (++overhead_ > max_trailer) {
                refuse("the trailer is too large");
                return false;
            }
            if (c == '\r') {
                expect_ = Expect::trailer_newline;
                return true;
            }
            if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f) {
                refuse("there is a control character in the trailer");
                return false;
            }
            return true;
        case Expect::trailer_newline:
            if (c != '\n') {
                refuse("a line of the trailer does not end with CR LF");
                return false;
            }
            expect_ = Expect::trailer_start;
            return true;
        case Expect::last_newline:
            if (c != '\n') {
                refuse("the trailer does not end with CR LF");
                return false;
            }
            expect_ = Expect::end;
            return true;

        case Expect::data:
        case Expect::end:
            break;
    }
    return false;
}

}  // namespace cyclone::http
