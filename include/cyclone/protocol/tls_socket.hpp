#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/system/system_error.hpp>

#include <cyclone/defer.hpp>
#include <cyclone/reactor/tls_session.hpp>
#include <cyclone/task/defer_later.hpp>

namespace cyclone::protocol {

/// The server's side of TLS on a connected, non-blocking `Socket` of Asio's, with as much of its
/// interface as StreamTransport needs. The handshake is part of the first reading and writing. One
/// reading and one writing at a time.
template <class Socket>
class TlsSocket {
public:
    TlsSocket(Socket socket, std::unique_ptr<reactor::TlsSession> session)
        : socket_(std::move(socket)), session_(std::move(session)) {}

    auto& lowest_layer() { return socket_.lowest_layer(); }

    /// Fails with error::eof at the client's good-bye, and with connection_aborted where it does
    /// not speak TLS as it should.
    Deferred<std::size_t> async_read_some(boost::asio::mutable_buffer space, UseDeferred) {
        auto reading = read_some({static_cast<char*>(space.data()), space.size()});
        try {
            co_return co_await reading;
        } catch (...) {
            if (!ended_.called()) {
                ended_.callback();
            }
            throw;
        }
    }

    Deferred<std::size_t> async_write_some(boost::asio::const_buffer text, UseDeferred) {
        std::size_t bytes = 0;
        while (bytes == 0) {
            const Result result =
                session().write({static_cast<const char*>(text.data()), text.size()}, bytes);
            if (result == Result::closed || result == Result::failed) {
                throw boost::system::system_error(boost::asio::error::connection_aborted);
            }
            if (result != Result::done) {
                auto waiting = wait_for(result);
                co_await waiting;
            }
        }
        co_return bytes;
    }

    /// Says good-bye, and fires when the client has, too: somebody reads meanwhile.
    Deferred<> async_shutdown(UseDeferred) {
        auto writable = socket_.async_wait(boost::asio::socket_base::wait_write, use_deferred);
        co_await writable;
        session().shut_down();
        auto ended = ended_.get_deferred();
        co_await ended;
    }

private:
    using Result = reactor::TlsSession::Result;

    /// A wait that is over may be told after the socket has been closed, when its number is already
    /// somebody else's.
    reactor::TlsSession& session() {
        if (!socket_.is_open()) {
            throw boost::system::system_error(boost::asio::error::operation_aborted);
        }
        return *session_;
    }

    Deferred<std::size_t> read_some(std::span<char> space) {
        // Records without text in them are not to keep the reactor busy for ever.
        constexpr int most_in_a_turn = 64;
        std::size_t bytes = 0;
        for (int turn = 1; bytes == 0; ++turn) {
            const Result result = session().read(space, bytes);
            if (result == Result::closed) {
                throw boost::system::system_error(boost::asio::error::eof);
            }
            if (result == Result::failed) {
                throw boost::system::system_error(boost::asio::error::connection_aborted);
            }
            if (result != Result::done) {
                auto waiting = wait_for(result);
                co_await waiting;
            } else if (bytes == 0 && turn % most_in_a_turn == 0) {
                auto later = task::defer_later(std::chrono::seconds(0));
                co_await later;
            }
        }
        co_return bytes;
    }

    Deferred<> wait_for(Result what) {
        if (what == Result::wants_write) {
            auto writable = socket_.async_wait(boost::asio::socket_base::wait_write, use_deferred);
            co_await writable;
        } else {
            auto readable = socket_.async_wait(boost::asio::socket_base::wait_read, use_deferred);
            co_await readable;
            // Perhaps of its end, which Asio does not tell.
            session_->readable(true);
        }
    }

    Socket socket_;
    std::unique_ptr<reactor::TlsSession> session_;
    Promise<> ended_;
};

}  // namespace cyclone::protocol
