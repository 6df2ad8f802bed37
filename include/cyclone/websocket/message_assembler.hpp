#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <cyclone/escape/utf8.hpp>
#include <cyclone/websocket/close_code.hpp>
#include <cyclone/websocket/deflate.hpp>
#include <cyclone/websocket/frame_parser.hpp>
#include <cyclone/websocket/message.hpp>

namespace cyclone::websocket {

/// Puts messages together from the pieces of text, binary and continuation frames: order of
/// fragments, size, inflating, and UTF-8, which is refused at its first wrong byte (RFC
/// 6455 5.4, 5.6, 8.1). Does no I/O.
class MessageAssembler {
public:
    enum class State : std::uint8_t {
        incomplete,
        complete,  ///< there is a message()
        refused,   ///< see failure() and why()
    };

    /// A message may have `max_size` bytes, inflated. `inflater`: where compression was agreed
    /// upon.
    MessageAssembler(std::size_t max_size, std::optional<Inflater> inflater)
        : inflater_(std::move(inflater)), max_size_(max_size) {}

    /// Takes the piece that `parser` has, of a frame that is no control frame.
    State take(const FrameParser& parser);

    /// Good until the next take(), and as long as the bytes that the parser was given: a message
    /// that came in one piece is not copied.
    MessageView message() const { return {message_, binary_}; }
    /// message(), copied only where it was not yet.
    Message take_message();
    /// Whether a part of a message has come.
    bool within_message() const { return within_message_; }
    /// message() is done with. What a long one had needed is freed.
    void drop_message();

    /// The close code that the connection is to be failed with.
    std::uint16_t failure() const { return failure_; }
    /// As a clause.
    std::string_view why() const { return why_; }

private:
    State refuse(std::uint16_t code, std::string_view why) {
        failure_ = code;
        why_ = why;
        return State::refused;
    }
    bool begin_frame(const FrameHead& head);
    State append(std::string_view piece);
    State inflate(std::string_view piece, bool last);
    State complete();

    std::optional<Inflater> inflater_;
    std::size_t max_size_;
    /// What has come of the message that is not complete, or all of it.
    std::string collected_;
    std::string_view message_;
    escape::Utf8Validator validator_;
    std::string_view why_;
    std::uint16_t failure_ = 0;
    /// A first fragment has come, its last one hasn't.
    bool within_message_ = false;
    bool binary_ = false;
    bool compressed_ = false;
};

}  // namespace cyclone::websocket

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/websocket_message_assembler.ipp>
#endif
