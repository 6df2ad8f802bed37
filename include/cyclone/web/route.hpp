#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <cyclone/web/handler_delegate.hpp>
#include <cyclone/web/middleware.hpp>

namespace cyclone::web {

/// A pattern and what answers the paths that fit it. Made by url(). As tornado.web.URLSpec.
class Route {
public:
    Route(std::string pattern, std::shared_ptr<const HandlerFactory> handler)
        : pattern_(std::move(pattern)), handler_(std::move(handler)) {}
    Route(std::string pattern, std::vector<Route> routes)
        : pattern_(std::move(pattern)), routes_(std::move(routes)) {}

    /// Gives it a name for reverse_url().
    Route named(std::string name) && {
        name_ = std::move(name);
        return std::move(*this);
    }
    /// Puts `middleware` around its handlers, inside of what was given before.
    Route wrap(Middleware middleware) && {
        middleware_.push_back(std::move(middleware));
        return std::move(*this);
    }

    const std::string& pattern() const { return pattern_; }
    const std::string& name() const { return name_; }
    /// Null for one that has routes of its own.
    const std::shared_ptr<const HandlerFactory>& handler() const { return handler_; }
    const std::vector<Route>& routes() const { return routes_; }
    const std::vector<Middleware>& middleware() const { return middleware_; }

private:
    std::string pattern_;
    std::string name_;
    std::shared_ptr<const HandlerFactory> handler_;
    std::vector<Route> routes_;
    std::vector<Middleware> middleware_;
};

namespace detail {

template <class Parameters>
struct OnlyParameter {};
template <class A>
requires(!std::is_lvalue_reference_v<A> ||
         std::is_const_v<std::remove_reference_t<A>>) struct OnlyParameter<TypeList<A>> {
    using type = std::remove_cvref_t<A>;
};

/// What H::initialize() takes, when that is one value.
template <class H>
requires(initialize_member::is_public<H>) using initialize_parameter_t =
    typename OnlyParameter<typename member_function_t<initialize_member, H>::parameters>::type;

template <class H, class... A>
concept TakenAsOneValue = sizeof...(A) == 1 &&
                          (std::convertible_to<A, initialize_parameter_t<H>> && ...);

template <class H, class... A>
constexpr bool can_initialize() {
    return requires(H & handler, const A&... arguments) { handler.initialize(arguments...); }
    || (sizeof...(A) == 0 && !initialize_member::exists<H>());
}

/// Whether only a missing std::ref() is in the way.
template <class H, class... A>
constexpr bool initializes_by_reference() {
    return requires(H & handler, A & ... arguments) { handler.initialize(arguments...); };
}

/// What is made for a route to H: H, or what H::Registered<H> adds to it, as a WebSocketHandler
/// needs it.
template <class H>
struct RegisteredAs {
    using type = H;
};
template <class H>
requires requires { typename H::template Registered<H>; }
struct RegisteredAs<H> {
    using type = typename H::template Registered<H>;
};

}  // namespace detail

/// Makes handlers of class H, each initialized with copies of `arguments`; pass std::ref() for what
/// is not to be copied and lives longer than the application.
template <class H, class... A>
std::shared_ptr<const HandlerFactory> handler(A&&... arguments) {
    constexpr bool derived = std::derived_from<H, RequestHandler>;
    static_assert(derived,
                  "a handler is a class that derives publicly from cyclone::web::RequestHandler");
    if constexpr (derived) {
        using Made = typename detail::RegisteredAs<H>::type;
        constexpr bool visible = !detail::has_hidden_method<H>();
        static_assert(
            visible,
            "a method of this handler (get, head, post, del, patch, put or options) is not "
            "public, or there are several of its name: is it a class that should be a struct? Data "
            "that is not public needs another name.");
        constexpr bool answers =
            !visible || detail::has_public_method<Made>() || detail::prepare_member::is_public<H>;
        static_assert(
            answers,
            "this handler has none of get, head, post, del, patch, put and options in public, nor "
            "any() for all of them");
        constexpr bool returns = detail::all_return_well<Made>();
        static_assert(returns,
                      "a handler's method or hook returns void, cyclone::Deferred<> or "
                      "boost::asio::awaitable<void>");
        constexpr bool reads = detail::all_read_groups<Made>();
        static_assert(reads,
                      "no group of a path can be what this handler's method takes: give "
                      "cyclone::web::FromText a specialisation for it");
        constexpr bool keeps = detail::all_keep_groups<Made>();
        static_assert(
            keeps,
            "what a handler's coroutine takes by reference is gone at its first co_await: take "
            "the groups of the path by value");
        constexpr bool has_initialize = detail::initialize_member::exists<H>();
        constexpr bool initializes = detail::can_initialize<H, std::decay_t<A>...>();
        constexpr bool wants_reference =
            !initializes && detail::initializes_by_reference<H, std::decay_t<A>...>();
        static_assert(
            !wants_reference,
            "each handler is initialized with what stands behind the pattern, which does not "
            "change: take it by value or const reference, or pass std::ref() for what initialize() "
            "takes by reference");
        static_assert(
            initializes || has_initialize,
            "there are arguments behind the pattern, but this handler has no initialize() to take "
            "them");
        static_assert(initializes || !has_initialize || wants_reference,
                      "what stands behind the pattern does not fit this handler's initialize(), or "
                      "that is not "
                      "public");
        if constexpr (visible && answers && returns && reads && keeps && initializes) {
            return std::make_shared<const detail::BoundFactory<Made, std::decay_t<A>...>>(
                std::forward<A>(arguments)...);
        }
    }
    return nullptr;
}

/// A route to handlers of class H: `pattern` is a regular expression that has to fit the whole
/// path, and its groups are the parameters of H's methods. `arguments` go to H::initialize(). See
/// RoutePattern and handler().
///
///     web::url<UserController>(R"(/user/(\d+)/(\w+))", database)  // get(int id, std::string name)
template <class H, class... A>
requires(!detail::TakenAsOneValue<H, A...>) Route url(std::string pattern, A&&... arguments) {
    return {std::move(pattern), handler<H>(std::forward<A>(arguments)...)};
}

/// The same where H::initialize() takes one value, so that it can be written in braces:
///
///     web::url<web::StaticFileHandler>("/(.*)", {.path = "www", .default_filename = "index.html"})
template <class H>
Route url(std::string pattern, detail::initialize_parameter_t<H> argument) {
    return {std::move(pattern), handler<H>(std::move(argument))};
}

/// Routes of their own behind a pattern, whose groups catch nothing; they see the whole path. Where
/// none of them fits, the search goes on behind it.
inline Route url(std::string pattern, std::vector<Route> routes) {
    return {std::move(pattern), std::move(routes)};
}

}  // namespace cyclone::web
