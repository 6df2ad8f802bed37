#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cyclone/bottle/function_factory.hpp>
#include <cyclone/bottle/path_pattern.hpp>
#include <cyclone/reactor/awaitable.hpp>
#include <cyclone/web/handler_delegate.hpp>

namespace cyclone::bottle::detail {

template <class R, class... A>
struct Signature {
    using result = R;
    static constexpr bool takes_request = false;
    using places = web::detail::TypeList<A...>;
};
template <class R, class... A>
struct Signature<R, Request&, A...> {
    using result = R;
    static constexpr bool takes_request = true;
    using places = web::detail::TypeList<A...>;
};

template <class F>
struct SignatureOf;
template <class R, class... A>
struct SignatureOf<R (*)(A...)> {
    using type = Signature<R, A...>;
};
template <class R, class... A>
struct SignatureOf<R (*)(A...) noexcept> {
    using type = Signature<R, A...>;
};
template <class R, class C, class... A>
struct SignatureOf<R (C::*)(A...)> {
    using type = Signature<R, A...>;
};
template <class R, class C, class... A>
struct SignatureOf<R (C::*)(A...) const> {
    using type = Signature<R, A...>;
};
template <class R, class C, class... A>
struct SignatureOf<R (C::*)(A...) noexcept> {
    using type = Signature<R, A...>;
};
template <class R, class C, class... A>
struct SignatureOf<R (C::*)(A...) const noexcept> {
    using type = Signature<R, A...>;
};

/// A function, or an object with one operator() that is no template.
template <class F>
concept HasOneSignature = std::is_pointer_v<F> || requires {
    &F::operator();
};

template <class F>
struct SignatureFinder {
    using type = typename SignatureOf<decltype(&F::operator())>::type;
};
template <class F>
requires std::is_pointer_v<F>
struct SignatureFinder<F> {
    using type = typename SignatureOf<F>::type;
};

/// What can be the body of an answer.
template <class T>
inline constexpr bool is_body =
    std::is_void_v<T> || std::convertible_to<const T&, std::string_view> ||
    std::same_as<T, boost::json::object> || std::same_as<T, boost::json::value>;
template <>
inline constexpr bool is_body<void> = true;

template <class T>
struct LaterResult {
    using type = T;
};
template <class T>
struct LaterResult<Deferred<T>> {
    using type = T;
};
template <class T, class Executor>
struct LaterResult<boost::asio::awaitable<T, Executor>> {
    using type = T;
};

template <class T>
constexpr bool fits(PlaceKind kind) {
    using V = std::remove_cvref_t<T>;
    if (kind == PlaceKind::whole_number) {
        return std::integral<V> && !std::same_as<V, bool>;
    }
    if (kind == PlaceKind::number) {
        return std::floating_point<V>;
    }
    return !std::is_arithmetic_v<V>;
}

template <class... A, std::size_t... I>
constexpr bool all_fit(const PatternShape& shape, web::detail::TypeList<A...>,
                       std::index_sequence<I...>) {
    return (fits<A>(shape.places[I]) && ...);
}

template <class T>
void write_body(Request& request, const T& body) {
    // A function that has redirected or finished has nothing more to say.
    if (request.finished()) {
        return;
    }
    if constexpr (std::convertible_to<const T&, std::string_view>) {
        request.write(std::string_view(body));
    } else {
        request.write(body);
    }
}

template <class T>
Deferred<> write_later(Request& request, Deferred<T> later) {
    if constexpr (std::is_void_v<T>) {
        co_await later;
    } else {
        const T body = co_await later;
        write_body(request, body);
    }
}

template <class R, class F>
std::optional<Deferred<>> answer(Request& request, F call) {
    if constexpr (std::is_void_v<R>) {
        call();
        return std::nullopt;
    } else if constexpr (std::same_as<R, Deferred<>>) {
        return call();
    } else if constexpr (AnyDeferred<R>) {
        return write_later(request, call());
    } else if constexpr (!std::same_as<R, typename LaterResult<R>::type>) {
        return write_later(request, ensure_deferred(call()));
    } else {
        write_body(request, call());
        return std::nullopt;
    }
}

template <class F, class R, bool with_request, class... A, std::size_t... I>
Call make_call(F f, web::detail::TypeList<A...>, std::index_sequence<I...>) {
    return [f = std::move(f)](
               Request& request,
               [[maybe_unused]] const web::PathArguments& arguments) -> std::optional<Deferred<>> {
        std::tuple<web::detail::PathParameter<std::remove_cvref_t<A>>...> places;
        if (!(std::get<I>(places).read(request, arguments, I) && ...)) {
            request.send_error(404);
            return std::nullopt;
        }
        return answer<R>(request, [&]() -> R {
            if constexpr (with_request) {
                return f(request, std::get<I>(places).take()...);
            } else {
                return f(std::get<I>(places).take()...);
            }
        });
    };
}

/// Refuses, while it is compiled, a function that does not fit `pattern`.
template <PathPattern pattern, class F>
Call checked_call(F f) {
    constexpr PatternShape shape = shape_of(pattern);
    static_assert(shape.begins_with_slash, "a route's pattern begins with a slash, as paths do");
    static_assert(shape.brackets_match,
                  "in a route's pattern, each < has its > and a name in between, 12 times at most");
    static_assert(HasOneSignature<F>,
                  "a route's function says what it takes: no auto, and one operator() alone");
    if constexpr (HasOneSignature<F>) {
        using Found = typename SignatureFinder<F>::type;
        using R = typename Found::result;
        constexpr bool same_count = Found::places::size == shape.count;
        static_assert(same_count,
                      "the function has to take a parameter for each < > of its route's pattern, "
                      "and none more, "
                      "behind the bottle::Request& that it may begin with");
        static_assert(is_body<typename LaterResult<R>::type>,
                      "a route's function returns text, a boost::json::object, nothing, or a "
                      "Deferred of these");
        if constexpr (same_count) {
            constexpr auto indices = std::make_index_sequence<Found::places::size>();
            constexpr bool types_fit = all_fit(shape, typename Found::places(), indices);
            static_assert(
                types_fit,
                "a parameter does not fit its place in the route's pattern: <int> is for an "
                "integer, "
                "<float> for a floating point number, <path> and <name> for a std::string");
            if constexpr (types_fit && is_body<typename LaterResult<R>::type>) {
                return make_call<F, R, Found::takes_request>(std::move(f), typename Found::places(),
                                                             indices);
            }
        }
    }
    return nullptr;
}

}  // namespace cyclone::bottle::detail
