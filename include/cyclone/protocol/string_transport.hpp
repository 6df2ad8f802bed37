#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <cyclone/protocol/transport.hpp>

namespace cyclone::protocol {

/// Keeps what a Protocol does, for its tests. As twisted.internet.testing.StringTransport.
class StringTransport final : public Transport {
public:
    explicit StringTransport(reactor::PeerAddress peer = {"192.0.2.1", 54321})
        : peer_(std::move(peer)) {}

    void write(std::string_view bytes) override { written_ += bytes; }
    std::size_t unsent() const override { return 0; }
    void lose_connection() override { disconnecting_ = true; }
    void abort_connection() override { disconnecting_ = true; }
    void pause_producing() override { paused_ = true; }
    void resume_producing() override { paused_ = false; }
    const reactor::PeerAddress& peer() const override { return peer_; }

    /// What was written since the last clear().
    const std::string& value() const { return written_; }
    void clear() { written_.clear(); }
    bool disconnecting() const { return disconnecting_; }
    bool paused() const { return paused_; }

private:
    reactor::PeerAddress peer_;
    std::string written_;
    bool disconnecting_ = false;
    bool paused_ = false;
};

}  // namespace cyclone::protocol
