#pragma once

#include <algorithm>
#include <utility>

#include <cyclone/http/exchange_pool.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/log.hpp>
#include <cyclone/websocket/server_connection.hpp>

namespace cyclone::websocket {

namespace detail {

// What may pile up behind a message that is being handled, before the peer is made to wait. Until
// then the end of the connection is noticed.
inline constexpr std::size_t most_pending = 16 * 1024;
// While more than this waits for the peer, it is not read from.
inline constexpr std::size_t output_high_water = 256 * 1024;
inline constexpr std::chrono::seconds close_timeout{5};

/// Gives the memory back that only a request needs.
CYCLONE_INLINE void let_go_of_input(http::Exchange& exchange) {
    exchange.response.headers = httputil::HTTPHeaders();
    exchange.own_request();
}

}  // namespace detail

CYCLONE_INLINE ServerConnection::ServerConnection(http::Exchange& exchange,
                                                  std::shared_ptr<http::UpgradedStream> stream,
                                                  Delegate& delegate, const Settings& settings)
    : exchange_(exchange),
      stream_(std::move(stream)),
      delegate_(delegate),
      reactor_(reactor::current()),
      session_(settings.session),
      message_timeout_(settings.message_timeout),
      max_pending_output_(settings.max_pending_output),
      awaits_messages_(settings.awaits_messages) {
    if (settings.ping_interval.count() > 0) {
        heartbeat_.emplace(settings.ping_interval, settings.ping_timeout, reactor_.seconds());
    }
}

CYCLONE_INLINE ServerConnection::~ServerConnection() {
    timer_.cancel();
    if (!stream_->closed()) {
        stream_->leave();
    }
}

CYCLONE_INLINE void ServerConnection::start() {
    set_next_timer();
    stream_->start(*this);
}

CYCLONE_INLINE void ServerConnection::opened(std::optional<Deferred<>> opening) {
    if (opening) {
        opening_ = true;
        if (keep_running(wait_for(*this, std::move(*opening)))) {
            const http::ExchangePtr keep(exchange_);
            process_pending();
        }
    } else {
        resume();
    }
}

CYCLONE_INLINE void ServerConnection::data_received(std::string_view bytes) {
    if (heartbeat_) {
        heartbeat_->heard();
    }
    // They are unmasked where they lie: in the block that the connection reads into, where nobody
    // looks at them again.
    const std::span<char> mutable_bytes(const_cast<char*>(bytes.data()), bytes.size());
    if (blocked() || processing_) {
        hold(mutable_bytes);
        return;
    }
    if (writing_) {
        // Whoever goes through all clients to write to each is not to hear of one of them in the
        // middle of it.
        hold(mutable_bytes);
        reactor_.call_later(std::chrono::nanoseconds(0),
                            [keep = http::ExchangePtr(exchange_), this] {
                                if (!processing_) {
                                    process_pending();
                                }
                            });
        return;
    }
    const http::ExchangePtr keep(exchange_);
    const std::span<char> left = process(mutable_bytes);
    if (ended_ || (left.empty() && pending_.empty())) {
        return;
    }
    // What has come meanwhile stands behind it.
    Held later = std::exchange(pending_, {});
    hold(left);
    hold(later.left());
    process_pending();
}

CYCLONE_INLINE void ServerConnection::hold(std::span<char> bytes) {
    if (bytes.empty()) {
        return;
    }
    if (pending_.begin > pending_.bytes.size() / 2) {
        pending_.bytes.erase(0, std::exchange(pending_.begin, 0));
    }
    pending_.bytes.append(bytes.data(), bytes.size());
    if (pending_.left().size() >= detail::most_pending && !std::exchange(paused_, true)) {
        stream_->pause_reading();
    }
}

template <class F>
void ServerConnection::tell(F f) {
    try {
        f();
    } catch (...) {
        fail(std::current_exception());
    }
}

/// Whether nothing more can be taken from the peer for now. While open() waits, its pings are
/// answered and its Close is taken, up to the first message.
CYCLONE_INLINE bool ServerConnection::blocked() const {
    return busy_ &&
           (!opening_ || waiting_ || stream_->pending_output() > detail::output_high_water);
}

/// Gives what has to wait. To be called with the exchange in somebody's hands.
CYCLONE_INLINE std::span<char> ServerConnection::process(std::span<char> bytes) {
    processing_ = true;
    while (!ended_) {
        if (blocked()) {
            flush();
            // What waited for the peer to take its output may have gone on.
            if (blocked()) {
                break;
            }
            continue;
        }
        if (stream_->pending_output() > detail::output_high_water) {
            busy_ = true;
            keep_running(wait_for(*this, stream_->drained()));
            continue;
        }
        if (waiting_ && !busy_) {
            busy_ = !deliver(*std::exchange(waiting_, std::nullopt));
            continue;
        }
        switch (session_.receive(bytes)) {
            case Session::Event::none:
                flush();
                processing_ = false;
                if (session_.within_message()) {
                    note_message_begins();
                }
                return {};
            case Session::Event::message:
                message_began_.reset();
                if (busy_) {
                    waiting_ = session_.take_message();
                } else {
                    busy_ = !deliver();
                }
                break;
            case Session::Event::ping:
                tell([this] { delegate_.on_ping(session_.control_payload()); });
                break;
            case Session::Event::pong:
                tell([this] { delegate_.on_pong(session_.control_payload()); });
                break;
            case Session::Event::closed:
                if (session_.failed()) {
                    log::write(log::Level::debug, log::Channel::general,
                               "websocket: closed with " +
                                   std::to_string(session_.close_status().code.value_or(0)) + ": " +
                                   std::string(session_.why()));
                }
                flush();
                end(false);
                break;
        }
    }
    processing_ = false;
    return bytes;
}

/// Goes on where process() has left off, without moving the bytes each time.
CYCLONE_INLINE void ServerConnection::process_pending() {
    while (!blocked() && !ended_ && (waiting_ || !pending_.empty())) {
        Held held = std::exchange(pending_, {});
        const std::span<char> left = process(held.left());
        if (ended_ || left.empty()) {
            continue;
        }
        held.begin = held.bytes.size() - left.size();
        Held later = std::exchange(pending_, std::move(held));
        hold(later.left());
    }
    if (paused_ && !blocked() && !ended_) {
        paused_ = false;
        stream_->resume_reading();
    }
}

/// Whether the delegate is done with the message.
CYCLONE_INLINE bool ServerConnection::deliver() {
    if (!awaits_messages_) {
        tell([this] { delegate_.on_message(session_.message()); });
        return true;
    }
    return !keep_running(run(*this, session_.take_message()));
}

CYCLONE_INLINE bool ServerConnection::deliver(Message message) {
    if (!awaits_messages_) {
        tell([this, &message] { delegate_.on_message(message); });
        return true;
    }
    return !keep_running(run(*this, std::move(message)));
}

/// Whether it is not done.
CYCLONE_INLINE bool ServerConnection::keep_running(Deferred<> running) {
    if (running.called()) {
        return false;
    }
    running_ = std::move(running);
    return true;
}

CYCLONE_INLINE void ServerConnection::cancel_running() {
    if (running_) {
        running_->cancel();
    }
}

/// For the end of run() and wait_for(), which go on with the next message.
CYCLONE_INLINE void ServerConnection::has_run(const std::exception_ptr& error) {
    if (running_) {
        std::move(*running_).detach();
        running_.reset();
    }
    // Who asked to be cancelled when the client goes knows, and so does who awaits a write.
    const bool knows =
        ended_ && error &&
        (Failure(error).check<CancelledError>() || Failure(error).check<WebSocketClosedError>());
    if (error && !knows) {
        fail(error);
    }
    if (busy_) {
        resume();
    }
}

// In both, `keep` is no parameter, which would last as long as running_.

CYCLONE_INLINE Deferred<> ServerConnection::run(ServerConnection& self, Message message) {
    const http::ExchangePtr keep(self.exchange_);
    std::exception_ptr error;
    try {
        auto handling = self.delegate_.on_message(message);
        if (handling) {
            co_await *handling;
        }
    } catch (...) {
        error = std::current_exception();
    }
    self.has_run(error);
}

CYCLONE_INLINE Deferred<> ServerConnection::wait_for(ServerConnection& self, Deferred<> what) {
    const http::ExchangePtr keep(self.exchange_);
    std::exception_ptr error;
    try {
        co_await what;
    } catch (...) {
        error = std::current_exception();
    }
    self.has_run(error);
}

CYCLONE_INLINE void ServerConnection::resume() {
    busy_ = opening_ = false;
    detail::let_go_of_input(exchange_);
    // Who is processing goes on by itself.
    if (!ended_ && !processing_) {
        const http::ExchangePtr keep(exchange_);
        process_pending();
    }
}

CYCLONE_INLINE void ServerConnection::fail(const std::exception_ptr& error) {
    delegate_.failed(error);
    if (!ended_ && session_.can_send()) {
        close(close_code::internal_error, "");
    }
}

/// Whether something may be written. Cuts a peer off that takes nothing.
CYCLONE_INLINE bool ServerConnection::takes_output() {
    if (!is_open()) {
        return false;
    }
    if (stream_->pending_output() <= max_pending_output_) {
        return true;
    }
    log::warning("websocket: a client is cut off that takes too slowly what is written to it: " +
                 std::to_string(stream_->pending_output()) + " bytes wait");
    ended_ = true;
    tell_closed_later();
    stream_->abort();
    return false;
}

CYCLONE_INLINE ServerConnection::Write ServerConnection::write_message(MessageView message) {
    if (!takes_output()) {
        return Write(nullptr);
    }
    session_.send(message);
    flush();
    return Write(stream_);
}

CYCLONE_INLINE ServerConnection::Write ServerConnection::write_message(
    const PreparedMessage& message) {
    if (!takes_output()) {
        return Write(nullptr);
    }
    flush();
    auto frame = session_.frame_of(message);
    const bool outermost = !std::exchange(writing_, true);
    stream_->write(std::move(frame));
    writing_ = !outermost;
    return Write(stream_);
}

CYCLONE_INLINE void ServerConnection::ping(std::string_view payload) {
    if (!takes_output()) {
        throw WebSocketClosedError();
    }
    session_.ping(payload);
    flush();
}

CYCLONE_INLINE void ServerConnection::close(std::optional<std::uint16_t> code,
                                            std::string_view reason) {
    if (!is_open()) {
        return;
    }
    session_.close(code, reason);
    heartbeat_.reset();
    set_timer(detail::close_timeout);
    flush();
}

CYCLONE_INLINE void ServerConnection::shut_down() { close(close_code::going_away, ""); }

CYCLONE_INLINE void ServerConnection::flush() {
    std::string& output = session_.output();
    if (output.empty() || ended_) {
        return;
    }
    const http::ExchangePtr keep(exchange_);
    // Whoever waits for the output may write more within write().
    std::string bytes = std::exchange(output, {});
    const bool outermost = !std::exchange(writing_, true);
    constexpr std::size_t copied = 4096;
    if (bytes.size() < copied) {
        stream_->write(std::string_view(bytes));
    } else {
        stream_->write(std::move(bytes));
    }
    writing_ = !outermost;
    // Short messages need no memory anew; a connection at rest keeps next to none.
    constexpr std::size_t most_kept = 256;
    if (output.empty() && bytes.capacity() <= most_kept) {
        bytes.clear();
        output = std::move(bytes);
    }
}

CYCLONE_INLINE void ServerConnection::end(bool at_once) {
    if (std::exchange(ended_, true)) {
        return;
    }
    const http::ExchangePtr keep(exchange_);
    at_once ? stream_->abort() : stream_->close();
    tell_closed();
}

CYCLONE_INLINE void ServerConnection::connection_lost() {
    if (std::exchange(ended_, true)) {
        return;
    }
    if (!writing_) {
        tell_closed();
    } else {
        tell_closed_later();
    }
}

/// Whoever goes through all clients to write to each must not find that one of them has gone
/// from the list meanwhile.
CYCLONE_INLINE void ServerConnection::tell_closed_later() {
    reactor_.call_later(std::chrono::nanoseconds(0),
                        [keep = http::ExchangePtr(exchange_), this] { tell_closed(); });
}

CYCLONE_INLINE void ServerConnection::tell_closed() {
    timer_.cancel();
    heartbeat_.reset();
    pending_ = {};
    try {
        delegate_.on_close();
    } catch (...) {
        delegate_.failed(std::current_exception());
    }
}

CYCLONE_INLINE void ServerConnection::set_timer(std::chrono::nanoseconds delay) {
    timer_.cancel();
    timer_ = reactor_.call_later(delay, [this] { on_timer(); });
}

CYCLONE_INLINE void ServerConnection::on_timer() {
    const http::ExchangePtr keep(exchange_);
    if (session_.close_sent()) {
        end(true);
    } else if (message_is_late()) {
        give_up(close_code::policy_violation, "a message took too long to come");
    } else if (!heartbeat_ || beat()) {
        set_next_timer();
    }
}

CYCLONE_INLINE void ServerConnection::note_message_begins() {
    if (message_began_ || message_timeout_.count() == 0 || ended_ || session_.close_sent()) {
        return;
    }
    message_began_ = reactor_.seconds();
    // A timer that is due before, a ping's for instance, looks at the message too.
    if (!timer_.active() || (heartbeat_ && heartbeat_->due() > *message_began_ + message_timeout_)) {
        set_next_timer();
    }
}

CYCLONE_INLINE void ServerConnection::set_next_timer() {
    const std::chrono::nanoseconds now = reactor_.seconds();
    std::optional<std::chrono::nanoseconds> due;
    if (heartbeat_) {
        due = heartbeat_->due();
    }
    if (message_began_) {
        const std::chrono::nanoseconds late = *message_began_ + message_timeout_;
        due = due ? std::min(*due, late) : late;
    }
    if (due) {
        set_timer(*due - now);
    }
}

CYCLONE_INLINE bool ServerConnection::message_is_late() {
    if (!message_began_) {
        return false;
    }
    const std::chrono::nanoseconds now = reactor_.seconds();
    if (blocked() || stream_->pending_output() >= detail::output_high_water) {
        // It is we who don't listen.
        message_began_ = now;
    }
    return now - *message_began_ >= message_timeout_;
}

CYCLONE_INLINE void ServerConnection::give_up(std::uint16_t code, std::string_view why) {
    session_.close(code, why);
    flush();
    end(false);
}

/// False when it is over.
CYCLONE_INLINE bool ServerConnection::beat() {
    if (blocked()) {
        // It is we who don't listen.
        heartbeat_->heard();
    }
    switch (heartbeat_->act(reactor_.seconds())) {
        case Heartbeat::Action::give_up:
            give_up(close_code::internal_error, "no answer to a ping");
            return false;
        case Heartbeat::Action::ping:
            session_.ping({});
            flush();
            break;
        case Heartbeat::Action::none:
            break;
    }
    return heartbeat_.has_value();
}

}  // namespace cyclone::websocket
