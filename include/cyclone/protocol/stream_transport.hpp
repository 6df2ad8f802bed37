#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>

#include <cyclone/defer.hpp>
#include <cyclone/log.hpp>
#include <cyclone/protocol/protocol.hpp>

namespace cyclone::protocol {

/// Reads and writes for a Protocol. `Socket` is a stream socket of Asio, with TLS or without, or a
/// TlsSocket.
template <class Socket>
class StreamTransport final : public Transport,
                              public std::enable_shared_from_this<StreamTransport<Socket>> {
public:
    StreamTransport(Socket socket, reactor::PeerAddress peer, std::shared_ptr<Protocol> protocol)
        : socket_(std::move(socket)), peer_(std::move(peer)), protocol_(std::move(protocol)) {}

    /// Runs the connection to its end, which it fires at; the Protocol has been told by then.
    static Deferred<> run(std::shared_ptr<StreamTransport> self) {
        const std::shared_ptr<Protocol> protocol = self->protocol_;
        std::exception_ptr reason;
        try {
            protocol->make_connection(*self);
            auto reading = read(*self, *protocol);
            co_await reading;
        } catch (...) {
            reason = self->reason_of(std::current_exception());
        }
        self->closed_ = true;
        self->close_socket();
        self->output_.clear();
        try {
            protocol->lose_transport(
                Failure(reason ? reason : std::make_exception_ptr(ConnectionDone())));
        } catch (...) {
            log::error("connection_lost() failed: " +
                       Failure(std::current_exception()).get_error_message());
        }
    }

    void write(std::string_view bytes) override {
        if (closed_ || losing_ || bytes.empty()) {
            return;
        }
        output_ += bytes;
        if (!std::exchange(writing_, true)) {
            write_output(this->shared_from_this()).detach();
        }
    }
    std::size_t unsent() const override { return output_.size() + in_flight_.size(); }
    void lose_connection() override {
        losing_ = true;
        if (!writing_) {
            finish();
        }
    }
    void abort_connection() override {
        losing_ = true;
        if (!std::exchange(closed_, true)) {
            output_.clear();
            close_socket();
            resume_producing();
        }
    }
    void pause_producing() override {
        if (!paused_ && !closed_) {
            paused_.emplace();
        }
    }
    void resume_producing() override {
        if (auto paused = std::exchange(paused_, std::nullopt)) {
            paused->callback();
        }
    }
    const reactor::PeerAddress& peer() const override { return peer_; }

private:
    static Deferred<> read(StreamTransport& self, Protocol& protocol) {
        std::array<char, 16 * 1024> buffer;
        while (!self.closed_) {
            if (self.paused_) {
                auto resumed = self.paused_->get_deferred();
                co_await resumed;
                continue;
            }
            auto reading = self.socket_.async_read_some(boost::asio::buffer(buffer), use_deferred);
            const std::size_t size = co_await reading;
            if (!self.closed_ && !self.parting_) {
                protocol.data_received({buffer.data(), size});
            }
        }
    }

    static Deferred<> write_output(std::shared_ptr<StreamTransport> parameter) {
        // A local variable ends with the coroutine; a parameter may live longer.
        const auto self = std::move(parameter);
        try {
            while (!self->output_.empty() && !self->closed_) {
                self->in_flight_ = std::exchange(self->output_, {});
                for (std::size_t written = 0; written != self->in_flight_.size();) {
                    const auto rest = boost::asio::buffer(self->in_flight_) + written;
                    auto writing = self->socket_.async_write_some(rest, use_deferred);
                    written += co_await writing;
                }
                self->in_flight_.clear();
            }
        } catch (const std::exception& error) {
            if (!self->closed_) {
                self->broken_ = std::make_exception_ptr(ConnectionLost(error.what()));
                self->losing_ = true;
            }
        }
        self->in_flight_.clear();
        self->writing_ = false;
        if (self->losing_) {
            self->finish();
        }
    }

    /// All is written: ends the connection, by TLS not without a word (RFC 8446 6.1).
    void finish() {
        if constexpr (has_farewell) {
            if (!broken_ && !closed_) {
                if (!std::exchange(parting_, true)) {
                    say_farewell(this->shared_from_this()).detach();
                }
                return;
            }
        }
        abort_connection();
    }

    static Deferred<> say_farewell(std::shared_ptr<StreamTransport> parameter) {
        // Whom the other side keeps waiting goes without its answer.
        constexpr std::chrono::seconds patience(5);
        const auto self = std::move(parameter);
        try {
            auto parting = self->socket_.async_shutdown(use_deferred).add_timeout(patience);
            co_await parting;
        } catch (const std::exception&) {
        }
        self->abort_connection();
    }

    /// What an exception of the reading says to the Protocol; null for a clean end.
    std::exception_ptr reason_of(const std::exception_ptr& error) const {
        if (broken_) {
            return broken_;
        }
        try {
            std::rethrow_exception(error);
        } catch (const boost::system::system_error& failure) {
            if (losing_ || failure.code() == boost::asio::error::eof) {
                return nullptr;
            }
            return std::make_exception_ptr(ConnectionLost(failure.code().message()));
        } catch (const BrokenPromise&) {
            return std::make_exception_ptr(ConnectionLost("the reactor has ended"));
        } catch (const CancelledError&) {
            return nullptr;
        } catch (...) {
            log::error("a protocol failed: " + Failure(error).get_error_message());
            return error;
        }
    }

    void close_socket() {
        boost::system::error_code ignored;
        auto& lowest = socket_.lowest_layer();
        lowest.shutdown(std::remove_reference_t<decltype(lowest)>::shutdown_both, ignored);
        lowest.close(ignored);
    }

    static constexpr bool has_farewell = requires(Socket & socket) {
        socket.async_shutdown(use_deferred);
    };

    Socket socket_;
    reactor::PeerAddress peer_;
    std::shared_ptr<Protocol> protocol_;
    std::string output_;
    std::string in_flight_;
    std::optional<Promise<>> paused_;
    std::exception_ptr broken_;
    bool writing_ = false;
    bool losing_ = false;
    bool parting_ = false;
    bool closed_ = false;
};

}  // namespace cyclone::protocol
