#pragma once

#include <charconv>
#include <exception>
#include <stdexcept>
#include <utility>
#include <vector>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <cyclone/httpclient/gzip_decoder.hpp>
#include <cyclone/httpclient/redirect.hpp>
#include <cyclone/httpclient/round_trip.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/reactor.hpp>

namespace cyclone::httpclient::detail {

/// Sends one request. What a body_producer has kept of it may come later than the end: it is
/// shared.
class RequestSender : public std::enable_shared_from_this<RequestSender> {
public:
    RequestSender(std::shared_ptr<Connection> connection, const RequestHead& head)
        : connection_(std::move(connection)), left_(head.content_length), chunked_(head.chunked) {}

    /// Ends without an error when the server takes no more: why, it says itself, or the reader will
    /// see.
    static Deferred<> send(std::shared_ptr<RequestSender> self, const HTTPRequest& request,
                           RequestHead head) {
        std::string first = std::move(head.bytes);
        const bool together =
            request.body && !head.expects_continue && request.body->size() <= sent_with_head;
        if (together) {
            first += *request.body;
        }
        std::optional<Deferred<bool>> go_on;
        if (head.expects_continue) {
            go_on.emplace(self->go_on_.get_deferred());
            self->timer_ = reactor::call_later(std::chrono::seconds(1),
                                               [weak = std::weak_ptr<RequestSender>(self)] {
                                                   if (const auto sender = weak.lock()) {
                                                       sender->go_on(true);
                                                   }
                                               });
        }
        try {
            auto writing = self->write_raw(std::move(first));
            co_await writing;
            bool wanted = true;
            if (go_on) {
                wanted = co_await *go_on;
            }
            if (wanted && request.body && !together) {
                auto writing_body = self->write_all(*request.body);
                co_await writing_body;
            }
            if (wanted && request.body_producer) {
                auto producing = produce(self, request);
                co_await producing;
            }
            self->sent_all_ = wanted;
        } catch (const ConnectionLost&) {
        }
    }

    /// What is sent after "Expect: 100-continue": the body, or nothing.
    void go_on(bool with_body) {
        timer_.cancel();
        if (!go_on_.called()) {
            go_on_.callback(with_body);
        }
    }
    /// The connection belongs to others now.
    void end() {
        timer_.cancel();
        connection_ = nullptr;
    }

    /// And nothing of it is still on its way. A body_producer may be running yet, with nothing left
    /// to write.
    bool sent_all() const { return (sent_all_ || left_ == 0U) && !lock_.locked(); }
    /// What a body_producer has failed with.
    const std::exception_ptr& producer_error() const { return producer_error_; }

private:
    static constexpr std::size_t sent_with_head = 64 * 1024;

    static Deferred<> produce(std::shared_ptr<RequestSender> self, const HTTPRequest& request) {
        try {
            BodyWriter writer = [self](std::string chunk) {
                return write_chunk(self, std::move(chunk));
            };
            auto producing = request.body_producer(std::move(writer));
            co_await producing;
            if (self->left_.value_or(0) > 0) {
                throw std::length_error("httpclient: the body_producer has written " +
                                        std::to_string(*self->left_) +
                                        " bytes less than the Content-Length says");
            }
            if (self->chunked_) {
                auto ending = self->write_raw("0\r\n\r\n");
                co_await ending;
            }
        } catch (const ConnectionLost&) {
            throw;
        } catch (...) {
            self->producer_error_ = std::current_exception();
        }
        if (self->producer_error_ && self->connection_) {
            // The reader waits for an answer that will not come.
            self->connection_->close();
        }
    }

