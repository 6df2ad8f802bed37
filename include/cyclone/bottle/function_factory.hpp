#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cyclone/web/handler_execution.hpp>
#include <cyclone/web/handler_factory.hpp>
#include <cyclone/web/request_handler.hpp>

namespace cyclone::bottle {

/// The request that a function answers, and how: all that a handler's methods may call, such as
/// get_argument(), set_header(), set_status() and redirect().
class Request final : public web::RequestHandler {};

namespace detail {

/// Calls a function for a request; nothing when it has been answered at once.
using Call = std::function<std::optional<Deferred<>>(Request&, const web::PathArguments&)>;

/// The functions of one pattern, by their methods.
class FunctionFactory final : public web::HandlerFactory {
public:
    explicit FunctionFactory(std::string pattern) : pattern_(std::move(pattern)) {}

    /// Throws std::invalid_argument when there is one for the method.
    void add(web::Method method, std::size_t places, Call call) {
        const auto name = web::detail::method_names[static_cast<std::size_t>(method)];
        if (find_own(method) != nullptr) {
            throw std::invalid_argument("bottle: " + std::string(name) + " " + pattern_ +
                                        " has two functions: the second would never be called");
        }
        shapes_.push_back({method, name, {places, places}});
        calls_.push_back(std::move(call));
    }

    std::unique_ptr<web::HandlerExecution> make(http::Exchange& exchange,
                                                web::Dispatcher& dispatcher) const override;
    std::string handler_name() const override { return "the function for " + pattern_; }
    std::span<const web::MethodShape> methods() const override { return shapes_; }

    /// For the methods that have none. Throws std::invalid_argument when there is one.
    void add_any(Call call) {
        if (any_) {
            throw std::invalid_argument("bottle: " + pattern_ +
                                        " has two functions for any method: the second would "
                                        "never be called");
        }
        any_ = std::move(call);
    }

    const Call* find(web::Method method) const {
        const Call* call = find_own(method);
        if (call == nullptr && method == web::Method::head) {
            // The engine leaves the body out.
            call = find_own(web::Method::get);
        }
        return call == nullptr && any_ ? &any_ : call;
    }

private:
    const Call* find_own(web::Method method) const {
        for (std::size_t i = 0; i < shapes_.size(); ++i) {
            if (shapes_[i].method == method) {
                return &calls_[i];
            }
        }
        return nullptr;
    }

    std::string pattern_;
    Call any_;
    std::vector<web::MethodShape> shapes_;
    std::vector<Call> calls_;
};

class FunctionExecution final : public web::HandlerExecution {
public:
    FunctionExecution(http::Exchange& exchange, web::Dispatcher& dispatcher,
                      const FunctionFactory& factory)
        : HandlerExecution(exchange, dispatcher), factory_(factory) {}

private:
    web::RequestHandler& handler() noexcept override { return request_; }
    void call_initialize() override {}
    Running call_prepare() override { return std::nullopt; }
    Running call_data_received(std::string_view) override { return std::nullopt; }

    Running call_method(web::Method method) override {
        const Call* call = factory_.find(method);
        if (call == nullptr) {
            request_.refuse_method(factory_.methods());
            return std::nullopt;
        }
        return (*call)(request_, path_arguments());
    }

    const FunctionFactory& factory_;
    Request request_;
};

inline std::unique_ptr<web::HandlerExecution> FunctionFactory::make(
    http::Exchange& exchange, web::Dispatcher& dispatcher) const {
    const web::RequestHandler::Birth birth(exchange, dispatcher.application());
    return std::make_unique<FunctionExecution>(exchange, dispatcher, *this);
}

}  // namespace detail

}  // namespace cyclone::bottle
