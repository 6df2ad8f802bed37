#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>

#include <boost/asio/awaitable.hpp>

#include <cyclone/defer.hpp>
#include <cyclone/web/from_text.hpp>
#include <cyclone/web/path_arguments.hpp>

namespace cyclone::web::detail {

/// Whether M points to a function, and not to data that has the name of one by chance.
template <class M>
inline constexpr bool points_to_function =
    std::is_member_function_pointer_v<M> || std::is_function_v<std::remove_pointer_t<M>>;

// For each name: whether H has a public, single function of that name, and whether it has any at
// all. The latter is seen by deriving from H and from a class that has one: the name is then
// ambiguous. Public data and types of that name are nothing.
#define CYCLONE_HANDLER_MEMBER(NAME)                                                     \
    struct NAME##_member {                                                               \
        static constexpr std::string_view name = #NAME;                                  \
        struct Named {                                                                   \
            int NAME;                                                                    \
        };                                                                               \
        template <class H>                                                               \
        struct Both : H, Named {};                                                       \
        template <class H>                                                               \
        static constexpr bool is_named = requires {                                      \
            &H::NAME;                                                                    \
        };                                                                               \
        template <class H>                                                               \
        static constexpr bool is_public = [] {                                           \
            if constexpr (is_named<H>) {                                                 \
                return points_to_function<decltype(&H::NAME)>;                           \
            } else {                                                                     \
                return false;                                                            \
            }                                                                            \
        }();                                                                             \
        template <class H>                                                               \
        static constexpr bool exists() {                                                 \
            if constexpr (is_named<H>) {                                                 \
                return is_public<H>;                                                     \
            } else if constexpr (std::is_final_v<H> || requires { typename H::NAME; }) { \
                return false;                                                            \
            } else {                                                                     \
                return !requires { &Both<H>::NAME; };                                    \
            }                                                                            \
        }                                                                                \
        template <class H>                                                               \
        static constexpr auto pointer() {                                                \
            return &H::NAME;                                                             \
        }                                                                                \
    }

CYCLONE_HANDLER_MEMBER(get);
CYCLONE_HANDLER_MEMBER(head);
CYCLONE_HANDLER_MEMBER(post);
CYCLONE_HANDLER_MEMBER(del);
CYCLONE_HANDLER_MEMBER(patch);
CYCLONE_HANDLER_MEMBER(put);
CYCLONE_HANDLER_MEMBER(options);
CYCLONE_HANDLER_MEMBER(any);
CYCLONE_HANDLER_MEMBER(prepare);
CYCLONE_HANDLER_MEMBER(data_received);
CYCLONE_HANDLER_MEMBER(initialize);
// Of websocket::WebSocketHandler and sse::SSEHandler.
CYCLONE_HANDLER_MEMBER(open);
CYCLONE_HANDLER_MEMBER(bind);

#undef CYCLONE_HANDLER_MEMBER

/// In the order of web::Method.
using MethodMembers = std::tuple<get_member, head_member, post_member, del_member, patch_member,
                                 put_member, options_member>;
/// With the one that stands in for those that a class does not have.
using AnsweringMembers = std::tuple<get_member, head_member, post_member, del_member, patch_member,
                                    put_member, options_member, any_member>;

template <class... T>
struct TypeList {
    static constexpr std::size_t size = sizeof...(T);
    template <template <class...> class To>
    using into = To<T...>;
};

template <class F>
struct MemberFunction;
template <class R, class C, class... A>
struct MemberFunction<R (C::*)(A...)> {
    using result = R;
    using parameters = TypeList<A...>;
};
template <class R, class C, class... A>
struct MemberFunction<R (C::*)(A...) const> : MemberFunction<R (C::*)(A...)> {};
template <class R, class C, class... A>
struct MemberFunction<R (C::*)(A...) noexcept> : MemberFunction<R (C::*)(A...)> {};
template <class R, class C, class... A>
struct MemberFunction<R (C::*)(A...) const noexcept> : MemberFunction<R (C::*)(A...)> {};

