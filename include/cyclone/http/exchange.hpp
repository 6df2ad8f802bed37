#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <cyclone/defer.hpp>
#include <cyclone/http/file_range.hpp>
#include <cyclone/http/input_block.hpp>
#include <cyclone/httputil/http_headers.hpp>
#include <cyclone/httputil/http_server_request.hpp>

namespace cyclone::http {

class Exchange;
class ExchangePool;
class ServerConnection;
class UpgradedStream;

/// What answers one request: made by a Service for it, owned by the Exchange, destroyed with it.
/// As tornado.httputil.HTTPMessageDelegate.
class RequestDelegate {
public:
    virtual ~RequestDelegate() = default;

    /// Whether the body comes piece by piece, by body_received(), rather than as request.body.
    virtual bool streams_body() const { return false; }
    /// Only where streams_body(): the head is there, of the body nothing. Answering already ends the matter: the body
    /// is not read.
    virtual void head_complete() {}
    /// Only where streams_body(): more of the body, which is read on when the Deferred has fired. The bytes are valid
    /// until then.
    virtual Deferred<> body_received(std::string_view chunk);
    /// The request is complete. Everything that answers it goes on from here; may answer within the call.
    virtual void request_complete() = 0;
    /// The client is gone, or has said that it sends no more, before the answer was complete. Writing is harmless.
    virtual void connection_closed() {}
    /// ServerSettings::handler_timeout is over: to be cancelled and answered. Where the call does not finish the
    /// response, the engine ends it: a 503, or a cut connection when the head has left.
    virtual void timed_out() {}
    /// The server stops, and waits a while for answers that are on their way: one without an end is to be ended now.
    virtual void server_stops() {}
};

/// What requests are handed to: a web::Application, for instance.
class Service {
public:
    virtual ~Service() = default;
    /// Makes the delegate for exchange.request, whose head is complete. Must not throw, and not answer yet.
    virtual std::unique_ptr<RequestDelegate> start_request(Exchange& exchange) = 0;
    /// Which methods the service knows at all; another one is a 501.
    virtual bool knows_method(std::string_view method) const = 0;
    /// A request that never reached a delegate was answered by the engine itself (400, 408, 413, …): for the log.
    /// `exchange` has what was understood of it.
    virtual void on_refused(const Exchange& exchange, unsigned status, std::string_view why) = 0;
};

/// Keeps an Exchange, and with it the delegate, the request and the bytes that they point into.
class ExchangePtr {
public:
    ExchangePtr() = default;
    /// Shares `exchange`.
    explicit ExchangePtr(Exchange& exchange) noexcept;
    ExchangePtr(const ExchangePtr& other) noexcept;
    ExchangePtr(ExchangePtr&& other) noexcept : exchange_(std::exchange(other.exchange_, nullptr)) {}
    ExchangePtr& operator=(ExchangePtr other) noexcept {
        std::swap(exchange_, other.exchange_);
        return *this;
    }
    ~ExchangePtr() { reset(); }

    void reset() noexcept;
    Exchange* get() const noexcept { return exchange_; }
    Exchange& operator*() const noexcept { return *exchange_; }
    Exchange* operator->() const noexcept { return exchange_; }
    explicit operator bool() const noexcept { return exchange_ != nullptr; }

private:
    Exchange* exchange_ = nullptr;
};

/// What is to be answered; filled in before the head is sent.
struct Response {
    unsigned status = 200;
    /// Empty: the usual one of the status.
    std::string reason;
    /// The engine adds Date, Connection and what frames the body; a Content-Length that is set here is kept.
    httputil::HTTPHeaders headers;
    /// What is to be sent next. Handlers append to it; send() and finish() take it.
    std::string body;
};

/// One request and its response. On the connection's thread only.
///
/// Whoever holds an ExchangePtr may go on using it when the client is gone: nothing it writes arrives any more.
class Exchange {
public:
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    httputil::HTTPServerRequest request;
    Response response;

    RequestDelegate* delegate() const { return delegate_.get(); }

    /// Sends the head, if it has not left yet, and response.body, which is empty afterwards. Without a Content-Length
    /// the body is framed by chunks (HTTP/1.1) or by the end of the connection (HTTP/1.0).
    void send();
    /// Ends the response: sends head and response.body where they have not been sent, with a Content-Length where the
    /// head had not left. Throws std::logic_error when more or less was sent than a Content-Length had said (the
    /// connection is closed then).
    void finish();
    /// Behind what was sent: a part of a file, by sendfile where the transport can. Content-Length must be set.
    void send_file(FileRange file);

    /// Fires when all that was sent has been handed to the system; at once when the client is gone. After finish(), too,
    /// but then maybe not before other answers of this connection have been.
    Deferred<> drained();
    /// How many bytes wait for the client.
    std::size_t pending_output() const;

    /// How many bytes of a body have been sent, or wait to be.
    std::uint64_t body_size() const { return body_size_; }

    bool headers_sent() const { return head_sent_; }
    bool finished() const { return finished_; }
    /// Whether the client is gone.
    bool closed() const { return connection_ == nullptr; }

    /// The connection closes when the response has ended.
    void close_when_finished() { keep_alive_ = false; }
    bool keeps_alive() const { return keep_alive_; }
    /// Cuts the connection: the only honest end of a response that fails after its head has left.
    void abort();

    /// For this request alone, before its body is read.
    void set_max_body_size(std::size_t bytes) { max_body_size_ = bytes; }

    /// Whether the client asks for an Upgrade that nothing stands in the way of: HTTP/1.1, no body.
    bool can_upgrade() const;
    /// Sends the head (response.status 101) and gives the connection away: what comes behind the request is `stream`'s.
    /// Nothing when the client is gone.
    std::shared_ptr<UpgradedStream> upgrade();

    /// For a request without a body that stays for long, an upgraded connection's: copies it out of the block that the
    /// connection reads into, which goes back. Views that were taken of `request` before are gone. Nothing for a request
    /// with a body, or the second time.
    void own_request();

private:
    friend class ExchangePool;
    friend class ExchangePtr;
    friend class ServerConnection;

    friend struct std::default_delete<Exchange>;

    explicit Exchange(ExchangePool& pool) : pool_(pool) {}
    ~Exchange() = default;

    void append_head(bool complete);
    /// Notes that so many bytes of the body are about to be sent.
    void count_body(std::uint64_t size);
    void send_body();

    ExchangePool& pool_;
    ServerConnection* connection_ = nullptr;
    /// Where connection_ is not set: who has the answer. May be gone.
    ServerConnection* answered_by_ = nullptr;
    std::unique_ptr<RequestDelegate> delegate_;
    /// The bytes that `request` points into.
    InputBlockPtr head_bytes_;
    std::string body_bytes_;
    std::size_t max_body_size_ = 0;
    /// What a Content-Length has promised and has not been sent; meaningful where framing_ says so.
    std::uint64_t content_left_ = 0;
    std::uint64_t body_size_ = 0;
    std::uint32_t references_ = 0;
    enum class Framing : std::uint8_t { none, content_length, chunked, until_close } framing_{};
    bool keep_alive_ = true;
    bool head_sent_ = false;
    bool finished_ = false;
    bool upgrade_requested_ = false;
};

}  // namespace cyclone::http

#ifndef CYCLONE_SEPARATE_COMPILATION
// With it come the definitions of what is declared here.
#include <cyclone/http/server_connection.hpp>
#endif
