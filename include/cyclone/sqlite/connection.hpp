#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <cyclone/sqlite/blob_handle.hpp>
#include <cyclone/sqlite/options.hpp>
#include <cyclone/sqlite/row_reader.hpp>
#include <cyclone/sqlite/statement.hpp>

struct sqlite3;

namespace cyclone::sqlite {

/// An open database, used by one thread, which it blocks. A Database has one on its worker thread;
/// programs without a reactor may use it as it is.
class Connection {
public:
    /// Throws Error, a sentence that says why the file cannot be opened.
    explicit Connection(const std::string& path, const Options& options = {});
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    /// Prepares one statement, or takes it from those that are kept.
    Statement prepare(std::string_view sql);

    /// Runs a statement, and gives its rows.
    template <class... Args>
    std::vector<Row> query(std::string_view sql, const Args&... arguments) {
        Statement statement = prepare(sql);
        statement.bind(arguments...);
        std::vector<Row> rows;
        while (statement.step()) {
            rows.push_back(statement.row());
        }
        return rows;
    }

    /// Runs a statement, and gives the number of rows that an INSERT, UPDATE or DELETE has changed.
    template <class... Args>
    std::int64_t execute(std::string_view sql, const Args&... arguments) {
        prepare(sql).execute(arguments...);
        return changes();
    }

    /// Runs several statements, separated by semicolons, without arguments.
    void execute_script(const std::string& sql);

    /// Runs a statement, and gives its rows as T; see RowReader.
    template <class T, class... Args>
    std::vector<T> query_as(std::string_view sql, const Args&... arguments) {
        Statement statement = prepare(sql);
        statement.bind(arguments...);
        return detail::rows_as<T>(statement);
    }

    /// Opens the BLOB or TEXT in a row, to be read or, where `writable`, written in pieces.
    BlobHandle open_blob(const std::string& table, const std::string& column, std::int64_t rowid,
                         bool writable = false);

    std::int64_t changes() const;
    std::int64_t last_insert_rowid() const;
    bool in_transaction() const;
    const std::string& path() const { return path_; }

    /// Stops the statement that runs now, which fails with Error; from any thread.
    void interrupt() noexcept;
    /// Ends a transaction without its changes, if there is one.
    void roll_back() noexcept;

private:
    friend class Backup;
    friend class Statement;
    struct Kept {
        std::string sql;
        sqlite3_stmt* handle;
    };

    void switch_to_wal(std::chrono::milliseconds patience);
    void close() noexcept;
    [[noreturn]] void fail(std::string_view sql) const;
    [[noreturn]] void fail_to_open(int code, const std::string& words) const;
    void keep(std::string sql, sqlite3_stmt* handle) noexcept;

    std::string path_;
    sqlite3* handle_ = nullptr;
    std::size_t max_statements_;
    // The most recently used in front.
    std::list<Kept> kept_;
    std::unordered_map<std::string_view, std::list<Kept>::iterator> kept_by_sql_;
};

/// The part of a Connection that a function given to run_interaction() works with. Ends with a
/// commit when that function returns, with a rollback when it throws. As
/// twisted.enterprise.adbapi.Transaction.
class Transaction {
public:
    enum class Kind : std::uint8_t {
        /// Takes the lock for writing at once, so that no statement in the middle finds it taken.
        immediate,
        /// Sees the database as it is at its first statement, to its end; for reading.
        snapshot,
    };

    Transaction(Connection& connection, Kind kind);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    /// Rolls back unless commit() was called.
    ~Transaction();

    void commit();

    Statement prepare(std::string_view sql) { return connection_.prepare(sql); }
    template <class... Args>
    std::vector<Row> query(std::string_view sql, const Args&... arguments) {
        return connection_.query(sql, arguments...);
    }
    template <class... Args>
    std::int64_t execute(std::string_view sql, const Args&... arguments) {
        return connection_.execute(sql, arguments...);
    }
    void execute_script(const std::string& sql) { connection_.execute_script(sql); }
    template <class T, class... Args>
    std::vector<T> query_as(std::string_view sql, const Args&... arguments) {
        return connection_.query_as<T>(sql, arguments...);
    }
    BlobHandle open_blob(const std::string& table, const std::string& column, std::int64_t rowid,
                         bool writable = false) {
        return connection_.open_blob(table, column, rowid, writable);
    }
    std::int64_t last_insert_rowid() const { return connection_.last_insert_rowid(); }

private:
    Connection& connection_;
    bool open_ = true;
};

}  // namespace cyclone::sqlite

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/sqlite_connection.ipp>
#include <cyclone/impl/sqlite_statement.ipp>
#endif
