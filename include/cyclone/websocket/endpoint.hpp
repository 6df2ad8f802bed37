#pragma once

#include <concepts>
#include <cstddef>
#include <exception>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include <cyclone/websocket/websocket_handler.hpp>

namespace cyclone::websocket::detail {

// A class has one of these where it can be called with exactly this: conversions among them don't
// exist.
template <class H>
concept TakesText = requires(H& handler, std::string_view text) {
    handler.on_message(text);
};
template <class H>
concept TakesBytes = requires(H& handler, std::span<const std::byte> bytes) {
    handler.on_message(bytes);
};
template <class H>
concept TakesMessage = requires(H& handler, MessageView message) {
    handler.on_message(message);
};

/// What open() and on_message() may return.
template <class R>
concept Awaited = std::convertible_to<R, Deferred<>>;

/// Calls `f`, and gives what is left to wait for.
template <class F>
std::optional<Deferred<>> call_hook(F f) {
    using R = std::invoke_result_t<F&>;
    static_assert(
        std::is_void_v<R> || Awaited<R>,
        "open() and on_message() of a WebSocketHandler return void or cyclone::Deferred<>");
    if constexpr (Awaited<R>) {
        return Deferred<>(f());
    } else {
        f();
        return std::nullopt;
    }
}

template <class H, class A>
constexpr bool message_hook_awaits() {
    return Awaited<decltype(std::declval<H&>().on_message(std::declval<A>()))>;
}

/// Whether one of the on_message() of H may go on after it has returned.
template <class H>
constexpr bool awaits_messages() {
    bool awaits = false;
    if constexpr (TakesMessage<H>) {
        awaits |= message_hook_awaits<H, MessageView>();
    }
    if constexpr (TakesText<H>) {
        awaits |= message_hook_awaits<H, std::string_view>();
    }
    if constexpr (TakesBytes<H>) {
        awaits |= message_hook_awaits<H, std::span<const std::byte>>();
    }
    return awaits;
}

/// What EndpointFor and Endpoint have in common: hands messages to the H's own on_message().
template <class H>
class MessageReceiver : public H {
    std::optional<Deferred<>> deliver(MessageView message) final {
        H& handler = *this;
        if constexpr (TakesMessage<H>) {
            return call_hook([&] { return handler.on_message(message); });
        } else {
            if constexpr (TakesText<H>) {
                if (!message.binary) {
                    return call_hook([&] { return handler.on_message(message.data); });
                }
            }
            if constexpr (TakesBytes<H>) {
                if (message.binary) {
                    return call_hook([&] { return handler.on_message(message.bytes()); });
                }
            }
            WebSocketHandler::close(close_code::unsupported_data,
                                    message.binary ? "binary messages are not taken here"
                                                   : "text messages are not taken here");
            return std::nullopt;
        }
    }
};

/// The class that is made for a route to H: answers the handshake, and calls open() with the groups
/// of the pattern.
template <class H, class... A>
class Endpoint<H, web::detail::TypeList<A...>> final : public MessageReceiver<H> {
public:
    using RegisteredFor = H;

    void get(A... groups) {
        WebSocketHandler& handler = *this;
        if (handler.accept(awaits_messages<H>())) {
            try {
                handler.opened(call_hook([&] { return H::open(std::forward<A>(groups)...); }));
            } catch (...) {
                handler.open_failed(std::current_exception());
            }
        }
    }
};

/// For a class without open(): whatever the pattern catches.
template <class H>
class Endpoint<H, void> final : public MessageReceiver<H> {
public:
    using RegisteredFor = H;

    void get(const web::PathArguments&) {
        WebSocketHandler& handler = *this;
        if (handler.accept(awaits_messages<H>())) {
            handler.opened(std::nullopt);
        }
    }
};

/// What open() takes; void where there is none.
template <class H>
struct OpenParameters {
    using type = void;
};
template <class H>
requires(web::detail::open_member::is_public<H>) struct OpenParameters<H> {
    using type = typename web::detail::member_function_t<web::detail::open_member, H>::parameters;
};

template <class H>
struct EndpointFor {
    using Open = web::detail::open_member;
    static_assert(TakesText<H> || TakesBytes<H> || TakesMessage<H>,
                  "this WebSocketHandler has no on_message(std::string_view), "
                  "on_message(std::span<const std::byte>) or on_message(websocket::MessageView) in "
                  "public: is it a class that should be a struct?");
    static_assert(Open::template is_public<H> || !Open::template exists<H>(),
                  "open() of this WebSocketHandler is not public, or there are several of its "
                  "name: is it a class that should be a struct?");

    using type = Endpoint<H, typename OpenParameters<H>::type>;
};

}  // namespace cyclone::websocket::detail
