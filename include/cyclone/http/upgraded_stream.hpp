#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <cyclone/defer.hpp>

namespace cyclone::http {

class ServerConnection;

/// A connection that speaks something else after an Upgrade. On its reactor's thread only.
///
/// It may be held longer than the connection lasts: everything is harmless then.
class UpgradedStream {
public:
    /// Who gets the bytes; must outlive the stream or leave() it.
    class Receiver {
    public:
        /// Bytes as they came, valid during the call.
        virtual void data_received(std::string_view bytes) = 0;
        /// The last call.
        virtual void connection_lost() = 0;
        /// The server stops: say good-bye and close().
        virtual void shut_down() = 0;

    protected:
        ~Receiver() = default;
    };

    explicit UpgradedStream(ServerConnection& connection) : connection_(&connection) {}
    UpgradedStream(const UpgradedStream&) = delete;
    UpgradedStream& operator=(const UpgradedStream&) = delete;

    /// `receiver` gets what comes from now on, and what had come behind the request; within this call already.
    void start(Receiver& receiver);
    void leave() { receiver_ = nullptr; }

    void write(std::string_view bytes);
    void write(std::string&& bytes);
    /// For what goes to many: nothing is copied when it is long.
    void write(std::shared_ptr<const std::string> bytes);
    std::size_t pending_output() const;
    /// Fires when what was written has been handed to the system; at once when the connection has ended.
    Deferred<> drained();

    /// No data_received() until resume_reading().
    void pause_reading();
    void resume_reading();

    /// Closes when what was written has left.
    void close();
    /// Closes now.
    void abort();
    bool closed() const { return connection_ == nullptr; }

private:
    friend class ServerConnection;

    void written();

    ServerConnection* connection_;
    Receiver* receiver_ = nullptr;
};

}  // namespace cyclone::http
