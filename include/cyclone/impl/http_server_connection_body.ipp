#pragma once

// How a ServerConnection reads the body of a request.

#include <algorithm>
#include <cstdint>
#include <exception>
#include <string_view>

#include <cyclone/http/server_connection.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/log.hpp>

namespace cyclone::http {

CYCLONE_INLINE bool ServerConnection::read_body() {
    return chunked_ ? read_chunked_body() : read_sized_body();
}

CYCLONE_INLINE bool ServerConnection::read_sized_body() {
    const std::string_view bytes = unread();
    if (body_in_place_) {
        body_received_ = std::min<std::uint64_t>(bytes.size(), body_left_);
        if (bytes.size() < body_left_) {
            return false;
        }
        current_->request.body = bytes.substr(0, static_cast<std::size_t>(body_left_));
        begin_ += static_cast<std::size_t>(body_left_);
        body_in_place_ = false;
        complete_request();
        return true;
    }
    if (bytes.empty()) {
        return false;
    }
    const std::string_view piece =
        bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), body_left_)));
    begin_ += piece.size();
    body_left_ -= piece.size();
    if (!take_body(piece)) {
        return stage_ != Stage::body;
    }
    if (body_left_ == 0 && !body_paused_) {
        complete_request();
    }
    return true;
}

CYCLONE_INLINE bool ServerConnection::read_chunked_body() {
    std::string_view bytes = unread();
    const std::size_t before = bytes.size();
    const ChunkedDecoder::State state = chunked_->decode(bytes);
    begin_ += before - bytes.size();
    switch (state) {
        case ChunkedDecoder::State::incomplete:
            return false;
        case ChunkedDecoder::State::data:
            if (body_received_ + chunked_->data().size() > current_->max_body_size_) {
                refuse(413, "the body of the request is too large");
                return false;
            }
            return take_body(chunked_->data()) || stage_ != Stage::body;
        case ChunkedDecoder::State::complete:
            complete_request();
            return true;
        case ChunkedDecoder::State::refused:
            refuse(chunked_->refusal().status, chunked_->refusal().why);
            return false;
    }
    return false;
}

/// False when reading has to stop here, for the time being or for good.
CYCLONE_INLINE bool ServerConnection::take_body(std::string_view piece) {
    body_received_ += piece.size();
    Exchange& exchange = *current_;
    if (!exchange.delegate_->streams_body()) {
        exchange.body_bytes_.append(piece);
        return true;
    }
    body_paused_ = true;
    deliver(current_, input_, piece).detach();
    return !body_paused_ && stage_ == Stage::body;
}

CYCLONE_INLINE Deferred<> ServerConnection::deliver(ExchangePtr exchange, InputBlockPtr keep,
                                                    std::string_view piece) {
    bool failed = false;
    try {
        auto receiving = exchange->delegate_->body_received(piece);
        co_await receiving;
    } catch (...) {
        log::error("body_received() failed: " +
                   Failure(std::current_exception()).get_error_message());
        failed = true;
    }
    keep.reset();
    ServerConnection* const connection = exchange->connection_;
    if (connection == nullptr || connection->current_.get() != exchange.get()) {
        co_return;
    }
    connection->body_paused_ = false;
    if (failed) {
        connection->abort();
    } else if (!connection->processing_) {
        if (connection->stage_ == Stage::body && !connection->chunked_ &&
            connection->body_left_ == 0) {
            connection->complete_request();
        }
        connection->process();
        connection->changed();
    }
}

}  // namespace cyclone::http
