#pragma once

#include <chrono>
#include <source_location>
#include <string>
#include <typeinfo>
#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/log.hpp>
#include <cyclone/reactor/slow_callbacks.hpp>
#include <cyclone/web/handler_execution.hpp>
#include <cyclone/web/request_handler.hpp>

namespace cyclone::web {

namespace detail {

/// Whether there is something to wait for; throws what has failed already.
inline bool is_pending(std::optional<Deferred<>>& running) {
    if (!running) {
        return false;
    }
    if (!running->called()) {
        return true;
    }
    auto core = cyclone::detail::DeferredAccess::take(*running);
    running.reset();
    core->take(std::source_location::current());
    return false;
}

}  // namespace detail

CYCLONE_INLINE Deferred<> Next::operator()() const {
    try {
        auto running = execution_->run_from(place_);
        return running ? std::move(*running) : succeed();
    } catch (...) {
        return fail(std::current_exception());
    }
}

CYCLONE_INLINE void HandlerExecution::execute() {
    executing_ = true;
    if (reactor::detail::slow_callbacks().limit.count() == 0) [[likely]] {
        run();
    } else {
        run_watched();
    }
}

/// The first part of the handler's work, up to where it waits for something, or all of it.
CYCLONE_INLINE void HandlerExecution::run_watched() {
    const http::ExchangePtr keep(exchange_);
    const auto begin = std::chrono::steady_clock::now();
    run();
    const auto took = std::chrono::steady_clock::now() - begin;
    reactor::detail::SlowCallbacks& slow = reactor::detail::slow_callbacks();
    if (slow.limit.count() != 0 && took >= slow.limit) {
        slow.reported += took;
        const RequestHandler& handled = handler();
        log::warning(
            detail::short_type_name(typeid(handled).name()) + ": " +
            handled.request_summary() + " took " +
            std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()) +
            " ms without waiting for anything, while which nobody else was served");
    }
}

CYCLONE_INLINE void HandlerExecution::note_worker() noexcept {
    reactor::detail::SlowCallbacks& slow = reactor::detail::slow_callbacks();
    if (slow.limit.count() != 0) {
        const RequestHandler& handled = handler();
        slow.worker = &typeid(handled);
    }
}

CYCLONE_INLINE void HandlerExecution::run() {
    try {
        RequestHandler& handled = handler();
        handled.clear();
        call_initialize();
        if (!streams_body()) {
            handled.check_body();
        }
        path_arguments_.percent_decode();
        Running running = run_from(0);
        if (detail::is_pending(running)) {
            running_.emplace(finish_after(std::move(*running)));
        } else {
            complete();
        }
    } catch (...) {
        failed(std::current_exception());
    }
}

CYCLONE_INLINE HandlerExecution::Running HandlerExecution::run_from(std::size_t place) {
    if (middleware_ != nullptr) {
        for (; place < middleware_->size(); ++place) {
            const Middleware& middleware = (*middleware_)[place];
            if (!middleware.guard_) {
                return middleware.around_(handler(), Next(*this, place + 1));
            }
            if (!middleware.guard_(handler())) {
                return std::nullopt;
            }
        }
    }
    return run_handler();
}

CYCLONE_INLINE HandlerExecution::Running HandlerExecution::run_handler() {
    handler().check_xsrf();
    if (streams_body() && !body_complete_) {
        return run_streaming();
    }
    Running preparing = call_prepare();
    if (detail::is_pending(preparing)) {
        return run_after(std::move(*preparing));
    }
    return run_method();
}

CYCLONE_INLINE HandlerExecution::Running HandlerExecution::run_method() {
    if (handler().finished()) {
        return std::nullopt;
    }
    // The service knows no other method.
    return call_method(*detail::find_method(exchange_.request.method));
}

CYCLONE_INLINE Deferred<> HandlerExecution::run_after(Deferred<> before) {
    co_await before;
    Running running = run_method();
    if (running) {
        co_await *running;
    }
}

