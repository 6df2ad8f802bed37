#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <cyclone/sqlite/value.hpp>

namespace cyclone::sqlite {

/// One row of a result, with its own copy of the values.
class Row {
public:
    using Names = std::vector<std::string>;

    Row(std::shared_ptr<const Names> names, std::vector<Value> values)
        : names_(std::move(names)), values_(std::move(values)) {}

    std::size_t size() const { return values_.size(); }
    /// The names of the columns; SQLite chooses one where the query gives none.
    const Names& names() const { return *names_; }

    /// The value of the column, from 0; throws Error when there is no such column.
    const Value& operator[](std::size_t column) const;
    const Value& operator[](std::string_view name) const;

    /// The value of the column, given by its number from 0 or its name, as a T.
    ///
    /// T is a number, bool, std::string (the bytes of a TEXT or BLOB), std::string_view (into this
    /// row), Blob, or an optional of these for a column that may be NULL. Throws Error when the
    /// column holds something else, or a number that does not fit; nothing is converted on the way.
    template <class T, class Column>
    T get(Column column) const {
        if constexpr (std::convertible_to<Column, std::string_view>) {
            const std::string_view name = column;
            return detail::convert<T>(detail::view_of((*this)[name]),
                                      [&] { return "column " + std::string(name); });
        } else {
            const auto index = static_cast<std::size_t>(column);
            return detail::convert<T>(detail::view_of((*this)[index]),
                                      [&] { return "column " + (*names_)[index]; });
        }
    }

    /// All columns at once: `auto [id, name] = row.as<std::tuple<int, std::string>>();`
    template <class Tuple>
    Tuple as() const {
        return as<Tuple>(std::make_index_sequence<std::tuple_size_v<Tuple>>());
    }

private:
    template <class Tuple, std::size_t... Index>
    Tuple as(std::index_sequence<Index...>) const {
        return Tuple(get<std::tuple_element_t<Index, Tuple>>(Index)...);
    }

    std::shared_ptr<const Names> names_;
    std::vector<Value> values_;
};

}  // namespace cyclone::sqlite

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/sqlite_row.ipp>
#endif
