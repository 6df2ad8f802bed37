#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <cyclone/httputil/http_headers.hpp>

namespace cyclone::httputil {

struct MultipartLimits {
    std::size_t max_parts = 1000;
    /// Of each part.
    std::size_t max_header_bytes = 16 * 1024;
};

/// One step of a MultipartParser.
struct MultipartEvent {
    enum class Kind : std::uint8_t {
        /// The headers of a part are there: headers(), name(), filename() and content_type() tell.
        part_begin,
        /// `data` is some of the part's body, never empty.
        part_data,
        part_end,
        /// After the last part. What still comes is ignored.
        end,
        /// The body is no multipart/form-data; error() says why. No other event follows.
        failed,
    };

    Kind kind;
    /// Good until the next call of next() or feed().
    std::string_view data{};
};

/// Takes a body of multipart/form-data (RFC 7578) apart as it arrives. Does no I/O, and keeps no
/// more than a part's headers and a boundary's length of the body.
///
///     parser.feed(chunk);
///     while (auto event = parser.next()) { ... }
///
/// A line end is CRLF; what stands before the first boundary is ignored; a boundary is one only at
/// the beginning of a line of its own. In a part's headers a line may be continued, as mail has it.
class MultipartParser {
public:
    /// `boundary` as the Content-Type has it, without quotes.
    explicit MultipartParser(std::string_view boundary, const MultipartLimits& limits = {});
    MultipartParser(const MultipartParser&) = delete;
    MultipartParser& operator=(const MultipartParser&) = delete;

    /// Takes the next bytes of the body, which must stay where they are until next() has given
    /// nullopt.
    void feed(std::string_view bytes);
    /// nullopt: all that was fed is taken apart.
    std::optional<MultipartEvent> next();
    /// No more bytes follow. False, and error() says why, when the body is not complete.
    bool finish();

    /// Of the current part, from part_begin to part_end.
    const HTTPHeaders& headers() const { return headers_; }
    /// Of the field; never empty.
    const std::string& name() const { return name_; }
    /// nullopt for what is no file. Empty for a file field in which none was chosen.
    const std::optional<std::string>& filename() const { return filename_; }
    /// "application/unknown" for a file of which the client says nothing; else "text/plain" then.
    std::string_view content_type() const;

    bool ended() const { return state_ == State::ended; }
    /// A sentence; empty while nothing is wrong.
    const std::string& error() const { return error_; }

private:
    enum class State : std::uint8_t {
        start,
        preamble,
        headers,
        /// Before the empty line behind the headers: a part without a body has the line end of its
        /// boundary there.
        blank_line,
        body,
        /// The last part is told of, the end is not.
        closing,
        ended,
        failed,
    };
    enum class Delimiter : std::uint8_t { none, undecided, next_part, last };

    struct Found {
        Delimiter delimiter;
        /// What comes before it is certainly no part of it.
        std::size_t begin;
        std::size_t end;
    };

    Found classify(std::size_t begin, std::size_t after_boundary) const;
    Found delimiter_in_front(std::string_view literal) const;
    Found find_delimiter() const;
    void pass(const Found& found);

    /// Each gives an event, or nullopt where more input is needed or the state was changed.
    std::optional<MultipartEvent> read_start();
    std::optional<MultipartEvent> read_preamble();
    std::optional<MultipartEvent> read_headers();
    std::optional<MultipartEvent> read_blank_line();
    std::optional<MultipartEvent> read_body();
    std::optional<MultipartEvent> step();

    bool parse_headers(std::string_view block);
    bool add_header(std::string_view line);
    bool describe_part();
    bool refuse(std::string_view why);
    std::optional<MultipartEvent> failure();
    void keep_rest();

    /// "\r\n--boundary"
    std::string delimiter_;
    MultipartLimits limits_;
    State state_ = State::start;
    bool failure_told_ = false;
    bool needs_more_ = false;
    std::size_t parts_ = 0;
    /// How far the headers of a part were searched for their end.
    std::size_t searched_ = 0;

    /// What is not yet taken apart: in the caller's bytes or, where some were left over before, in
    /// kept_.
    std::string_view input_;
    std::string kept_;

    HTTPHeaders headers_;
    std::string name_;
    std::optional<std::string> filename_;
    std::string error_;
};

}  // namespace cyclone::httputil

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/httputil_multipart_parser.ipp>
#endif
