#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <cyclone/redis/error.hpp>

namespace cyclone::redis {

/// What Redis answers: nil, a status, an error, an integer, a (binary) string or an array of
/// replies.
class Reply {
public:
    enum class Type : std::uint8_t { nil, status, error, integer, string, array };

    /// Nil.
    Reply() = default;

    static Reply status(std::string text) { return Reply(Type::status, std::move(text)); }
    static Reply error(std::string text) { return Reply(Type::error, std::move(text)); }
    static Reply string(std::string text) { return Reply(Type::string, std::move(text)); }
    static Reply integer(std::int64_t value) { return Reply(Type::integer, value); }
    static Reply array(std::vector<Reply> elements) {
        return Reply(Type::array, std::move(elements));
    }

    Type type() const noexcept { return type_; }
    bool is_nil() const noexcept { return type_ == Type::nil; }
    bool is_error() const noexcept { return type_ == Type::error; }
    bool is_integer() const noexcept { return type_ == Type::integer; }
    bool is_array() const noexcept { return type_ == Type::array; }
    /// True for a string, a status and an error.
    bool is_text() const noexcept { return std::holds_alternative<std::string>(value_); }

    /// The bytes of a string, a status or an error; throws std::bad_variant_access for another
    /// type.
    const std::string& text() const& { return std::get<std::string>(value_); }
    std::string& text() & { return std::get<std::string>(value_); }
    std::string&& text() && { return std::get<std::string>(std::move(value_)); }
    /// Throws std::bad_variant_access unless is_integer().
    std::int64_t integer() const { return std::get<std::int64_t>(value_); }
    /// Throws std::bad_variant_access unless is_array().
    const std::vector<Reply>& elements() const& { return std::get<std::vector<Reply>>(value_); }
    std::vector<Reply>& elements() & { return std::get<std::vector<Reply>>(value_); }
    std::vector<Reply>&& elements() && { return std::get<std::vector<Reply>>(std::move(value_)); }

    /// Converts into a T; see <cyclone/redis/convert.hpp> for the types and the rules.
    ///
    /// Throws ResponseError for an error, TypeError for what is no T; `command` is named in their
    /// message.
    template <class T>
    T as(std::string_view command = "the reply") const&;
    template <class T>
    T as(std::string_view command = "the reply") &&;

    /// For messages and logs: `the integer 3`, `the string "abc"`, `an array of 2`; long text is
    /// cut.
    std::string describe() const;

    bool operator==(const Reply&) const = default;

private:
    using Value = std::variant<std::monostate, std::int64_t, std::string, std::vector<Reply>>;

    Reply(Type type, Value value) : value_(std::move(value)), type_(type) {}

    Value value_;
    Type type_ = Type::nil;
};

}  // namespace cyclone::redis

#include <cyclone/redis/convert.hpp>

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_reply.ipp>
#endif
