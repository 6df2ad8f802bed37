#pragma once

#include <concepts>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include <cyclone/defer.hpp>

namespace cyclone::web {

class HandlerExecution;
class RequestHandler;

/// What a middleware is around: the rest of the middleware and, innermost, the handler's prepare()
/// and method.
class Next {
public:
    /// Runs it. Once; fails with what the handler throws. The response is not finished by that, so
    /// headers may still be set afterwards, unless the handler has flushed.
    Deferred<> operator()() const;

private:
    friend class HandlerExecution;
    Next(HandlerExecution& execution, std::size_t place) : execution_(&execution), place_(place) {}

    HandlerExecution* execution_;
    std::size_t place_;
};

/// A plain function around a handler, for what many handlers share.
///
///     // A guard: false when it has answered instead.
///     bool only_from_here(web::RequestHandler& handler);
///
///     Deferred<> timed(web::RequestHandler& handler, web::Next next) {
///         auto running = next();
///         co_await running;
///         handler.set_header("X-Seen", "yes");
///     }
class Middleware {
public:
    template <class F>
    requires std::is_invocable_r_v<bool, const F&, RequestHandler&> Middleware(F guard)
        : guard_(std::move(guard)) {}
    template <class F>
    requires std::is_invocable_r_v < Deferred<>,
    const F&, RequestHandler&, Next > Middleware(F around) : around_(std::move(around)) {}

private:
    friend class HandlerExecution;
    std::function<bool(RequestHandler&)> guard_;
    std::function<Deferred<>(RequestHandler&, Next)> around_;
};

}  // namespace cyclone::web
