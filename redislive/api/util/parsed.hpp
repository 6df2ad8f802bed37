#pragma once

#include <optional>
#include <string>
#include <utility>

namespace redislive {

/// What came out of text that someone sent: a value, or a sentence about why there is none.
template <class T>
class [[nodiscard]] Parsed {
public:
    Parsed(T value) : value_(std::move(value)) {}

    static Parsed failure(std::string sentence) {
        Parsed parsed;
        parsed.error_ = std::move(sentence);
        return parsed;
    }

    explicit operator bool() const noexcept { return value_.has_value(); }
    /// Throws std::bad_optional_access where there is none.
    const T& value() const& { return value_.value(); }
    T&& value() && { return std::move(value_).value(); }
    const T& operator*() const& { return value_.value(); }
    T&& operator*() && { return std::move(value_).value(); }
    const T* operator->() const { return &value_.value(); }
    /// Names what was sent, but for passwords; without a full stop. Empty where there is a value.
    const std::string& error() const noexcept { return error_; }

private:
    Parsed() = default;

    std::optional<T> value_{};
    std::string error_{};
};

}  // namespace redislive