    static Deferred<> write_chunk(std::shared_ptr<RequestSender> self, std::string chunk) {
        if (self->left_) {
            if (chunk.size() > *self->left_) {
                throw std::length_error(
                    "httpclient: the body_producer writes more than the Content-Length says");
            }
            *self->left_ -= chunk.size();
        }
        if (chunk.empty()) {
            co_return;
        }
        if (self->chunked_) {
            char size[16];
            const auto end = std::to_chars(size, size + sizeof size, chunk.size(), 16).ptr;
            chunk.insert(0, std::string(size, end) + "\r\n");
            chunk += "\r\n";
        }
        auto writing = self->write_raw(std::move(chunk));
        co_await writing;
    }

    Deferred<> write_raw(std::string bytes) {
        const auto self = shared_from_this();
        auto writing = write_all(bytes);
        co_await writing;
    }

    Deferred<> write_all(std::string_view bytes) {
        const auto self = shared_from_this();
        auto entering = lock_.acquire();
        const auto turn = co_await entering;
        while (!bytes.empty()) {
            // Kept, for it may be given up while this waits.
            const auto connection = connection_;
            if (connection == nullptr) {
                throw ConnectionLost("the request is over: nothing more can be sent", true);
            }
            try {
                auto writing = connection->write_some(bytes);
                const std::size_t size = co_await writing;
                bytes.remove_prefix(size);
            } catch (const boost::system::system_error& error) {
                throw ConnectionLost("the server takes no more: " + error.code().message(), true);
            }
        }
    }

    std::shared_ptr<Connection> connection_;
    DeferredLock lock_;
    std::optional<std::uint64_t> left_;
    bool chunked_;
    bool sent_all_ = false;
    Promise<bool> go_on_;
    reactor::DelayedCall timer_;
    std::exception_ptr producer_error_;
};

/// Reads one response.
class ResponseReader {
public:
    ResponseReader(Connection& connection, RequestSender& sender, const HTTPRequest& request,
                   ResponseLimits limits, RoundTrip& trip)
        : connection_(connection),
          sender_(sender),
          request_(request),
          trip_(trip),
          parser_(request.method, limits),
          most_(limits.body) {}

    Deferred<> read() {
        std::vector<char> buffer(16 * 1024);
        std::string_view bytes;
        for (;;) {
            auto state = parser_.parse(bytes);
            if (state == ResponseParser::State::incomplete) {
                boost::system::error_code error;
                try {
                    auto reading = connection_.read_some(buffer);
                    const std::size_t size = co_await reading;
                    bytes = {buffer.data(), size};
                } catch (const boost::system::system_error& failure) {
                    error = failure.code();
                }
                if (!parser_.started()) {
                    trip_.first_byte = reactor::current().seconds();
                }
                if (!error) {
                    continue;
                }
                state = ended(error);
            }
            switch (state) {
                case ResponseParser::State::incomplete:
                    break;
                case ResponseParser::State::informational:
                    if (parser_.head().code == 100) {
                        sender_.go_on(true);
                    }
                    break;
                case ResponseParser::State::head:
                    sender_.go_on(false);
                    head_read();
                    break;
                case ResponseParser::State::data: {
                    if (trip_.redirect) {
                        dropped_ += parser_.data().size();
                        if (dropped_ > most_dropped) {
                            finish(false);
                            co_return;
                        }
                        break;
                    }
                    auto taking = take(parser_.data());
                    co_await taking;
                    break;
                }
                case ResponseParser::State::complete:
                    if (decoder_ && !decoder_->may_end()) {
                        throw BadResponse("the compressed body ends too early");
                    }
                    finish(parser_.keep_alive() && bytes.empty());
                    co_return;
                case ResponseParser::State::refused:
                    throw BadResponse(parser_.refusal());
            }
        }
    }

private:
    // To read to the end what nobody wants is worth a connection, but not more than this.
    static constexpr std::size_t most_dropped = 64 * 1024;

    ResponseParser::State ended(const boost::system::error_code& error) {
        if (error != boost::asio::error::eof) {
            throw ConnectionLost("the connection was lost: " + error.message(), parser_.started());
        }
        const auto state = parser_.end_of_input();
        if (state == ResponseParser::State::refused) {
            throw ConnectionLost(parser_.refusal(), parser_.started());
        }
        return state;
    }

