#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <cyclone/websocket/close_code.hpp>
#include <cyclone/websocket/deflate.hpp>
#include <cyclone/websocket/frame_parser.hpp>
#include <cyclone/websocket/message.hpp>
#include <cyclone/websocket/message_assembler.hpp>
#include <cyclone/websocket/prepared_message.hpp>

namespace cyclone::websocket {

/// What a Session is made with.
struct SessionSettings {
    Role role = Role::server;
    /// Of a message, inflated; a longer one fails the connection with 1009.
    std::size_t max_message_size = 10 * 1024 * 1024;
    /// What the handshake has agreed upon; none: no compression.
    std::optional<DeflateParameters> deflate{};
    /// How to compress, where `deflate` is there.
    CompressionOptions compression{};
};

/// One end of a WebSocket after its handshake (RFC 6455, RFC 7692): takes the bytes that come in
/// and gives messages, pings, pongs and the end; takes messages and gives the bytes that go out.
/// Does no I/O and has no clock.
///
///     session.receive(bytes) again and again, until it gives Event::none; then send output();
///     once ended(), close the transport.
///
/// Pings are answered and Close frames are returned by itself.
class Session {
public:
    enum class Event : std::uint8_t {
        none,     ///< all bytes are used up
        message,  ///< see message()
        ping,     ///< see control_payload(); the pong is in output()
        pong,     ///< see control_payload()
        closed,   ///< the peer has closed, or has to be failed: see close_code(), failed(), why()
    };

    explicit Session(const SessionSettings& settings);

    /// Takes bytes from the front of `bytes`, unmasking them there, up to the next event. Once
    /// ended() it throws all away.
    Event receive(std::span<char>& bytes);

    /// After Event::message: good until the next receive(), and as long as the bytes that receive()
    /// was given.
    MessageView message() const { return assembler_.message(); }
    /// The same, to keep; copied only where the bytes lie in what receive() was given.
    Message take_message() { return assembler_.take_message(); }
    /// Whether a part of a message has come, and the rest of it has not.
    bool within_message() const { return assembler_.within_message(); }
    /// After Event::ping and Event::pong, likewise.
    std::string_view control_payload() const { return control_; }

    /// Frames that are to be sent: to be taken by whoever sends them.
    std::string& output() { return output_; }

    /// Whether messages may be sent: no Close has been sent.
    bool can_send() const { return !close_sent_; }
    /// Puts a message in output(). Nothing unless can_send().
    void send(MessageView message);
    /// The frame of `message`, to be sent behind output(); null unless can_send(). For a server.
    std::shared_ptr<const std::string> frame_of(const PreparedMessage& message);
    /// Puts a ping in output(). Throws std::invalid_argument for more than 125 bytes.
    void ping(std::string_view payload);
    /// Puts a Close in output(), after which no message may be sent; the second one does nothing.
    /// Throws as close_payload() does.
    void close(std::optional<std::uint16_t> code, std::string_view reason);
    bool close_sent() const { return close_sent_; }

    /// Nothing will be read or sent any more but output(): Close frames have gone both ways, or the
    /// peer was failed.
    bool ended() const { return failed_ || (close_sent_ && close_received_); }
    /// Whether the peer has broken the protocol or a limit.
    bool failed() const { return failed_; }
    /// How it has, as a clause.
    std::string_view why() const { return why_; }

    /// What the peer's Close said; where it was failed, what it was told.
    const CloseStatus& close_status() const { return close_status_; }

    /// Whether compression was agreed upon.
    bool compresses() const { return deflater_.has_value(); }

private:
    Event fail(std::uint16_t code, std::string_view why);
    bool collect_control();
    Event handle_control();
    Event handle_close(std::string_view payload);
    void append(Opcode opcode, std::string_view payload, bool compressed = false);

    FrameParser parser_;
    MessageAssembler assembler_;
    std::optional<Deflater> deflater_;
    CompressionOptions compression_;
    std::string output_;
    /// Of a control frame that comes in pieces.
    std::string control_pieces_;
    std::string_view control_;
    CloseStatus close_status_;
    std::string_view why_;
    Role role_;
    bool close_sent_ = false;
    bool close_received_ = false;
    bool failed_ = false;
};

}  // namespace cyclone::websocket

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/websocket_session.ipp>
#endif
