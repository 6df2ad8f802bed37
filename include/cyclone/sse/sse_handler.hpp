#pragma once

#include <chrono>
#include <concepts>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/json/object.hpp>

#include <cyclone/defer.hpp>
#include <cyclone/reactor.hpp>
#include <cyclone/sse/event.hpp>
#include <cyclone/web/handler_members.hpp>
#include <cyclone/web/request_handler.hpp>

namespace cyclone::sse {

/// What send_event() gives. To be awaited, or dropped: the event is on its way in either case.
///
/// Awaited, it fires when the system has taken the event and all before it, at once when the client
/// is gone.
class PendingEvent {
public:
    explicit PendingEvent(http::ExchangePtr exchange) : exchange_(std::move(exchange)) {}
    operator Deferred<>() && { return drained(std::move(exchange_)); }

private:
    // The exchange is kept until then.
    static Deferred<> drained(http::ExchangePtr exchange) {
        auto draining = exchange->drained();
        co_await draining;
    }

    http::ExchangePtr exchange_;
};

namespace detail {
template <class H>
struct StreamFor;
template <class H, class Parameters>
class Stream;
}  // namespace detail

/// Sends Server-Sent Events to a browser's EventSource: the base of handlers for them. As
/// cyclone.sse.SSEHandler.
///
///     struct Clock : sse::SSEHandler {
///         void bind() { ticker.start(1s).detach(); }
///         void unbind() override { ticker.stop(); }
///         task::LoopingCall ticker{[this] { send_event(time_of_day()); }};
///     };
///     web::Application application({web::url<Clock>("/clock")});
///
/// bind(groups of the pattern...), which is found on the class, is called when a client is there;
/// it may return void or Deferred<>, which is cancelled when the client goes or the server stops,
/// where cancel_on_connection_close() was called. The handler lives until unbind() has been called
/// and bind() has ended.
class SSEHandler : public web::RequestHandler {
public:
    /// For web::url(): adds what answers the request to the class H.
    template <class H>
    using Registered = typename detail::StreamFor<H>::type;

    ~SSEHandler() override;

    /// Sends an event; see format_event(). Harmless when the client is gone. A client that more
    /// bytes than the setting max_pending_output wait for, because it doesn't take them, is cut
    /// off.
    ///
    ///     send_event("42", {.event = "price", .id = "7"});
    PendingEvent send_event(std::string_view data, const EventFields& fields = {});
    /// With JSON as data.
    PendingEvent send_event(const boost::json::object& data, const EventFields& fields = {});
    /// What format_event() has made, once for many clients.
    PendingEvent send_formatted(std::string_view event);
    /// A line that the browser does not show to the page.
    PendingEvent send_comment(std::string_view text);

    /// What the client has seen before it lost the connection: the id of an event, or empty.
    std::string_view last_event_id() const;
    /// Whether the client is there.
    bool is_bound() const { return bound_; }

    /// The client is gone, the server stops, or the response was finished. Called once, after
    /// bind(). Never comes while a send_event() of this handler is being called: who sends to all
    /// in a list finds the list as it was.
    virtual void unbind() {}
    /// How often a comment is sent, so that nothing between here and the browser takes the
    /// connection for dead; 0: never.
    virtual std::chrono::nanoseconds keep_alive_interval() const {
        return std::chrono::seconds(15);
    }

    void on_connection_close() override;
    void on_finish() override;
    /// Ends the stream: the browser connects again, to whoever serves then.
    void on_server_stop() override;

private:
    template <class H, class Parameters>
    friend class detail::Stream;

    /// Whether the client is there. Otherwise the request has been answered.
    bool begin();
    void bound(std::optional<Deferred<>> binding);
    void bind_failed(const std::exception_ptr& error);
    static Deferred<> wait_for(SSEHandler& self, Deferred<> binding);
    void end();
    void cancel_bind();
    bool takes_output();
    void schedule_keep_alive();

    reactor::Reactor* reactor_ = nullptr;
    reactor::DelayedCall keep_alive_;
    /// What waits for bind().
    std::optional<Deferred<>> binding_;
    bool bound_ = false;
    bool sending_ = false;
};

namespace detail {

/// The class that is made for a route to H: sends the head, and calls bind() with the groups of the
/// pattern.
template <class H, class... A>
class Stream<H, web::detail::TypeList<A...>> final : public H {
public:
    using RegisteredFor = H;

    void get(A... groups) {
        SSEHandler& handler = *this;
        if (!handler.begin()) {
            return;
        }
        using R = decltype(std::declval<H&>().bind(std::forward<A>(groups)...));
        static_assert(std::is_void_v<R> || std::convertible_to<R, Deferred<>>,
                      "bind() of an SSEHandler returns void or cyclone::Deferred<>");
        try {
            if constexpr (std::is_void_v<R>) {
                H::bind(std::forward<A>(groups)...);
                handler.bound(std::nullopt);
            } else {
                handler.bound(Deferred<>(H::bind(std::forward<A>(groups)...)));
            }
        } catch (...) {
            handler.bind_failed(std::current_exception());
        }
    }
};

template <class H>
struct StreamFor {
    static_assert(web::detail::bind_member::is_public<H>,
                  "this SSEHandler has no bind() in public, or has it twice: is it a class that "
                  "should be a struct?");
};
template <class H>
requires(web::detail::bind_member::is_public<H>) struct StreamFor<H> {
    using type =
        Stream<H, typename web::detail::member_function_t<web::detail::bind_member, H>::parameters>;
};

}  // namespace detail

}  // namespace cyclone::sse

namespace cyclone::detail {

template <>
struct AwaitAdapter<sse::PendingEvent> {
    static Deferred<> to_deferred(sse::PendingEvent event) { return event; }
};

}  // namespace cyclone::detail

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/sse_sse_handler.ipp>
#endif
