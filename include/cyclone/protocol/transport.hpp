#pragma once

#include <string_view>

#include <cyclone/reactor/listening_port.hpp>

namespace cyclone::protocol {

/// What a Protocol writes to. As twisted.internet.interfaces.ITCPTransport.
class Transport {
public:
    virtual ~Transport() = default;

    /// Takes `bytes`, which leave in the order in which they came. Harmless when the connection has
    /// gone.
    virtual void write(std::string_view bytes) = 0;
    /// How many bytes have not left yet: for those who produce more than the other side takes.
    virtual std::size_t unsent() const = 0;
    /// Closes the connection when all that was written has left.
    virtual void lose_connection() = 0;
    /// Closes it now.
    virtual void abort_connection() = 0;
    /// Reads no more until resume_producing(), so that the other side has to wait.
    virtual void pause_producing() = 0;
    virtual void resume_producing() = 0;
    virtual const reactor::PeerAddress& peer() const = 0;
};

}  // namespace cyclone::protocol
