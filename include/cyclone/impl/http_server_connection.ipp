#pragma once

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include <cyclone/http/forwarded.hpp>
#include <cyclone/http/response_head.hpp>
#include <cyclone/http/server_connection.hpp>
#include <cyclone/httputil/field_list.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/log.hpp>

namespace cyclone::http {

namespace detail {

// While more than this waits for the client, its next request has to wait.
inline constexpr std::uint64_t output_high_water = 256 * 1024;
// What may come in behind a request that is being handled.
inline constexpr std::size_t read_ahead = 16 * 1024;
inline constexpr std::size_t least_space = 1024;

/// Calls `f`, which is somebody else's. Whether it did without throwing; else its error is logged.
template <class F>
bool call_guarded(std::string_view name, F f) {
    try {
        f();
        return true;
    } catch (...) {
        log::error(std::string(name) +
                   " failed: " + Failure(std::current_exception()).get_error_message());
        return false;
    }
}

}  // namespace detail

CYCLONE_INLINE ServerConnection::ServerConnection(ServerContext& context) : context_(context) {
    context_.pool->add_connection(*this);
}
CYCLONE_INLINE ServerConnection::~ServerConnection() {
    closed();
    context_.pool->remove_connection(*this);
}

CYCLONE_INLINE void ServerConnection::attach(Shell& shell, const Peer& peer,
                                             std::uint32_t requests) {
    shell_ = &shell;
    peer_ = peer;
    requests_ = requests;
    stage_ = Stage::head;
    eof_ = linger_ = cut_ = reading_paused_ = body_paused_ = false;
}

CYCLONE_INLINE std::span<char> ServerConnection::input_space() {
    if (stage_ == Stage::closing) {
        // What lingers is thrown away.
        begin_ = 0;
        if (!input_ || input_->shared()) {
            input_ = context_.pool->lend_block();
        }
        input_->filled = 0;
    } else if (!input_) {
        input_ = context_.pool->lend_block();
        begin_ = 0;
    } else if (begin_ == input_->filled && !body_in_place_ && !input_->shared()) {
        input_->filled = begin_ = 0;
    } else if (!body_in_place_ && input_->free_space() < detail::least_space) {
        make_room(unread().size() + detail::least_space);
    }
    return {input_->data() + input_->filled, input_->free_space()};
}

CYCLONE_INLINE void ServerConnection::make_room(std::size_t wanted) {
    const std::string_view kept = unread();
    InputBlockPtr larger = context_.pool->lend_block(
        wanted > ExchangePool::block_size / 2 ? wanted * 2 : ExchangePool::block_size);
    std::memcpy(larger->data(), kept.data(), kept.size());
    larger->filled = kept.size();
    input_ = std::move(larger);
    begin_ = 0;
    if (stage_ == Stage::head && current_) {
        parser_.rebase();
        current_->request.clear();
    }
}

CYCLONE_INLINE void ServerConnection::release_input() {
    if (input_ && begin_ == input_->filled && !body_in_place_ && !body_paused_) {
        input_.reset();
        begin_ = 0;
    }
}

CYCLONE_INLINE void ServerConnection::received(std::size_t bytes,
                                               std::chrono::steady_clock::time_point now) {
    if (stage_ == Stage::closing) {
        return;
    }
    if (bytes == 0) {
        release_input();
        return;
    }
    now_ = now;
    input_->filled += bytes;
    if (context_.metrics != nullptr) {
        context_.metrics->bytes_received += bytes;
    }
    process();
}

CYCLONE_INLINE void ServerConnection::process() {
    if (processing_) {
        return;
    }
    processing_ = true;
    bool more = true;
    while (more) {
        switch (stage_) {
            case Stage::head:
                more = output_.size() < detail::output_high_water && read_head();
                break;
            case Stage::body:
                more = !body_paused_ && read_body();
                break;
            case Stage::upgraded: {
                const std::string_view bytes = unread();
                more = !reading_paused_ && !bytes.empty() && upgraded_->receiver_ != nullptr;
                if (more) {
                    begin_ += bytes.size();
                    const InputBlockPtr keep_bytes = input_;
                    const ExchangePtr keep = current_;
                    auto* const receiver = upgraded_->receiver_;
                    if (!detail::call_guarded("the data_received() of an upgraded connection",
                                              [&] { receiver->data_received(bytes); }) &&
                        upgraded_ != nullptr) {
                        const std::shared_ptr<UpgradedStream> failed = upgraded_;
                        failed->abort();
                        detail::call_guarded("connection_lost()",
                                             [&] { receiver->connection_lost(); });
                    }
                }
                break;
            }
            case Stage::handling:
            case Stage::closing:
                more = false;
                break;
        }
    }
    processing_ = false;
    if (eof_) {
        end_of_input();
    }
    release_input();
}

CYCLONE_INLINE bool ServerConnection::read_head() {
    const std::string_view bytes = unread();
    if (bytes.empty()) {
        return false;
    }
    if (!current_) {
        current_ = context_.pool->lend_exchange();
        current_->request.start_time = now_;
        // Most often the exchange has served the same client before.
        if (current_->request.remote_ip != peer_.address) {
            current_->request.remote_ip = peer_.address;
        }
        current_->request.protocol = peer_.protocol;
        parser_.reset();
    }
    const ServerSettings& settings = context_.settings;
    const HeadLimits limits{settings.max_header_size, settings.max_header_count,
                            settings.max_target_size};
    switch (parser_.parse(bytes, limits, current_->request)) {
        case RequestHeadParser::State::incomplete:
            return false;
        case RequestHeadParser::State::refused:
            refuse(parser_.refusal().status, parser_.refusal().why);
            return false;
        case RequestHeadParser::State::complete:
            break;
    }
    begin_ += parser_.consumed();
    return begin_request();
}

CYCLONE_INLINE bool ServerConnection::begin_request() {
    const ServerSettings& settings = context_.settings;
    const HeadFacts& facts = parser_.facts();
    Exchange& exchange = *current_;
    ++requests_;
    exchange.head_bytes_ = input_;
    exchange.connection_ = this;
    exchange.max_body_size_ = settings.max_body_size;
    // RFC 9110 9.3.6: what follows a CONNECT that succeeds is no HTTP any more.
    exchange.keep_alive_ =
        facts.keep_alive && !context_.stopping &&
        !httputil::detail::is_exactly(exchange.request.method, "CONNECT") &&
        (settings.max_requests_per_connection == 0 ||
         requests_ < settings.max_requests_per_connection);
    if (peer_.trusted_proxy || peer_.tls) {
        note_peer();
    }
    const bool has_body = facts.chunked || facts.content_length.value_or(0) != 0;
    exchange.upgrade_requested_ = facts.upgrade && !has_body;
    body_received_ = 0;
    close_told_ = false;
    if (!context_.service->knows_method(exchange.request.method)) {
        refuse(501, "this method is not known here");
        return false;
    }
    exchange.delegate_ = context_.service->start_request(exchange);
    if (!has_body) {
        complete_request();
        return true;
    }

    stage_ = Stage::body;
    body_left_ = facts.content_length.value_or(0);
    chunked_.reset();
    if (facts.chunked) {
        chunked_.emplace();
    }
    const bool expects_continue = facts.expect_continue;
    const bool streams = exchange.delegate_->streams_body();
    if (streams) {
        const ExchangePtr keep = current_;
        if (!detail::call_guarded("head_complete()",
                                  [&] { keep->delegate_->head_complete(); })) {
            abort();
        }
        if (stage_ != Stage::body) {
            return true;
        }
    }
    if (body_left_ > exchange.max_body_size_) {
        refuse(413, "the body of the request is too large");
        return false;
    }
    if (expects_continue && unread().empty()) {
        output_.append("HTTP/1.1 100 Continue\r\n\r\n");
    }
    body_in_place_ = !streams && !facts.chunked &&
                     body_left_ <= input_->capacity() - begin_;
    return true;
}

CYCLONE_INLINE void ServerConnection::note_peer() {
    if (peer_.tls) {
        // Also where there is none: the exchange may have served another client of this server.
        current_->request.ssl_certificate = shell_->client_certificate();
    }
    if (peer_.trusted_proxy) {
        note_proxy_headers();
    }
}

CYCLONE_INLINE void ServerConnection::note_proxy_headers() {
    httputil::HTTPServerRequest& request = current_->request;
    if (take_forwarded(request)) {
        return;
    }
    std::string_view address;
    // The last one is what our own proxy has seen; those before it anybody can write.
    if (const auto forwarded = request.headers.get_list("X-Forwarded-For"); !forwarded.empty()) {
        httputil::detail::for_each_element(forwarded.back(), [&address](std::string_view element) {
            address = element;
            return true;
        });
    }
    if (const auto real = request.headers.find("X-Real-Ip"); real && !real->empty()) {
        address = *real;
    }
    const std::string text(address);
    in6_addr parsed{};
    const bool valid = ::inet_pton(AF_INET, text.c_str(), &parsed) == 1 ||
                       ::inet_pton(AF_INET6, text.c_str(), &parsed) == 1;
    if (valid) {
        request.remote_ip = address;
    }
    auto protocol = request.headers.find("X-Scheme");
    if (!protocol) {
        protocol = request.headers.find("X-Forwarded-Proto");
    }
    if (protocol) {
        httputil::detail::for_each_element(*protocol, [&request](std::string_view element) {
            if (element == "https" || element == "http") {
                request.protocol = element == "https" ? "https" : "http";
            }
            return true;
        });
    }
}

CYCLONE_INLINE void ServerConnection::complete_request() {
    stage_ = Stage::handling;
    const ExchangePtr keep = current_;
    if (chunked_ || !keep->body_bytes_.empty()) {
        keep->request.body = keep->body_bytes_;
        chunked_.reset();
    }
    if (!detail::call_guarded("a request's delegate", [&] { keep->delegate_->request_complete(); }) &&
        current_.get() == keep.get()) {
        abort();
    }
}

CYCLONE_INLINE void ServerConnection::refuse(unsigned status, std::string_view why) {
    const ExchangePtr exchange = std::move(current_);
    context_.service->on_refused(*exchange, status, why);
    if (!exchange->head_sent_) {
        Response response;
        response.status = status;
        response.headers.add("Content-Type", "text/plain; charset=UTF-8");
        response.body = why;
        response.body += '\n';
        append_response_head(output_.text(), response,
                             {.content_length = response.body.size(), .connection = "close"});
        if (exchange->request.method != "HEAD") {
            output_.append(std::string_view(response.body));
        }
    } else {
        cut_ = true;
    }
    exchange->connection_ = nullptr;
    exchange->answered_by_ = this;
    exchange->finished_ = true;
    count(*exchange, status);
    const Stage before = std::exchange(stage_, Stage::closing);
    body_in_place_ = false;
    linger_ = true;
    if (before == Stage::body && exchange->delegate_->streams_body()) {
        tell_close(*exchange);
    }
}

CYCLONE_INLINE void ServerConnection::count(const Exchange& exchange, unsigned status) {
    if (context_.metrics != nullptr) {
        context_.metrics->request_finished(status, exchange.request.request_time());
    }
}

CYCLONE_INLINE void ServerConnection::exchange_finished() {
    const ExchangePtr exchange = std::move(current_);
    exchange->connection_ = nullptr;
    exchange->answered_by_ = this;
    count(*exchange, exchange->response.status);
    body_in_place_ = false;
    const bool request_read = stage_ == Stage::handling;
    if (exchange->keep_alive_ && request_read && (!eof_ || !unread().empty())) {
        stage_ = Stage::head;
    } else {
        stage_ = Stage::closing;
        linger_ = !request_read || !unread().empty();
    }
    if (!processing_) {
        process();
        changed();
    }
}

CYCLONE_INLINE void ServerConnection::abort() {
    lose_exchange(false);
    stage_ = Stage::closing;
    body_in_place_ = false;
    cut_ = true;
    if (!processing_) {
        changed();
    }
}

CYCLONE_INLINE void ServerConnection::changed() {
    if (shell_ != nullptr) {
        shell_->connection_changed();
    }
}

CYCLONE_INLINE void ServerConnection::received_eof() {
    eof_ = true;
    linger_ = false;
    process();
}

/// What has come before the end is done with as far as that goes for now.
CYCLONE_INLINE void ServerConnection::end_of_input() {
    switch (stage_) {
        case Stage::head:
            if (output_.size() < detail::output_high_water) {
                lose_exchange(true);
                stage_ = Stage::closing;
            }
            break;
        case Stage::body:
            if (!body_paused_) {
                lose_exchange(true);
                stage_ = Stage::closing;
            }
            break;
        case Stage::handling: {
            // It may have closed half of the connection only, and wait for the answer.
            current_->keep_alive_ &= !unread().empty();
            const ExchangePtr keep = current_;
            tell_close(*keep);
            break;
        }
        case Stage::upgraded:
            closed();
            break;
        case Stage::closing:
            linger_ = false;
            break;
    }
}

CYCLONE_INLINE bool ServerConnection::wants_input() const {
    switch (stage_) {
        case Stage::head:
            return !eof_ && output_.size() < detail::output_high_water;
        case Stage::body:
            return !eof_ && !body_paused_;
        case Stage::handling:
            return !eof_ && unread().size() < detail::read_ahead;
        case Stage::upgraded:
            return !eof_ && !reading_paused_ && output_.size() < detail::output_high_water &&
                   (upgraded_->receiver_ != nullptr || unread().size() < detail::read_ahead);
        case Stage::closing:
            return false;
    }
    return false;
}

CYCLONE_INLINE void ServerConnection::output_consumed() {
    if (stage_ == Stage::upgraded && output_.empty()) {
        // It may be quiet for hours now.
        output_.give_memory_back();
    }
    fire_drains(false);
    if (stage_ == Stage::head && !processing_) {
        process();
    }
}

CYCLONE_INLINE bool ServerConnection::finished() const { return stage_ == Stage::closing; }

CYCLONE_INLINE bool ServerConnection::idle() const {
    return stage_ == Stage::head && !input_ && !current_ && output_.empty() && drains_.empty() &&
           !eof_;
}

CYCLONE_INLINE ServerConnection::Phase ServerConnection::phase() const {
    switch (stage_) {
        case Stage::head:
            return current_ ? Phase::head : Phase::idle;
        case Stage::body:
            return body_paused_ ? Phase::handling : Phase::body;
        case Stage::handling:
            return Phase::handling;
        case Stage::upgraded:
            return Phase::upgraded;
        case Stage::closing:
            break;
    }
    return Phase::finishing;
}

CYCLONE_INLINE void ServerConnection::timed_out() {
    switch (phase()) {
        case Phase::idle:
            stage_ = Stage::closing;
            break;
        case Phase::head:
            refuse(408, "the header of the request did not come in time");
            break;
        case Phase::body:
            refuse(408, "the body of the request did not come in time");
            break;
        case Phase::handling: {
            const ExchangePtr exchange = current_;
            close_told_ = true;
            detail::call_guarded("timed_out()", [&] { exchange->delegate_->timed_out(); });
            if (current_.get() == exchange.get()) {
                refuse(503, "the answer took too long");
            }
            break;
        }
        case Phase::upgraded:
        case Phase::finishing:
            closed();
            break;
    }
}

CYCLONE_INLINE void ServerConnection::stop() {
    switch (phase()) {
        case Phase::idle:
            stage_ = Stage::closing;
            break;
        case Phase::upgraded:
            if (upgraded_->receiver_ != nullptr) {
                upgraded_->receiver_->shut_down();
            } else {
                closed();
            }
            break;
        default:
            if (const ExchangePtr exchange = current_) {
                exchange->keep_alive_ = false;
                if (stage_ == Stage::handling) {
                    detail::call_guarded("server_stops()",
                                         [&] { exchange->delegate_->server_stops(); });
                }
            }
            break;
    }
}

CYCLONE_INLINE void ServerConnection::lose_exchange(bool tell) {
    const ExchangePtr exchange = std::move(current_);
    if (!exchange) {
        return;
    }
    exchange->connection_ = exchange->answered_by_ = nullptr;
    if (tell) {
        tell_close(*exchange);
    }
}

/// To be called with `exchange` in somebody's hands.
CYCLONE_INLINE void ServerConnection::tell_close(Exchange& exchange) {
    if (exchange.delegate_ != nullptr && !std::exchange(close_told_, true)) {
        detail::call_guarded("connection_closed()",
                             [&] { exchange.delegate_->connection_closed(); });
    }
}

CYCLONE_INLINE void ServerConnection::closed() {
    eof_ = true;
    shell_ = nullptr;
    const Stage before = std::exchange(stage_, Stage::closing);
    output_.clear();
    if (const auto stream = std::exchange(upgraded_, nullptr)) {
        stream->connection_ = nullptr;
        if (auto* receiver = std::exchange(stream->receiver_, nullptr)) {
            detail::call_guarded("connection_lost()", [&] { receiver->connection_lost(); });
        }
    }
    lose_exchange(before == Stage::handling || before == Stage::body);
    fire_drains(true);
    body_in_place_ = body_paused_ = false;
    input_.reset();
    begin_ = 0;
    parser_.reset();
}

CYCLONE_INLINE Deferred<> ServerConnection::drained() {
    if (output_.empty()) {
        return succeed();
    }
    drains_.push_back({output_.consumed_in_all() + output_.size(), Promise<>()});
    return drains_.back().promise.get_deferred();
}

CYCLONE_INLINE void ServerConnection::fire_drains(bool all) {
    while (!drains_.empty() && (all || drains_.front().at <= output_.consumed_in_all())) {
        // Whoever waits runs within callback(), and may wait again.
        Promise<> promise = std::move(drains_.front().promise);
        drains_.erase(drains_.begin());
        if (!promise.called()) {
            promise.callback();
        }
    }
}

}  // namespace cyclone::http
