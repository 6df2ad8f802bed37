#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <cyclone/websocket/masking.hpp>

namespace cyclone::websocket {

/// What a frame is. RFC 6455 5.2.
enum class Opcode : std::uint8_t {
    continuation = 0,
    text = 1,
    binary = 2,
    close = 8,
    ping = 9,
    pong = 10,
};

/// Whether the frames of `opcode` are close, ping or pong, which may stand between the fragments of
/// a message.
constexpr bool is_control(Opcode opcode) { return static_cast<std::uint8_t>(opcode) >= 8; }

/// Which end of the connection this is: a client masks what it sends, a server does not.
enum class Role : std::uint8_t { server, client };

/// What stands before a frame's payload.
struct FrameHead {
    Opcode opcode = Opcode::continuation;
    /// The last frame of its message.
    bool fin = true;
    /// RSV1: the message is compressed (RFC 7692 6).
    bool compressed = false;
    bool masked = false;
    MaskingKey key{};
    std::uint64_t length = 0;
};

/// The payload of a control frame, at most. RFC 6455 5.5.
inline constexpr std::size_t max_control_payload = 125;

/// Appends a frame's head with the length in its shortest form, as the RFC demands it.
inline void append_frame_head(std::string& out, const FrameHead& head) {
    char bytes[14];
    std::size_t size = 2;
    bytes[0] = static_cast<char>((head.fin ? 0x80u : 0u) | (head.compressed ? 0x40u : 0u) |
                                 static_cast<unsigned>(head.opcode));
    const unsigned mask_bit = head.masked ? 0x80u : 0u;
    const auto put_length = [&](int octets) {
        for (int i = octets - 1; i >= 0; --i) {
            bytes[size++] = static_cast<char>(head.length >> (8 * i) & 0xff);
        }
    };
    if (head.length < 126) {
        bytes[1] = static_cast<char>(mask_bit | static_cast<unsigned>(head.length));
    } else if (head.length <= 0xffff) {
        bytes[1] = static_cast<char>(mask_bit | 126u);
        put_length(2);
    } else {
        bytes[1] = static_cast<char>(mask_bit | 127u);
        put_length(8);
    }
    if (head.masked) {
        for (const std::uint8_t octet : head.key) {
            bytes[size++] = static_cast<char>(octet);
        }
    }
    out.append(bytes, size);
}

/// Appends a whole frame; the payload goes out masked where head.masked says so. head.length is
/// taken from `payload`.
inline void append_frame(std::string& out, FrameHead head, std::string_view payload) {
    head.length = payload.size();
    append_frame_head(out, head);
    out.append(payload);
    if (head.masked) {
        apply_mask(std::span(out).last(payload.size()), head.key);
    }
}

}  // namespace cyclone::websocket
