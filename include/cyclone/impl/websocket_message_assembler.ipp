#pragma once

#include <cyclone/impl/config.hpp>
#include <cyclone/websocket/message_assembler.hpp>

namespace cyclone::websocket {

CYCLONE_INLINE MessageAssembler::State MessageAssembler::take(const FrameParser& parser) {
    const FrameHead& head = parser.head();
    const std::string_view piece = parser.piece();
    if (parser.begins_frame()) {
        if (!begin_frame(head)) {
            return State::refused;
        }
        if (head.fin && parser.ends_frame() && collected_.empty() && !compressed_) {
            if (!binary_ && !validator_.feed(piece)) {
                return refuse(close_code::invalid_payload, "a text message is no UTF-8");
            }
            message_ = piece;
            return complete();
        }
    }
    const State state =
        compressed_ ? inflate(piece, head.fin && parser.ends_frame()) : append(piece);
    if (state != State::incomplete || !head.fin || !parser.ends_frame()) {
        return state;
    }
    message_ = collected_;
    return complete();
}

/// False when the frame may not come here.
CYCLONE_INLINE bool MessageAssembler::begin_frame(const FrameHead& head) {
    if (head.opcode == Opcode::continuation) {
        if (!within_message_) {
            refuse(close_code::protocol_error, "a message begins with a continuation frame");
            return false;
        }
    } else {
        if (within_message_) {
            refuse(close_code::protocol_error, "a message begins before the end of another");
            return false;
        }
        within_message_ = true;
        binary_ = head.opcode == Opcode::binary;
        compressed_ = head.compressed;
        validator_.reset();
        collected_.clear();
    }
    if (!compressed_ && head.length > max_size_ - collected_.size()) {
        refuse(close_code::message_too_big, "a message is too long");
        return false;
    }
    return true;
}

CYCLONE_INLINE MessageAssembler::State MessageAssembler::append(std::string_view piece) {
    collected_ += piece;
    if (!binary_ && !validator_.feed(piece)) {
        return refuse(close_code::invalid_payload, "a text message is no UTF-8");
    }
    return State::incomplete;
}

CYCLONE_INLINE MessageAssembler::State MessageAssembler::inflate(std::string_view piece,
                                                                 bool last) {
    const std::size_t before = collected_.size();
    auto result = inflater_->inflate(piece, collected_, max_size_);
    if (result == Inflater::Result::ok && last) {
        result = inflater_->finish(collected_, max_size_);
    }
    if (!binary_ && !validator_.feed(std::string_view(collected_).substr(before))) {
        return refuse(close_code::invalid_payload, "a text message is no UTF-8");
    }
    switch (result) {
        case Inflater::Result::ok:
            break;
        case Inflater::Result::too_long:
            return refuse(close_code::message_too_big, "a message is too long when inflated");
        case Inflater::Result::invalid:
            return refuse(close_code::invalid_payload, "a compressed message can't be inflated");
    }
    return State::incomplete;
}

CYCLONE_INLINE MessageAssembler::State MessageAssembler::complete() {
    within_message_ = false;
    if (!binary_ && !validator_.complete()) {
        return refuse(close_code::invalid_payload, "a text message ends within a character");
    }
    return State::complete;
}

CYCLONE_INLINE Message MessageAssembler::take_message() {
    Message taken{{}, binary_};
    if (message_.data() == collected_.data()) {
        taken.data = std::move(collected_);
    } else {
        taken.data = message_;
    }
    drop_message();
    return taken;
}

CYCLONE_INLINE void MessageAssembler::drop_message() {
    if (within_message_) {
        return;
    }
    message_ = {};
    constexpr std::size_t most_kept = 256;
    if (collected_.capacity() > most_kept) {
        std::string().swap(collected_);
    } else {
        collected_.clear();
    }
}

}  // namespace cyclone::websocket
