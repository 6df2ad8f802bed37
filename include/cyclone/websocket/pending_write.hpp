#pragma once

#include <memory>
#include <stdexcept>
#include <utility>

#include <cyclone/defer.hpp>

namespace cyclone::websocket {

/// What a write fails with when the WebSocket is closed. As tornado.websocket.WebSocketClosedError.
struct WebSocketClosedError : std::runtime_error {
    WebSocketClosedError() : std::runtime_error("the WebSocket is closed") {}
};

/// What write_message() gives. To be awaited, or dropped: the message is on its way in either case.
///
/// Awaited, it fires when the system has taken the message and all before it, which is how a sender
/// keeps to the pace of a slow peer; it fails with WebSocketClosedError when there is no WebSocket
/// any more. Dropped, it costs nothing, and writing to a peer that is gone is harmless.
template <class Stream>
class PendingWrite {
public:
    /// `stream`: null when nothing was written.
    explicit PendingWrite(std::shared_ptr<Stream> stream) : stream_(std::move(stream)) {}

    operator Deferred<>() && { return taken(std::move(stream_)); }

private:
    static Deferred<> taken(std::shared_ptr<Stream> stream) {
        if (stream == nullptr) {
            throw WebSocketClosedError();
        }
        auto draining = stream->drained();
        co_await draining;
        if (stream->closed()) {
            throw WebSocketClosedError();
        }
    }

    std::shared_ptr<Stream> stream_;
};

}  // namespace cyclone::websocket

namespace cyclone::detail {

template <class Stream>
struct AwaitAdapter<websocket::PendingWrite<Stream>> {
    static Deferred<> to_deferred(websocket::PendingWrite<Stream> write) { return write; }
};

}  // namespace cyclone::detail
