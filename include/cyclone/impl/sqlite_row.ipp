#pragma once

#include <algorithm>

#include <cyclone/impl/config.hpp>
#include <cyclone/sqlite/error.hpp>
#include <cyclone/sqlite/row.hpp>

namespace cyclone::sqlite {

namespace detail {

CYCLONE_INLINE void integer_too_large(std::uint64_t value) {
    throw Error("sqlite: " + std::to_string(value) +
                " is too large: an INTEGER has 63 bits and a sign");
}

CYCLONE_INLINE void wrong_type(const ValueView& value, std::string_view wanted,
                               std::string_view where) {
    std::string held;
    switch (value.index()) {
        case 0:
            held = "NULL";
            break;
        case 1:
            held = "the integer " + std::to_string(std::get<std::int64_t>(value));
            break;
        case 2:
            held = "the number " + std::to_string(std::get<double>(value));
            break;
        case 3:
            held = "text of " + std::to_string(std::get<std::string_view>(value).size()) + " bytes";
            break;
        default:
            held = "a blob of " + std::to_string(std::get<BlobView>(value).bytes.size()) + " bytes";
    }
    throw Error("sqlite: " + std::string(where) + " holds " + held + ", not " +
                std::string(wanted));
}

}  // namespace detail

CYCLONE_INLINE const Value& Row::operator[](std::size_t column) const {
    if (column >= values_.size()) {
        throw Error("sqlite: there is no column " + std::to_string(column) + " in a row of " +
                    std::to_string(values_.size()));
    }
    return values_[column];
}

CYCLONE_INLINE const Value& Row::operator[](std::string_view name) const {
    const auto found = std::ranges::find(*names_, name);
    if (found == names_->end()) {
        throw Error("sqlite: there is no column " + std::string(name) + " in this row");
    }
    return values_[static_cast<std::size_t>(found - names_->begin())];
}

}  // namespace cyclone::sqlite
