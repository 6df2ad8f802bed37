#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <cyclone/http/exchange.hpp>
#include <cyclone/web/handler_members.hpp>
#include <cyclone/web/method.hpp>

namespace cyclone::web {

class Dispatcher;
class HandlerExecution;

/// A method of a handler class: how many groups it takes.
struct MethodShape {
    Method method;
    /// As it is written in C++: "del".
    std::string_view name;
    detail::Arity arity;
};

/// Makes the handlers of one route. Shared by all threads.
class HandlerFactory {
public:
    virtual ~HandlerFactory() = default;

    virtual std::unique_ptr<HandlerExecution> make(http::Exchange& exchange,
                                                   Dispatcher& dispatcher) const = 0;
    /// The name of the handler's class, without its namespaces.
    virtual std::string handler_name() const = 0;
    virtual std::span<const MethodShape> methods() const = 0;
};

namespace detail {

/// "UserController" for the mangled name of ns::UserController.
std::string short_type_name(const char* mangled);

}  // namespace detail

}  // namespace cyclone::web
