#pragma once

#include <limits>
#include <utility>

#include <sqlite3.h>

#include <cyclone/impl/config.hpp>
#include <cyclone/sqlite/connection.hpp>
#include <cyclone/sqlite/error.hpp>

namespace cyclone::sqlite {

CYCLONE_INLINE Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_),
      sql_(std::move(other.sql_)),
      handle_(std::exchange(other.handle_, nullptr)),
      names_(std::move(other.names_)) {}

CYCLONE_INLINE Statement::~Statement() {
    if (handle_ != nullptr) {
        connection_->keep(std::move(sql_), handle_);
    }
}

CYCLONE_INLINE void Statement::bind_views(const ValueView* arguments, std::size_t count) {
    const auto wanted = static_cast<std::size_t>(sqlite3_bind_parameter_count(handle_));
    if (count != wanted) {
        throw Error("sqlite: the statement has " + std::to_string(wanted) + " parameters, but " +
                        std::to_string(count) + " arguments were given: " + sql_,
                    SQLITE_RANGE, sql_);
    }
    sqlite3_reset(handle_);
    for (std::size_t i = 0; i < count; ++i) {
        const int at = static_cast<int>(i) + 1;
        const ValueView& value = arguments[i];
        int result = SQLITE_OK;
        if (const auto* number = std::get_if<std::int64_t>(&value)) {
            result = sqlite3_bind_int64(handle_, at, *number);
        } else if (const auto* real = std::get_if<double>(&value)) {
            result = sqlite3_bind_double(handle_, at, *real);
        } else if (const auto* text = std::get_if<std::string_view>(&value)) {
            // A null pointer would be bound as NULL.
            result = sqlite3_bind_text64(handle_, at, text->empty() ? "" : text->data(),
                                         text->size(), SQLITE_STATIC, SQLITE_UTF8);
        } else if (const auto* blob = std::get_if<BlobView>(&value)) {
            result = sqlite3_bind_blob64(handle_, at, blob->bytes.empty() ? "" : blob->bytes.data(),
                                         blob->bytes.size(), SQLITE_STATIC);
        } else {
            result = sqlite3_bind_null(handle_, at);
        }
        if (result != SQLITE_OK) {
            connection_->fail(sql_);
        }
    }
}

CYCLONE_INLINE bool Statement::step() {
    switch (sqlite3_step(handle_)) {
        case SQLITE_ROW:
            return true;
        case SQLITE_DONE:
            return false;
        default:
            connection_->fail(sql_);
    }
}

CYCLONE_INLINE std::size_t Statement::columns() const {
    return static_cast<std::size_t>(sqlite3_column_count(handle_));
}

CYCLONE_INLINE std::size_t Statement::column(std::string_view name) const {
    for (std::size_t i = 0; i < columns(); ++i) {
        if (sqlite3_column_name(handle_, static_cast<int>(i)) == name) {
            return i;
        }
    }
    throw Error("sqlite: there is no column " + std::string(name) + ": " + sql_, SQLITE_RANGE,
                sql_);
}

CYCLONE_INLINE void Statement::require_columns(std::size_t count) const {
    if (columns() != count) {
        throw Error("sqlite: a row has " + std::to_string(columns()) + " columns, but " +
                        std::to_string(count) + " were asked for: " + sql_,
                    SQLITE_RANGE, sql_);
    }
}

CYCLONE_INLINE ValueView Statement::view(std::size_t column) const {
    if (column >= columns()) {
        throw Error("sqlite: there is no column " + std::to_string(column) + " in a row of " +
                        std::to_string(columns()) + ": " + sql_,
                    SQLITE_RANGE, sql_);
    }
    const int at = static_cast<int>(column);
    const auto bytes = [&](const void* start) {
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, at));
        return std::string_view(static_cast<const char*>(start), size);
    };
    switch (sqlite3_column_type(handle_, at)) {
        case SQLITE_INTEGER:
            return static_cast<std::int64_t>(sqlite3_column_int64(handle_, at));
        case SQLITE_FLOAT:
            return sqlite3_column_double(handle_, at);
        case SQLITE_TEXT:
            return bytes(sqlite3_column_text(handle_, at));
        case SQLITE_BLOB:
            return BlobView{bytes(sqlite3_column_blob(handle_, at))};
        default:
            return nullptr;
    }
}

CYCLONE_INLINE Row Statement::row() const {
    const std::size_t count = columns();
    if (names_ == nullptr) {
        auto names = std::make_shared<Row::Names>();
        for (std::size_t i = 0; i < count; ++i) {
            names->emplace_back(sqlite3_column_name(handle_, static_cast<int>(i)));
        }
        names_ = std::move(names);
    }
    std::vector<Value> values;
    values.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        values.push_back(detail::value_of(view(i)));
    }
    return Row(names_, std::move(values));
}

CYCLONE_INLINE bool Statement::read_only() const { return sqlite3_stmt_readonly(handle_) != 0; }

CYCLONE_INLINE std::string Statement::describe(std::size_t column) const {
    return "column " + std::string(sqlite3_column_name(handle_, static_cast<int>(column))) +
           " of `" + sql_ + "`";
}

}  // namespace cyclone::sqlite
