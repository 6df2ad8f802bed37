#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace cyclone::ssl {
struct Certificate;
}

namespace cyclone::reactor {

/// The server's side of TLS on a connected, non-blocking socket. Who uses it waits for what `Result` says and calls
/// again. Made by <cyclone/ssl.hpp>, so that nobody else needs OpenSSL.
class TlsSession {
public:
    enum class Result : std::uint8_t { done, wants_read, wants_write, closed, failed };

    virtual ~TlsSession() = default;

    /// To be called until it is done; then read() and write() work.
    virtual Result handshake() = 0;
    /// To be called when the socket announces that there is something to read; `end` with what comes is its end. Until
    /// then a socket that gave less than there was room for is not asked again.
    virtual void readable(bool end) = 0;
    /// Reads into `space`; `bytes` is how many there were: with `done`, 0 of them say that something
    /// else came, and that there may be more.
    virtual Result read(std::span<char> space, std::size_t& bytes) = 0;
    /// Writes from `text`; `bytes` is how many went. After wants_* the same text must come again, or more of it.
    virtual Result write(std::span<const char> text, std::size_t& bytes) = 0;
    /// Says good-bye (close_notify), as far as that goes without waiting.
    virtual void shut_down() = 0;
    /// What the client has shown; null for none. Only once the handshake is done.
    virtual std::shared_ptr<const ssl::Certificate> peer_certificate() { return nullptr; }
};

/// Makes the sessions of a server. As an ssl.SSLContext.
class TlsContext {
public:
    virtual ~TlsContext() = default;
    virtual std::unique_ptr<TlsSession> accept(int socket) = 0;
};

}  // namespace cyclone::reactor
