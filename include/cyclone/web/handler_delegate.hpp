#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include <cyclone/escape/utf8.hpp>
#include <cyclone/reactor/awaitable.hpp>
#include <cyclone/web/from_text.hpp>
#include <cyclone/web/handler_execution.hpp>
#include <cyclone/web/handler_factory.hpp>
#include <cyclone/web/request_handler.hpp>

namespace cyclone::web::detail {

/// One parameter of a method, on its way from the path.
template <class T>
struct PathParameter {
    std::optional<T> value;
    bool read(RequestHandler& handler, const PathArguments& arguments, std::size_t index) {
        if constexpr (std::is_same_v<T, std::string>) {
            value = handler.decode_argument(arguments[index]);
        } else {
            value = FromText<T>::parse(arguments[index]);
        }
        return value.has_value();
    }
    T take() { return std::move(*value); }
};
template <>
struct PathParameter<std::string_view> {
    std::string_view value;
    bool read(RequestHandler&, const PathArguments& arguments, std::size_t index) {
        value = arguments[index];
        if (!escape::is_valid_utf8(value)) {
            throw HTTPError(400, "Invalid unicode in url");
        }
        return true;
    }
    std::string_view take() const { return value; }
};
/// Nothing for a group that took no part in the match, and for one that the pattern does not have.
template <class T>
struct PathParameter<std::optional<T>> {
    std::optional<PathParameter<T>> inner;
    bool read(RequestHandler& handler, const PathArguments& arguments, std::size_t index) {
        if (index >= arguments.size() || !arguments.contains(index)) {
            return true;
        }
        return inner.emplace().read(handler, arguments, index);
    }
    std::optional<T> take() { return inner ? std::optional<T>(inner->take()) : std::nullopt; }
};

/// A handler of class H and what runs it, in one object.
template <class H, class Factory>
class HandlerDelegate final : public HandlerExecution {
public:
    HandlerDelegate(http::Exchange& exchange, Dispatcher& dispatcher, const Factory& factory)
        : HandlerExecution(exchange, dispatcher), factory_(factory) {}

    bool streams_body() const override { return data_received_member::is_public<H>; }

private:
    RequestHandler& handler() noexcept override { return handler_; }
    void call_initialize() override { factory_.initialize(handler_); }

    Running call_prepare() override {
        if constexpr (prepare_member::is_public<H>) {
            return call<prepare_member>(TypeList<>());
        } else {
            return std::nullopt;
        }
    }

    Running call_data_received([[maybe_unused]] std::string_view chunk) override {
        if constexpr (data_received_member::is_public<H>) {
            using Result = typename member_function_t<data_received_member, H>::result;
            return settle<Result>([&]() -> Result { return handler_.data_received(chunk); });
        } else {
            return std::nullopt;
        }
    }

    Running call_method(Method method) override {
        switch (method) {
            case Method::get:
                return call_or_refuse<get_member>();
            case Method::head:
                // HEAD is answered where GET is; the engine leaves the body out.
                if constexpr (head_member::is_public<H>) {
                    return call_or_refuse<head_member>();
                } else {
                    return call_or_refuse<get_member>();
                }
            case Method::post:
                return call_or_refuse<post_member>();
            case Method::del:
                return call_or_refuse<del_member>();
            case Method::patch:
                return call_or_refuse<patch_member>();
            case Method::put:
                return call_or_refuse<put_member>();
            case Method::options:
                return call_or_refuse<options_member>();
        }
        return std::nullopt;
    }

    template <class M>
    Running call_or_refuse() {
        if constexpr (M::template is_public<H>) {
            return call<M>(typename member_function_t<M, H>::parameters());
        } else if constexpr (any_member::is_public<H>) {
            return call<any_member>(typename member_function_t<any_member, H>::parameters());
        } else {
            handler_.refuse_method(factory_.methods());
            return std::nullopt;
        }
    }

    template <class M, class... A>
    Running call(TypeList<A...>) {
        using Result = typename member_function_t<M, H>::result;
        return call_with<M, Result>(std::tuple<PathParameter<std::remove_cvref_t<A>>...>(),
                                    std::index_sequence_for<A...>());
    }
    template <class M>
    Running call(TypeList<const PathArguments&>) {
        using Result = typename member_function_t<M, H>::result;
        return settle<Result>(
            [&]() -> Result { return (handler_.*M::template pointer<H>())(path_arguments()); });
    }

    template <class M, class Result, class Parameters, std::size_t... I>
    Running call_with([[maybe_unused]] Parameters parameters, std::index_sequence<I...>) {
        if (!(std::get<I>(parameters).read(handler_, path_arguments(), I) && ...)) {
            handler_.send_error(404);
            return std::nullopt;
        }
        return settle<Result>([&]() -> Result {
            return (handler_.*M::template pointer<H>())(std::get<I>(parameters).take()...);
        });
    }

    template <class Result, class F>
    static Running settle(F call) {
        if constexpr (std::is_void_v<Result>) {
            call();
            return std::nullopt;
        } else if constexpr (AnyDeferred<Result>) {
            return call();
        } else {
            return ensure_deferred(call());
        }
    }

    const Factory& factory_;
    H handler_;
};

/// Makes handlers of class H and initializes each with the same arguments.
template <class H, class... A>
class BoundFactory final : public HandlerFactory {
public:
    explicit BoundFactory(A... arguments) : arguments_(std::move(arguments)...) {}

    std::unique_ptr<HandlerExecution> make(http::Exchange& exchange,
                                           Dispatcher& dispatcher) const override {
        const RequestHandler::Birth birth(exchange, dispatcher.application());
        return std::make_unique<HandlerDelegate<H, BoundFactory>>(exchange, dispatcher, *this);
    }
    std::string handler_name() const override {
        if constexpr (requires { typename H::RegisteredFor; }) {
            return short_type_name(typeid(typename H::RegisteredFor).name());
        } else {
            return short_type_name(typeid(H).name());
        }
    }
    std::span<const MethodShape> methods() const override {
        return {method_shapes.all.data(), method_shapes.count};
    }

    void initialize(H& handler) const {
        std::apply(
            [&handler](const A&... arguments) {
                static_cast<void>(handler);
                if constexpr (requires { handler.initialize(arguments...); }) {
                    handler.initialize(arguments...);
                }
            },
            arguments_);
    }

private:
    struct Shapes {
        std::array<MethodShape, 7> all{};
        std::size_t count = 0;
    };

    template <class M>
    static constexpr void add_shape(Shapes& shapes, Method method) {
        if constexpr (M::template is_public<H>) {
            using Parameters = typename member_function_t<M, H>::parameters;
            shapes.all[shapes.count++] = {method, M::name, ArityOf<Parameters>::value()};
        } else if constexpr (any_member::is_public<H>) {
            using Parameters = typename member_function_t<any_member, H>::parameters;
            shapes.all[shapes.count++] = {method, any_member::name, ArityOf<Parameters>::value()};
        }
    }
    static constexpr Shapes make_shapes() {
        Shapes shapes;
        unsigned place = 0;
        std::apply(
            [&](auto... m) { (add_shape<decltype(m)>(shapes, static_cast<Method>(place++)), ...); },
            MethodMembers());
        return shapes;
    }

    static constexpr Shapes method_shapes = make_shapes();
    std::tuple<A...> arguments_;
};

}  // namespace cyclone::web::detail
