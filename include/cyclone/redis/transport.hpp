#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <cyclone/defer.hpp>
#include <cyclone/redis/error.hpp>
#include <cyclone/redis/options.hpp>

namespace cyclone::redis::detail {

/// The bytes to and from one server: TCP, Unix socket or TLS. Decides nothing.
class Transport {
public:
    virtual ~Transport() = default;

    /// At least one byte; fails with boost::system::system_error, with eof at the end. One at a
    /// time.
    virtual Deferred<std::size_t> read_some(std::span<char> buffer) = 0;

    /// What the system takes without waiting, perhaps nothing. Throws boost::system::system_error.
    virtual std::size_t write_now(std::string_view bytes) = 0;

    /// At least one byte. One at a time; `bytes` stay valid until it has fired or close() was
    /// called.
    virtual Deferred<std::size_t> write_some(std::string_view bytes) = 0;

    /// Whether a write that fails has sent nothing of its bytes. TLS may have sent all of them.
    virtual bool failed_writes_send_nothing() const = 0;

    /// Ends everything that is under way.
    virtual void close() noexcept = 0;

    /// What has been read already: it came right behind the last reply to the Handshake.
    std::string early{};
};

/// Why there is no connection, or no longer.
struct NoConnection : std::runtime_error {
    using std::runtime_error::runtime_error;
    /// What commands that wait are to fail with now: the server will not have us. Null: they wait
    /// on.
    std::exception_ptr refusal;
};

/// Connects and logs in, in connect_timeout. Fails with NoConnection.
Deferred<std::shared_ptr<Transport>> establish(ConnectionOptions options);

/// Writes all of `bytes`.
Deferred<> write_all(std::shared_ptr<Transport> transport, std::string bytes);

/// What a failed read, write or establish() means, in words that follow an address and a colon.
std::string reason_of(const std::exception_ptr& error);

/// Whether a TCP connection leads to itself: where nobody listens on a port that the system gives
/// to clients, it may give just that one to the client that wants to connect to it (RFC 9293 3.5).
bool leads_to_itself(int socket);

/// Whether `error` says that nobody wants to go on: cancelled, or the reactor has gone.
bool is_the_end(const std::exception_ptr& error);

/// `10 s`, `250 ms`.
std::string in_words(std::chrono::milliseconds duration);

}  // namespace cyclone::redis::detail

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_transport.ipp>
#endif
