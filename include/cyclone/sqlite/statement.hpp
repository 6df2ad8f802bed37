#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/sqlite/row.hpp>
#include <cyclone/sqlite/value.hpp>

struct sqlite3_stmt;

namespace cyclone::sqlite {

class Connection;

/// A prepared statement, read row by row without a copy of the values. From Connection::prepare();
/// used on the worker thread, inside run_interaction().
///
///     auto statement = transaction.prepare("SELECT name, score FROM player WHERE score > ?");
///     statement.bind(100);
///     while (statement.step()) {
///         total += statement.get<std::int64_t>(1);
///     }
///
/// When it is destroyed it goes back to its Connection for the next use, so it must not outlive
/// that.
class Statement {
public:
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    /// Starts anew with these arguments for the `?`s; throws Error unless there are as many. Text
    /// and blobs must live until the statement is bound again or destroyed.
    template <class... Args>
    void bind(const Args&... arguments) {
        const ValueView views[] = {nullptr, detail::argument_view(arguments)...};
        bind_views(views + 1, sizeof...(arguments));
    }
    void bind_views(const ValueView* arguments, std::size_t count);

    /// Goes to the next row. False at the end, where a statement that gives no rows is at once.
    bool step();
    /// For statements that give no rows: bind, and run to the end.
    template <class... Args>
    void execute(const Args&... arguments) {
        bind(arguments...);
        while (step()) {
        }
    }

    std::size_t columns() const;
    /// The number of the column of that name; throws Error when there is none.
    std::size_t column(std::string_view name) const;
    /// Throws Error unless there are so many.
    void require_columns(std::size_t count) const;
    ValueView view(std::size_t column) const;
    /// As Row::get; a std::string_view or BlobView is good until the next step().
    template <class T>
    T get(std::size_t column) const {
        return detail::convert<T>(view(column), [&] { return describe(column); });
    }
    Row row() const;

    /// Whether it changes nothing, in SQLite's opinion (sqlite3_stmt_readonly).
    bool read_only() const;

private:
    friend class Connection;
    Statement(Connection& connection, std::string sql, sqlite3_stmt* handle)
        : connection_(&connection), sql_(std::move(sql)), handle_(handle) {}

    std::string describe(std::size_t column) const;

    Connection* connection_;
    std::string sql_;
    sqlite3_stmt* handle_;
    mutable std::shared_ptr<const Row::Names> names_;
};

}  // namespace cyclone::sqlite
