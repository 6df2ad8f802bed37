#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/describe/class.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>

#include <cyclone/sqlite/error.hpp>
#include <cyclone/sqlite/statement.hpp>

namespace cyclone::sqlite {
namespace detail {

template <class T>
concept TupleRow = requires {
    std::tuple_size<T>::value;
};

/// A struct with BOOST_DESCRIBE_STRUCT.
template <class T>
concept DescribedRow =
    std::is_class_v<T> && boost::describe::has_describe_members<T>::value && !TupleRow<T>;

}  // namespace detail

/// Makes a T of each row of a statement: a tuple of as many as there are columns; a struct with
/// BOOST_DESCRIBE_STRUCT, each of whose members is the column of its name, and columns of other
/// names are passed over; or the value of a single column. Each value is what Row::get() gives.
template <class T>
class RowReader {
public:
    /// Throws Error where the columns do not fit.
    explicit RowReader(const Statement& statement) {
        if constexpr (detail::DescribedRow<T>) {
            std::size_t member = 0;
            boost::mp11::mp_for_each<Members>(
                [&](auto described) { columns_[member++] = statement.column(described.name); });
        } else {
            constexpr std::size_t wanted = [] {
                if constexpr (detail::TupleRow<T>) {
                    return std::tuple_size_v<T>;
                } else {
                    return std::size_t{1};
                }
            }();
            statement.require_columns(wanted);
        }
    }

    /// The present row.
    T operator()(const Statement& statement) const {
        if constexpr (detail::DescribedRow<T>) {
            T object{};
            std::size_t member = 0;
            boost::mp11::mp_for_each<Members>([&](auto described) {
                using Member = std::remove_cvref_t<decltype(object.*described.pointer)>;
                object.*described.pointer = statement.get<Member>(columns_[member++]);
            });
            return object;
        } else if constexpr (detail::TupleRow<T>) {
            return tuple(statement, std::make_index_sequence<std::tuple_size_v<T>>());
        } else {
            return statement.get<T>(0);
        }
    }

private:
    template <std::size_t... Index>
    static T tuple(const Statement& statement, std::index_sequence<Index...>) {
        return T(statement.get<std::tuple_element_t<Index, T>>(Index)...);
    }
    template <class U>
    struct MembersOf {
        using type = boost::mp11::mp_list<>;
    };
    template <detail::DescribedRow U>
    struct MembersOf<U> {
        using type = boost::describe::describe_members<U, boost::describe::mod_public>;
    };
    using Members = typename MembersOf<T>::type;

    std::array<std::size_t, boost::mp11::mp_size<Members>::value> columns_{};
};

namespace detail {

template <class T>
std::vector<T> rows_as(Statement& statement) {
    const RowReader<T> read(statement);
    std::vector<T> rows;
    while (statement.step()) {
        rows.push_back(read(statement));
    }
    return rows;
}

}  // namespace detail
}  // namespace cyclone::sqlite