template <class M, class H>
using member_function_t = MemberFunction<decltype(M::template pointer<H>())>;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_void_awaitable = false;
template <class Executor>
inline constexpr bool is_void_awaitable<boost::asio::awaitable<void, Executor>> = true;

/// What a handler's method or hook may return.
template <class R>
inline constexpr bool is_handler_result =
    std::is_void_v<R> || std::is_same_v<R, Deferred<>> || is_void_awaitable<R>;

/// Whether M, which is a public member of H or none, returns what it may.
template <class H, class M>
constexpr bool returns_well() {
    if constexpr (M::template is_public<H>) {
        return is_handler_result<typename member_function_t<M, H>::result>;
    } else {
        return true;
    }
}
template <class H>
constexpr bool all_return_well() {
    return std::apply([](auto... m) { return (returns_well<H, decltype(m)>() && ...); },
                      AnsweringMembers()) &&
           returns_well<H, prepare_member>() && returns_well<H, data_received_member>();
}

template <class T>
struct GroupType {
    using type = T;
};
template <class T>
struct GroupType<std::optional<T>> : GroupType<T> {};

template <class Parameters>
struct GroupParameters;
template <class... A>
struct GroupParameters<TypeList<A...>> {
    static constexpr bool references = (std::is_reference_v<A> || ...);
    static constexpr bool readable =
        ((std::is_same_v<typename GroupType<std::remove_cvref_t<A>>::type, std::string_view> ||
          ReadFromText<typename GroupType<std::remove_cvref_t<A>>::type>)&&...);
};
template <>
struct GroupParameters<TypeList<const PathArguments&>> {
    static constexpr bool references = false;
    static constexpr bool readable = true;
};

/// Whether each parameter of M can be made of a group.
template <class H, class M>
constexpr bool reads_groups() {
    if constexpr (M::template is_public<H>) {
        return GroupParameters<typename member_function_t<M, H>::parameters>::readable;
    } else {
        return true;
    }
}
template <class H>
constexpr bool all_read_groups() {
    return std::apply([](auto... m) { return (reads_groups<H, decltype(m)>() && ...); },
                      AnsweringMembers());
}

/// Whether M is no coroutine that takes a group by reference.
template <class H, class M>
constexpr bool keeps_groups() {
    if constexpr (M::template is_public<H>) {
        using Function = member_function_t<M, H>;
        return std::is_void_v<typename Function::result> ||
               !GroupParameters<typename Function::parameters>::references;
    } else {
        return true;
    }
}
template <class H>
constexpr bool all_keep_groups() {
    return std::apply([](auto... m) { return (keeps_groups<H, decltype(m)>() && ...); },
                      AnsweringMembers());
}

/// How many groups a method's parameters can take.
struct Arity {
    std::size_t least;
    std::size_t most;
};

template <class Parameters>
struct ArityOf;
template <class... A>
struct ArityOf<TypeList<A...>> {
    static constexpr Arity value() {
        constexpr std::size_t count = sizeof...(A);
        // With one more, for the standard has no arrays of nothing.
        constexpr bool may_be_absent[] = {is_optional<std::remove_cvref_t<A>>..., false};
        std::size_t least = count;
        while (least > 0 && may_be_absent[least - 1]) {
            --least;
        }
        return {least, count};
    }
};
template <>
struct ArityOf<TypeList<const PathArguments&>> {
    static constexpr Arity value() { return {0, PathArguments::capacity}; }
};

template <class H>
constexpr bool has_public_method() {
    return std::apply([](auto... m) { return (decltype(m)::template is_public<H> || ...); },
                      AnsweringMembers());
}

/// Whether a method exists that is private, or more than one of its name.
template <class H>
constexpr bool has_hidden_method() {
    return std::apply(
        [](auto... m) {
            return ((decltype(m)::template exists<H>() && !decltype(m)::template is_public<H>) ||
                    ...);
        },
        MethodMembers());
}

}  // namespace cyclone::web::detail
