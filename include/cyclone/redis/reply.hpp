#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <cyclone/redis/error.hpp>

namespace cyclone::redis {

/// What Redis answers: nil, a status, an error, an integer, a (binary) string or an array of
/// replies. From a server that speaks RESP3 also a map, a set, a push (what it says unasked), a
/// boolean, a floating-point number, a big number (its digits) or a verbatim string (a text with
/// its format).
class Reply {
public:
    enum class Type : std::uint8_t {
        nil,
        status,
        error,
        integer,
        string,
        array,
        map,
        set,
        push,
        boolean,
        number,
        big_number,
        verbatim,
    };

    /// Nil.
    Reply() = default;

    static Reply status(std::string text) { return Reply(Type::status, std::move(text)); }
    static Reply error(std::string text) { return Reply(Type::error, std::move(text)); }
    static Reply string(std::string text) { return Reply(Type::string, std::move(text)); }
    static Reply integer(std::int64_t value) { return Reply(Type::integer, value); }
    static Reply boolean(bool value) { return Reply(Type::boolean, value); }
    static Reply number(double value) { return Reply(Type::number, value); }
    static Reply big_number(std::string digits) {
        return Reply(Type::big_number, std::move(digits));
    }
    /// `format` is of three letters: txt or mkd.
    static Reply verbatim(std::string text, std::string_view format) {
        Reply reply(Type::verbatim, std::move(text));
        format.copy(reply.format_.data(), reply.format_.size());
        return reply;
    }
    static Reply array(std::vector<Reply> elements) {
        return Reply(Type::array, std::move(elements));
    }
    /// Of keys and values in turn.
    static Reply map(std::vector<Reply> elements) { return Reply(Type::map, std::move(elements)); }
    static Reply set(std::vector<Reply> elements) { return Reply(Type::set, std::move(elements)); }
    static Reply push(std::vector<Reply> elements) {
        return Reply(Type::push, std::move(elements));
    }

    Type type() const noexcept { return type_; }
    bool is_nil() const noexcept { return type_ == Type::nil; }
    bool is_error() const noexcept { return type_ == Type::error; }
    bool is_integer() const noexcept { return type_ == Type::integer; }
    bool is_boolean() const noexcept { return type_ == Type::boolean; }
    bool is_number() const noexcept { return type_ == Type::number; }
    bool is_array() const noexcept { return type_ == Type::array; }
    bool is_push() const noexcept { return type_ == Type::push; }
    bool is_map() const noexcept { return type_ == Type::map; }
    /// True for an array, a map, a set and a push.
    bool is_aggregate() const noexcept {
        return std::holds_alternative<std::vector<Reply>>(value_);
    }
    /// True for a string, a status, an error, a big number and a verbatim string.
    bool is_text() const noexcept { return std::holds_alternative<std::string>(value_); }

    /// The bytes of what is_text(); throws std::bad_variant_access for another type.
    const std::string& text() const& { return std::get<std::string>(value_); }
    std::string& text() & { return std::get<std::string>(value_); }
    std::string&& text() && { return std::get<std::string>(std::move(value_)); }
    /// Of a verbatim string.
    std::string_view format() const noexcept { return {format_.data(), format_.size()}; }
    /// Throws std::bad_variant_access unless is_integer().
    std::int64_t integer() const { return std::get<std::int64_t>(value_); }
    /// Throws std::bad_variant_access unless is_boolean().
    bool boolean() const { return std::get<bool>(value_); }
    /// Throws std::bad_variant_access unless is_number().
    double number() const { return std::get<double>(value_); }
    /// Throws std::bad_variant_access unless is_aggregate(). Those of a map are keys and values in
    /// turn.
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
    friend class ReplyReader;
    using Value =
        std::variant<std::monostate, std::int64_t, std::string, std::vector<Reply>, double, bool>;

    Reply(Type type, Value value) : value_(std::move(value)), type_(type) {}

    void set_text(Type type, std::string_view text) {
        if (std::string* before = std::get_if<std::string>(&value_)) {
            before->assign(text);
        } else {
            value_.emplace<std::string>(text);
        }
        type_ = type;
        format_ = {};
    }

    Value value_;
    Type type_ = Type::nil;
    std::array<char, 3> format_{};
};

}  // namespace cyclone::redis

#include <cyclone/redis/convert.hpp>

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_reply.ipp>
#endif
