#pragma once

#include <algorithm>
#include <cstring>

#include <cyclone/impl/config.hpp>
#include <cyclone/websocket/frame_parser.hpp>

namespace cyclone::websocket {

CYCLONE_INLINE FrameParser::State FrameParser::parse(std::span<char>& bytes) {
    if (stage_ == Stage::head) {
        if (!read_head(bytes)) {
            return stage_ == Stage::refused ? State::refused : State::incomplete;
        }
        begins_ = true;
        left_ = head_.length;
        stage_ = Stage::payload;
    } else if (stage_ == Stage::refused) {
        return State::refused;
    } else {
        if (bytes.empty()) {
            return State::incomplete;
        }
        begins_ = false;
    }
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), left_));
    const std::span<char> payload = bytes.first(size);
    if (head_.masked) {
        apply_mask(payload, head_.key, head_.length - left_);
    }
    piece_ = std::string_view(payload.data(), payload.size());
    bytes = bytes.subspan(size);
    left_ -= size;
    if (left_ == 0) {
        stage_ = Stage::head;
    }
    return State::piece;
}

/// Whether the head is complete.
CYCLONE_INLINE bool FrameParser::read_head(std::span<char>& bytes) {
    while (filled_ < wanted_) {
        if (bytes.empty()) {
            return false;
        }
        const std::size_t size = std::min<std::size_t>(bytes.size(), wanted_ - filled_);
        std::memcpy(raw_.data() + filled_, bytes.data(), size);
        bytes = bytes.subspan(size);
        filled_ = static_cast<std::uint8_t>(filled_ + size);
        if (filled_ == 1 && !check_start(raw_[0], 0)) {
            return false;
        }
        if (filled_ == 2 && wanted_ == 2) {
            if (!check_start(raw_[0], raw_[1])) {
                return false;
            }
            const std::uint8_t length = raw_[1] & 0x7f;
            wanted_ = static_cast<std::uint8_t>(2 +
                                                (length == 126   ? 2
                                                 : length == 127 ? 8
                                                                 : 0) +
                                                ((raw_[1] & 0x80) != 0 ? 4 : 0));
        }
    }
    filled_ = 0;
    wanted_ = 2;
    return finish_head();
}

/// Looks at the first byte (`second` is 0 while it is not there), or at both.
CYCLONE_INLINE bool FrameParser::check_start(std::uint8_t first, std::uint8_t second) {
    const std::uint8_t opcode = first & 0x0f;
    if ((first & 0x30) != 0) {
        return refuse("a reserved bit is set in a frame");
    }
    if ((opcode > 2 && opcode < 8) || opcode > 10) {
        return refuse("a frame has an opcode that is reserved");
    }
    const bool control = opcode >= 8;
    if ((first & 0x40) != 0 && (!compression_ || control || opcode == 0)) {
        return refuse("the bit for compression is set where no compressed message begins");
    }
    if (control && (first & 0x80) == 0) {
        return refuse("a control frame is fragmented");
    }
    if (filled_ < 2) {
        return true;
    }
    if (((second & 0x80) != 0) != (role_ == Role::server)) {
        return refuse(role_ == Role::server ? "a frame of the client is not masked"
                                            : "a frame of the server is masked");
    }
    if (control && (second & 0x7f) > max_control_payload) {
        return refuse("a control frame has more than 125 bytes");
    }
    return true;
}

CYCLONE_INLINE bool FrameParser::finish_head() {
    head_.opcode = static_cast<Opcode>(raw_[0] & 0x0f);
    head_.fin = (raw_[0] & 0x80) != 0;
    head_.compressed = (raw_[0] & 0x40) != 0;
    head_.masked = (raw_[1] & 0x80) != 0;
    head_.length = raw_[1] & 0x7f;
    std::size_t at = 2;
    if (head_.length >= 126) {
        const std::size_t octets = head_.length == 126 ? 2 : 8;
        head_.length = 0;
        for (const std::size_t end = at + octets; at < end; ++at) {
            head_.length = head_.length << 8 | raw_[at];
        }
        if (head_.length >> 63 != 0) {
            return refuse("the length of a frame has more than 63 bits");
        }
        if (head_.length < (octets == 2 ? 126u : 0x10000u)) {
            return refuse("the length of a frame is not in its shortest form");
        }
    }
    if (head_.masked) {
        std::memcpy(head_.key.data(), raw_.data() + at, head_.key.size());
    }
    return true;
}

}  // namespace cyclone::websocket