CYCLONE_INLINE Deferred<> HandlerExecution::run_streaming() {
    preparing_ = true;
    std::exception_ptr error;
    try {
        Running preparing = call_prepare();
        if (preparing) {
            co_await *preparing;
        }
    } catch (...) {
        error = std::current_exception();
    }
    preparing_ = false;
    if (prepared_ && !prepared_->called()) {
        prepared_->callback();
    }
    if (error) {
        std::rethrow_exception(error);
    }
    if (!handler().finished() && !body_complete_ && !connection_lost_) {
        body_ended_.emplace();
        auto ended = body_ended_->get_deferred();
        co_await ended;
    }
    if (!body_complete_) {
        // Answered before its end, or lost.
        if (!handler().finished()) {
            handler().abandon();
        }
        co_return;
    }
    Running running = run_method();
    if (running) {
        co_await *running;
    }
}

CYCLONE_INLINE Deferred<> HandlerExecution::finish_after(Deferred<> running) {
    // Declared first, for it may take this object and all else away.
    const http::ExchangePtr keep(exchange_);
    std::exception_ptr error;
    try {
        co_await running;
        note_worker();
        complete();
    } catch (...) {
        error = std::current_exception();
    }
    if (error) {
        note_worker();
        failed(error);
    }
}

CYCLONE_INLINE void HandlerExecution::complete() {
    RequestHandler& handled = handler();
    if (handled.auto_finish_ && !handled.finished()) {
        handled.finish();
    }
}

CYCLONE_INLINE void HandlerExecution::failed(const std::exception_ptr& error) noexcept {
    try {
        RequestHandler& handled = handler();
        const bool cancelled =
            (connection_lost_ || timed_out_) && Failure(error).check<CancelledError>();
        if (cancelled && !handled.finished()) {
            if (timed_out_ && !connection_lost_) {
                handled.send_error(503);
            } else {
                handled.abandon();
            }
        } else if (!cancelled) {
            handled.handle_request_exception(error);
        }
    } catch (...) {
        log::error("an exception could not be answered: " +
                   detail::describe_exception(std::current_exception()));
        exchange_.abort();
    }
}

CYCLONE_INLINE void HandlerExecution::end_body() {
    if (body_ended_ && !body_ended_->called()) {
        body_ended_->callback();
    }
}

CYCLONE_INLINE void HandlerExecution::head_complete() { execute(); }

CYCLONE_INLINE Deferred<> HandlerExecution::body_received(std::string_view chunk) {
    const http::ExchangePtr keep(exchange_);
    note_worker();
    if (preparing_) {
        prepared_.emplace();
        auto prepared = prepared_->get_deferred();
        co_await prepared;
    }
    if (handler().finished() || connection_lost_) {
        co_return;
    }
    std::exception_ptr error;
    try {
        Running running = call_data_received(chunk);
        if (running) {
            co_await *running;
        }
    } catch (...) {
        error = std::current_exception();
    }
    if (error) {
        failed(error);
    }
    if (handler().finished()) {
        end_body();
    }
}

CYCLONE_INLINE void HandlerExecution::request_complete() {
    body_complete_ = true;
    if (executing_) {
        end_body();
    } else {
        execute();
    }
}

CYCLONE_INLINE void HandlerExecution::connection_closed() {
    connection_lost_ = true;
    if (!executing_) {
        return;
    }
    try {
        if (!handler().finished()) {
            handler().on_connection_close();
        }
    } catch (...) {
        log::error("on_connection_close() failed: " +
                   detail::describe_exception(std::current_exception()));
    }
    if (!body_complete_) {
        end_body();
    }
    if (handler().cancel_on_close_ && running_) {
        running_->cancel();
    }
}

CYCLONE_INLINE void HandlerExecution::timed_out() {
    timed_out_ = true;
    if (running_) {
        running_->cancel();
    }
}

CYCLONE_INLINE void HandlerExecution::server_stops() {
    if (executing_ && !handler().finished()) {
        handler().on_server_stop();
    }
}

}  // namespace cyclone::web
