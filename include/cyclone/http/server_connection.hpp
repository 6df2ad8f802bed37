#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <cyclone/defer.hpp>
#include <cyclone/http/chunked_decoder.hpp>
#include <cyclone/http/exchange.hpp>
#include <cyclone/http/output_queue.hpp>
#include <cyclone/http/request_head_parser.hpp>
#include <cyclone/http/server_context.hpp>
#include <cyclone/http/upgraded_stream.hpp>

namespace cyclone::http {

/// The server's side of an HTTP/1.1 connection: takes the bytes that come in, hands requests to the Service one after
/// the other, and has the bytes that go out. Does no I/O and has no clock; a shell around it reads, writes and waits.
///
/// Where nothing is in flight (idle()) a shell may give it back and take another one when bytes come again.
class ServerConnection {
public:
    /// Told of what happens between the shell's own calls.
    class Shell {
    public:
        /// There is output, or finished() has become true, or input is wanted again.
        virtual void connection_changed() = 0;
        /// Only where Peer::tls: whose certificate the requests show.
        virtual std::shared_ptr<const ssl::Certificate> client_certificate() { return nullptr; }

    protected:
        ~Shell() = default;
    };

    /// What a shell knows of the other side.
    struct Peer {
        std::string_view address;
        std::string_view protocol = "http";
        // Bits, so that a request that neither says anything of costs one look.
        bool trusted_proxy : 1 = false;
        bool tls : 1 = false;
    };

    enum class Phase : std::uint8_t {
        idle,       ///< between two requests
        head,       ///< within a head
        body,       ///< within a body
        handling,   ///< a handler is at work
        upgraded,   ///< an UpgradedStream's
        finishing,  ///< nothing but output is left
    };

    explicit ServerConnection(ServerContext& context);
    ServerConnection(const ServerConnection&) = delete;
    ServerConnection& operator=(const ServerConnection&) = delete;
    ~ServerConnection();

    /// Begins to serve `shell`, which has served `requests` on this connection before. What `peer` points to must stay.
    void attach(Shell& shell, const Peer& peer, std::uint32_t requests);
    /// How many requests the connection has had in all.
    std::uint32_t requests() const { return requests_; }

    /// Where to put the bytes that come next, and how many there may be: at least one while wants_input().
    std::span<char> input_space();
    /// So many bytes are there, since `now`; 0 gives the space back.
    void received(std::size_t bytes, std::chrono::steady_clock::time_point now);
    /// The client sends no more.
    void received_eof();
    bool wants_input() const;

    OutputQueue& output() { return output_; }
    const OutputQueue& output() const { return output_; }
    /// Some of output() was consumed.
    void output_consumed();

    /// The connection is to be closed once output() is empty.
    bool finished() const;
    /// The rest of a request may still be on its way: closing at once would make the system take back the answer.
    bool lingers() const { return linger_; }
    /// To be closed so that the client sees that something was cut off.
    bool cut() const { return cut_; }
    /// Nothing is in flight.
    bool idle() const;
    Phase phase() const;
    /// Body bytes that have come of the request that is read.
    std::uint64_t body_received() const { return body_received_; }

    /// The time of the phase is over.
    void timed_out();
    /// The server stops: an idle connection is finished, another one after the answer that is on its way.
    void stop();
    /// The transport has ended, or is to be treated so.
    void closed();

private:
    friend class Exchange;
    friend class UpgradedStream;

    enum class Stage : std::uint8_t { head, body, handling, upgraded, closing };

    struct Drain {
        std::uint64_t at;
        Promise<> promise;
    };

    std::string_view unread() const {
        return input_ ? std::string_view(input_->data() + begin_, input_->filled - begin_)
                      : std::string_view();
    }
    void process();
    bool read_head();
    bool begin_request();
    void note_peer();
    void note_proxy_headers();
    bool read_body();
    bool read_sized_body();
    bool read_chunked_body();
    bool take_body(std::string_view piece);
    void complete_request();
    static Deferred<> deliver(ExchangePtr exchange, InputBlockPtr keep, std::string_view piece);
    void refuse(unsigned status, std::string_view why);
    void exchange_finished();
    void count(const Exchange& exchange, unsigned status);
    void abort();
    void make_room(std::size_t wanted);
    void release_input();
    void lose_exchange(bool tell);
    void tell_close(Exchange& exchange);
    void end_of_input();
    Deferred<> drained();
    void fire_drains(bool all);
    void changed();

    ServerContext& context_;
    Shell* shell_ = nullptr;
    Peer peer_{};
    std::uint32_t requests_ = 0;
    Stage stage_ = Stage::head;

    InputBlockPtr input_;
    /// Of what has not been read yet, in the block.
    std::size_t begin_ = 0;
    RequestHeadParser parser_;
    std::optional<ChunkedDecoder> chunked_;
    std::uint64_t body_left_ = 0;
    std::uint64_t body_received_ = 0;
    std::chrono::steady_clock::time_point now_{};

    ExchangePtr current_;
    std::shared_ptr<UpgradedStream> upgraded_;
    OutputQueue output_;
    std::vector<Drain> drains_;

    bool processing_ = false;
    /// A piece of the body is with the delegate.
    bool body_paused_ = false;
    bool body_in_place_ = false;
    bool reading_paused_ = false;
    bool eof_ = false;
    /// The current delegate has had its connection_closed().
    bool close_told_ = false;
    bool linger_ = false;
    bool cut_ = false;
};

}  // namespace cyclone::http

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/http_exchange.ipp>
#include <cyclone/impl/http_server_connection.ipp>
#include <cyclone/impl/http_server_connection_body.ipp>
#endif