    void head_read() {
        const ResponseHead& head = parser_.head();
        trip_.redirect = follows_redirect(request_, head);
        if (trip_.redirect) {
            return;
        }
        const auto coding = head.headers.get("Content-Encoding", "");
        using httputil::detail::equal_ignoring_case;
        if (request_.decompress_response && request_.method != "HEAD" && head.code != 204 &&
            head.code != 304 &&
            (equal_ignoring_case(coding, "gzip") || equal_ignoring_case(coding, "x-gzip"))) {
            decoder_.emplace();
        }
        if (request_.header_callback) {
            request_.header_callback(std::string(head.http_1_0 ? "HTTP/1.0 " : "HTTP/1.1 ") +
                                     std::to_string(head.code) + " " + head.reason + "\r\n");
            for (const auto& field : head.headers) {
                request_.header_callback(std::string(field.name) + ": " + std::string(field.value) +
                                         "\r\n");
            }
            request_.header_callback("\r\n");
        }
    }

    Deferred<> take(std::string_view data) {
        if (!decoder_) {
            return deliver(data);
        }
        return decode(data);
    }

    Deferred<> decode(std::string_view data) {
        for (;;) {
            const auto state = decoder_->decode(data);
            if (state == GzipDecoder::State::refused) {
                throw BadResponse("the body is not compressed by gzip, as it claims");
            }
            if (state == GzipDecoder::State::incomplete) {
                co_return;
            }
            decoded_ += decoder_->data().size();
            if (decoded_ > most_) {
                throw BadResponse("the body, decompressed, is larger than max_body_size, " +
                                  std::to_string(most_) + " bytes");
            }
            auto delivering = deliver(decoder_->data());
            co_await delivering;
        }
    }

    Deferred<> deliver(std::string_view data) {
        if (request_.streaming_callback) {
            return request_.streaming_callback(data);
        }
        trip_.body += data;
        return succeed();
    }

    void finish(bool reusable) {
        trip_.reusable = reusable;
        trip_.head = std::move(parser_.head());
        if (decoder_) {
            auto& headers = trip_.head.headers;
            headers.set("X-Consumed-Content-Encoding", headers.get("Content-Encoding", ""));
            headers.remove("Content-Encoding");
        }
    }

    Connection& connection_;
    RequestSender& sender_;
    const HTTPRequest& request_;
    RoundTrip& trip_;
    ResponseParser parser_;
    std::optional<GzipDecoder> decoder_;
    std::uint64_t most_;
    std::uint64_t decoded_ = 0;
    std::size_t dropped_ = 0;
};

CYCLONE_INLINE Deferred<RoundTrip> round_trip(std::shared_ptr<Connection> connection,
                                              const HTTPRequest& request, RequestHead head,
                                              ResponseLimits limits) {
    const bool close = head.close;
    RoundTrip trip;
    auto sender = std::make_shared<RequestSender>(connection, head);
    auto sending = RequestSender::send(sender, request, std::move(head));
    ResponseReader reader(*connection, *sender, request, limits, trip);
    auto reading = cyclone::detail::outcome_of(reader.read());
    const auto read = co_await reading;

    // Before the sender is cancelled, which is no failure of its own.
    const std::exception_ptr producer_error = sender->producer_error();
    trip.reusable &= sender->sent_all() && !close;
    if (!trip.reusable) {
        connection->close();
        sending.cancel();
    }
    // It uses what is in this frame: its end is waited for.
    auto watched = cyclone::detail::outcome_of(std::move(sending));
    const auto sent = co_await watched;
    sender->end();
    if (!read && producer_error) {
        std::rethrow_exception(producer_error);
    }
    if (!read) {
        read.failure().raise_exception();
    }
    co_return trip;
}

}  // namespace cyclone::httpclient::detail
