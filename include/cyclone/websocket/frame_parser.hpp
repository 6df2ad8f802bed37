#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <cyclone/websocket/frame.hpp>

namespace cyclone::websocket {

/// Cuts bytes, split wherever they come, into frames, and unmasks them where they lie. Does no I/O.
///
/// It knows what may stand in one frame (RFC 6455 5.2, 5.5), not in which order frames may come.
class FrameParser {
public:
    enum class State : std::uint8_t {
        incomplete,  ///< all bytes are used up
        piece,       ///< there is a piece() of the payload of head()
        refused,     ///< not allowed: see why(). It stays so.
    };

    /// `role` is the role of this end: a server takes masked frames only, a client unmasked ones
    /// only. `compression`: RSV1 is allowed.
    explicit FrameParser(Role role, bool compression = false)
        : role_(role), compression_(compression) {}

    /// Takes bytes from the front of `bytes`: a head, and what is there of the payload, so that a
    /// frame that is refused for its head is refused before its payload has come.
    State parse(std::span<char>& bytes);

    const FrameHead& head() const { return head_; }
    /// A part of the payload, unmasked, in the memory that parse() was given. May be empty.
    std::string_view piece() const { return piece_; }
    /// Whether piece() is the first of its frame; whether it is the last.
    bool begins_frame() const { return begins_; }
    bool ends_frame() const { return left_ == 0; }

    /// Why the bytes are refused, as a clause.
    std::string_view why() const { return why_; }

private:
    enum class Stage : std::uint8_t { head, payload, refused };

    bool refuse(std::string_view why) {
        why_ = why;
        stage_ = Stage::refused;
        return false;
    }
    bool read_head(std::span<char>& bytes);
    bool check_start(std::uint8_t first, std::uint8_t second);
    bool finish_head();

    FrameHead head_;
    std::uint64_t left_ = 0;
    std::string_view piece_;
    std::string_view why_;
    std::array<std::uint8_t, 14> raw_{};
    std::uint8_t filled_ = 0;
    std::uint8_t wanted_ = 2;
    Role role_;
    bool compression_;
    bool begins_ = false;
    Stage stage_ = Stage::head;
};

}  // namespace cyclone::websocket

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/websocket_frame_parser.ipp>
#endif
