#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace cyclone::detail {

template <class Signature>
class UniqueFunction;

/// std::move_only_function, which comes with C++23: a callable that need not be copyable.
template <class R, class... A>
class UniqueFunction<R(A...)> {
public:
    UniqueFunction() = default;
    UniqueFunction(std::nullptr_t) {}
    template <class F>
        requires(!std::same_as<std::remove_cvref_t<F>, UniqueFunction> &&
                 std::is_invocable_r_v<R, F&, A...>)
    UniqueFunction(F f) : target_(std::make_unique<Target<F>>(std::move(f))) {}

    explicit operator bool() const { return target_ != nullptr; }
    R operator()(A... arguments) { return target_->call(std::forward<A>(arguments)...); }

private:
    struct Callable {
        virtual ~Callable() = default;
        virtual R call(A... arguments) = 0;
    };
    template <class F>
    struct Target final : Callable {
        explicit Target(F callable) : f(std::move(callable)) {}
        R call(A... arguments) override {
            if constexpr (std::is_void_v<R>) {
                f(std::forward<A>(arguments)...);
            } else {
                return f(std::forward<A>(arguments)...);
            }
        }
        F f;
    };
    std::unique_ptr<Callable> target_;
};

}  // namespace cyclone::detail
