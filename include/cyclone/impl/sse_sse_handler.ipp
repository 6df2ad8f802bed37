#pragma once

#include <cyclone/escape/json.hpp>
#include <cyclone/http/exchange_pool.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/log.hpp>
#include <cyclone/sse/sse_handler.hpp>

namespace cyclone::sse {

CYCLONE_INLINE SSEHandler::~SSEHandler() { keep_alive_.cancel(); }

CYCLONE_INLINE bool SSEHandler::begin() {
    set_header("Content-Type", "text/event-stream");
    // Proxies are not to keep, nor to hold back, what is to be seen now.
    set_header("Cache-Control", "no-cache, no-transform");
    set_header("X-Accel-Buffering", "no");
    if (request.method == "HEAD") {
        finish();
        return false;
    }
    set_auto_finish(false);
    flush().detach();
    if (exchange().closed()) {
        return false;
    }
    bound_ = true;
    reactor_ = &reactor::current();
    schedule_keep_alive();
    return true;
}

CYCLONE_INLINE void SSEHandler::bound(std::optional<Deferred<>> binding) {
    if (binding) {
        binding_ = wait_for(*this, std::move(*binding));
    }
}

CYCLONE_INLINE Deferred<> SSEHandler::wait_for(SSEHandler& self, Deferred<> binding) {
    // Not a parameter, which would last as long as the Deferred that the handler has of this.
    const http::ExchangePtr keep = self.hold();
    std::exception_ptr error;
    try {
        co_await binding;
    } catch (...) {
        error = std::current_exception();
    }
    if (error && (self.bound_ || !Failure(error).check<CancelledError>())) {
        self.bind_failed(error);
    }
}

CYCLONE_INLINE void SSEHandler::bind_failed(const std::exception_ptr& error) {
    log_exception(error);
    // The browser connects again after a while.
    if (bound_) {
        finish();
    }
}

CYCLONE_INLINE PendingEvent SSEHandler::send_formatted(std::string_view event) {
    PendingEvent pending(hold());
    if (bound_) {
        sending_ = true;
        if (takes_output()) {
            write(event);
            flush().detach();
        }
        sending_ = false;
    }
    return pending;
}

/// Cuts a client off that takes nothing.
CYCLONE_INLINE bool SSEHandler::takes_output() {
    const std::size_t waits = exchange().pending_output();
    if (waits <= settings().max_pending_output) {
        return true;
    }
    log::warning("sse: a client is cut off that takes too slowly what is sent to it: " +
                 std::to_string(waits) + " bytes wait");
    end();
    exchange().abort();
    finish();
    return false;
}

CYCLONE_INLINE PendingEvent SSEHandler::send_event(std::string_view data,
                                                   const EventFields& fields) {
    return send_formatted(format_event(data, fields));
}
CYCLONE_INLINE PendingEvent SSEHandler::send_event(const boost::json::object& data,
                                                   const EventFields& fields) {
    return send_event(std::string_view(escape::json_encode(data)), fields);
}
CYCLONE_INLINE PendingEvent SSEHandler::send_comment(std::string_view text) {
    std::string comment = ": ";
    for (const char c : text) {
        comment += c == '\r' || c == '\n' ? ' ' : c;
    }
    return send_formatted(comment += "\n\n");
}

CYCLONE_INLINE std::string_view SSEHandler::last_event_id() const {
    return request.headers.find("Last-Event-ID").value_or(std::string_view());
}

CYCLONE_INLINE void SSEHandler::on_connection_close() {
    if (bound_) {
        end();
        // A browser that goes looks like one that only sends no more: without this, nothing would
        // ever be written that shows the difference.
        finish();
        cancel_bind();
    }
}
CYCLONE_INLINE void SSEHandler::on_finish() { end(); }
CYCLONE_INLINE void SSEHandler::on_server_stop() {
    if (bound_) {
        finish();
        cancel_bind();
    }
}

CYCLONE_INLINE void SSEHandler::cancel_bind() {
    if (cancels_on_connection_close() && binding_) {
        binding_->cancel();
    }
}

CYCLONE_INLINE void SSEHandler::end() {
    if (std::exchange(bound_, false)) {
        keep_alive_.cancel();
        if (sending_) {
            reactor_->call_later(std::chrono::nanoseconds(0), [this, keep = hold()] { unbind(); });
        } else {
            unbind();
        }
    }
}

CYCLONE_INLINE void SSEHandler::schedule_keep_alive() {
    const auto interval = keep_alive_interval();
    if (interval.count() > 0) {
        keep_alive_ = reactor_->call_later(interval, [this] {
            send_comment("");
            if (bound_) {
                schedule_keep_alive();
            }
        });
    }
}

}  // namespace cyclone::sse
