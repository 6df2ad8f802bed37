#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cyclone/websocket/deflate.hpp>
#include <cyclone/websocket/frame.hpp>
#include <cyclone/websocket/message.hpp>

namespace cyclone::websocket {

/// A message that goes to many clients: its frame is made once, and compressed once, whatever each
/// of them has negotiated. Copies share both. On one reactor's thread.
///
///     const websocket::PreparedMessage news("{\"price\": 42}");
///     for (Ticker* client : clients) {
///         client->write_message(news);
///     }
class PreparedMessage {
public:
    explicit PreparedMessage(std::string_view text) : PreparedMessage(MessageView{text, false}) {}
    explicit PreparedMessage(std::span<const std::byte> bytes)
        : PreparedMessage(
              MessageView{{reinterpret_cast<const char*>(bytes.data()), bytes.size()}, true}) {}
    explicit PreparedMessage(MessageView message)
        : frames_(std::make_shared<Frames>(
              Frames{{std::string(message.data), message.binary}, {}, {}})) {}

    const Message& message() const { return frames_->message; }

    /// The frame of a server, uncompressed.
    const std::shared_ptr<const std::string>& frame() const {
        if (!frames_->plain) {
            frames_->plain = make_frame(frames_->message.data, false);
        }
        return frames_->plain;
    }
    /// The frame of a server, compressed by itself with that window: every client that has agreed
    /// to compression with at least that window can inflate it, context takeover or not.
    const std::shared_ptr<const std::string>& compressed_frame(const CompressionOptions& options,
                                                               std::uint8_t window_bits) const {
        for (const Compressed& made : frames_->compressed) {
            if (made.window_bits == window_bits && made.level == options.compression_level) {
                return made.frame;
            }
        }
        std::string payload;
        Deflater(options, window_bits, false).compress(frames_->message.data, payload);
        frames_->compressed.push_back(
            {window_bits, options.compression_level, make_frame(payload, true)});
        return frames_->compressed.back().frame;
    }

private:
    struct Compressed {
        std::uint8_t window_bits;
        int level;
        std::shared_ptr<const std::string> frame;
    };
    struct Frames {
        Message message;
        std::shared_ptr<const std::string> plain;
        std::vector<Compressed> compressed;
    };

    std::shared_ptr<const std::string> make_frame(std::string_view payload, bool compressed) const {
        auto frame = std::make_shared<std::string>();
        frame->reserve(payload.size() + 10);
        append_frame(*frame,
                     {.opcode = frames_->message.binary ? Opcode::binary : Opcode::text,
                      .compressed = compressed},
                     payload);
        return frame;
    }

    std::shared_ptr<Frames> frames_;
};

}  // namespace cyclone::websocket
