#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include <cyclone/defer/failure.hpp>
#include <cyclone/protocol/transport.hpp>

namespace cyclone::protocol {

/// Why a connection ended that ended well. As twisted.internet.error.ConnectionDone.
struct ConnectionDone : std::runtime_error {
    ConnectionDone() : std::runtime_error("the connection was closed cleanly") {}
};
/// Why a connection ended that broke. As twisted.internet.error.ConnectionLost.
struct ConnectionLost : std::runtime_error {
    explicit ConnectionLost(const std::string& why)
        : std::runtime_error("the connection was lost: " + why) {}
};

/// One end of a connection: told what happens to it, it writes to its transport(). As
/// twisted.internet.protocol.Protocol.
///
/// All of it runs on the reactor's thread. An exception that comes out of connection_made() or
/// data_received() is logged, and ends the connection.
class Protocol {
public:
    Protocol() = default;
    Protocol(const Protocol&) = delete;
    Protocol& operator=(const Protocol&) = delete;
    virtual ~Protocol() = default;

    virtual void connection_made() {}
    /// Bytes have come, as many as there were: not what the other side has written at a time.
    /// `bytes` is good during the call.
    virtual void data_received(std::string_view bytes) { static_cast<void>(bytes); }
    /// The last call: the reason is ConnectionDone, ConnectionLost, or what data_received() threw.
    virtual void connection_lost(const Failure& reason) { static_cast<void>(reason); }

    /// Where to write to; before and after the connection, one that drops everything.
    Transport& transport() { return *transport_; }

    /// For transports: calls connection_made(); the other one calls connection_lost().
    void make_connection(Transport& transport) {
        transport_ = &transport;
        connection_made();
    }
    void lose_transport(const Failure& reason) {
        transport_ = &no_transport();
        connection_lost(reason);
    }

private:
    static Transport& no_transport() {
        struct NoTransport final : Transport {
            void write(std::string_view) override {}
            std::size_t unsent() const override { return 0; }
            void lose_connection() override {}
            void abort_connection() override {}
            void pause_producing() override {}
            void resume_producing() override {}
            const reactor::PeerAddress& peer() const override { return nobody; }
            reactor::PeerAddress nobody;
        };
        static NoTransport none;
        return none;
    }

    Transport* transport_ = &no_transport();
};

}  // namespace cyclone::protocol
