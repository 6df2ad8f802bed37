#pragma once

#include <stdexcept>
#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/websocket/session.hpp>

namespace cyclone::websocket {

namespace detail {

CYCLONE_INLINE std::optional<Inflater> inflater_for(const SessionSettings& settings) {
    if (!settings.deflate) {
        return std::nullopt;
    }
    const DeflateParameters& agreed = *settings.deflate;
    return settings.role == Role::server
               ? Inflater(agreed.client_max_window_bits, !agreed.client_no_context_takeover)
               : Inflater(agreed.server_max_window_bits, !agreed.server_no_context_takeover);
}

CYCLONE_INLINE std::optional<Deflater> deflater_for(const SessionSettings& settings) {
    if (!settings.deflate) {
        return std::nullopt;
    }
    const DeflateParameters& agreed = *settings.deflate;
    return settings.role == Role::server
               ? Deflater(settings.compression, agreed.server_max_window_bits,
                          !agreed.server_no_context_takeover)
               : Deflater(settings.compression, agreed.client_max_window_bits,
                          !agreed.client_no_context_takeover);
}

}  // namespace detail

CYCLONE_INLINE Session::Session(const SessionSettings& settings)
    : parser_(settings.role, settings.deflate.has_value()),
      assembler_(settings.max_message_size, detail::inflater_for(settings)),
      deflater_(detail::deflater_for(settings)),
      compression_(settings.compression),
      role_(settings.role) {}

CYCLONE_INLINE Session::Event Session::receive(std::span<char>& bytes) {
    assembler_.drop_message();
    while (!ended()) {
        switch (parser_.parse(bytes)) {
            case FrameParser::State::incomplete:
                return Event::none;
            case FrameParser::State::refused:
                return fail(close_code::protocol_error, parser_.why());
            case FrameParser::State::piece:
                break;
        }
        if (is_control(parser_.head().opcode)) {
            if (collect_control()) {
                return handle_control();
            }
            continue;
        }
        switch (assembler_.take(parser_)) {
            case MessageAssembler::State::incomplete:
                break;
            case MessageAssembler::State::complete:
                return Event::message;
            case MessageAssembler::State::refused:
                return fail(assembler_.failure(), assembler_.why());
        }
    }
    bytes = {};
    return Event::none;
}

/// Whether all of the control frame is there.
CYCLONE_INLINE bool Session::collect_control() {
    if (parser_.begins_frame() && parser_.ends_frame()) {
        control_ = parser_.piece();
        return true;
    }
    if (parser_.begins_frame()) {
        control_pieces_.clear();
    }
    control_pieces_ += parser_.piece();
    control_ = control_pieces_;
    return parser_.ends_frame();
}

CYCLONE_INLINE Session::Event Session::handle_control() {
    switch (parser_.head().opcode) {
        case Opcode::ping:
            if (!close_sent_) {
                append(Opcode::pong, control_);
            }
            return Event::ping;
        case Opcode::pong:
            return Event::pong;
        default:
            return handle_close(control_);
    }
}

CYCLONE_INLINE Session::Event Session::handle_close(std::string_view payload) {
    std::uint16_t failure = 0;
    auto status = parse_close_payload(payload, failure);
    if (!status) {
        return fail(failure, failure == close_code::invalid_payload
                                 ? "the reason in a Close frame is no UTF-8"
                                 : "a Close frame has a code that may not be sent");
    }
    close_received_ = true;
    close_status_ = std::move(*status);
    if (!std::exchange(close_sent_, true)) {
        append(Opcode::close, payload.substr(0, close_status_.code ? 2 : 0));
    }
    return Event::closed;
}

CYCLONE_INLINE Session::Event Session::fail(std::uint16_t code, std::string_view why) {
    failed_ = true;
    why_ = why;
    close_status_ = {code, std::string(why)};
    if (!std::exchange(close_sent_, true)) {
        append(Opcode::close, close_payload(code, why));
    }
    return Event::closed;
}

CYCLONE_INLINE void Session::append(Opcode opcode, std::string_view payload, bool compressed) {
    FrameHead head{.opcode = opcode, .compressed = compressed};
    if (role_ == Role::client) {
        head.masked = true;
        head.key = make_masking_key();
    }
    append_frame(output_, head, payload);
}

CYCLONE_INLINE void Session::send(MessageView message) {
    if (close_sent_) {
        return;
    }
    const Opcode opcode = message.binary ? Opcode::binary : Opcode::text;
    if (!deflater_ || message.data.size() < compression_.min_size) {
        append(opcode, message.data);
        return;
    }
    std::string payload;
    deflater_->compress(message.data, payload);
    append(opcode, payload, true);
}

CYCLONE_INLINE std::shared_ptr<const std::string> Session::frame_of(
    const PreparedMessage& message) {
    if (close_sent_) {
        return nullptr;
    }
    if (role_ == Role::client) {
        throw std::logic_error("websocket: a client masks each frame anew, and can't share one");
    }
    if (!deflater_ || message.message().data.size() < compression_.min_size) {
        return message.frame();
    }
    // The client's window holds this message from now on, our compressor's does not.
    deflater_->forget_context();
    return message.compressed_frame(compression_, deflater_->window_bits());
}

CYCLONE_INLINE void Session::ping(std::string_view payload) {
    if (payload.size() > max_control_payload) {
        throw std::invalid_argument("websocket: a ping carries 125 bytes at most, not " +
                                    std::to_string(payload.size()));
    }
    if (!close_sent_) {
        append(Opcode::ping, payload);
    }
}

CYCLONE_INLINE void Session::close(std::optional<std::uint16_t> code, std::string_view reason) {
    const std::string payload = close_payload(code, reason);
    if (!std::exchange(close_sent_, true)) {
        append(Opcode::close, payload);
    }
}

}  // namespace cyclone::websocket
