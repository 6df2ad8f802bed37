#pragma once

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

#include <sqlite3.h>

#include <cyclone/impl/config.hpp>
#include <cyclone/sqlite/connection.hpp>
#include <cyclone/sqlite/error.hpp>

namespace cyclone::sqlite {

CYCLONE_INLINE Connection::Connection(const std::string& path, const Options& options)
    : path_(path), max_statements_(options.max_statements) {
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    switch (options.access) {
        case Access::create:
            flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
            break;
        case Access::read_write:
            flags |= SQLITE_OPEN_READWRITE;
            break;
        case Access::read_only:
            flags |= SQLITE_OPEN_READONLY;
    }
    try {
        const int opened = sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr);
        if (opened != SQLITE_OK) {
            fail_to_open(opened, sqlite3_errmsg(handle_));
        }
        sqlite3_busy_timeout(handle_, static_cast<int>(std::clamp<std::int64_t>(
                                          options.busy_timeout.count(), 0, 1'000'000'000)));
        if (options.access != Access::read_only && sqlite3_db_readonly(handle_, "main") == 1) {
            fail_to_open(SQLITE_READONLY, "no permission to write the file");
        }
        // Opening reads nothing: the first statement tells whether this is a database at all.
        try {
            query("SELECT count(*) FROM sqlite_schema");
            query("PRAGMA foreign_keys=ON");
        } catch (const Error& error) {
            fail_to_open(error.code(), sqlite3_errmsg(handle_));
        }
        if (options.on_open) {
            options.on_open(*this);
        }
        if (options.wal && options.access != Access::read_only) {
            switch_to_wal(options.busy_timeout);
            execute("PRAGMA synchronous=NORMAL");
        }
    } catch (...) {
        close();
        throw;
    }
}

CYCLONE_INLINE Connection::~Connection() { close(); }

CYCLONE_INLINE void Connection::switch_to_wal(std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        try {
            query("PRAGMA journal_mode=WAL");
            return;
        } catch (const Error& error) {
            // SQLite does not wait here by itself when another connection does the same.
            if ((error.code() & 0xff) != SQLITE_BUSY ||
                std::chrono::steady_clock::now() > deadline) {
                throw;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }
}

CYCLONE_INLINE void Connection::close() noexcept {
    for (const Kept& statement : kept_) {
        sqlite3_finalize(statement.handle);
    }
    kept_by_sql_.clear();
    kept_.clear();
    sqlite3_close_v2(std::exchange(handle_, nullptr));
}

CYCLONE_INLINE void Connection::fail(std::string_view sql) const {
    throw Error("sqlite: " + path_ + ": " + sqlite3_errmsg(handle_) + ": " + std::string(sql),
                sqlite3_extended_errcode(handle_), std::string(sql));
}

CYCLONE_INLINE void Connection::fail_to_open(int code, const std::string& words) const {
    namespace fs = std::filesystem;
    std::string reason = words;
    const int primary = code & 0xff;
    if (primary == SQLITE_NOTADB) {
        reason = "it is not an SQLite database; choose another path, or move that file away";
    } else if (primary == SQLITE_CANTOPEN) {
        const fs::path file(path_);
        const fs::path directory = file.has_parent_path() ? file.parent_path() : fs::path(".");
        std::error_code error;
        const fs::file_status status = fs::status(directory, error);
        if (fs::is_directory(file, error)) {
            reason = "it is a directory; give the path of a file";
        } else if (!fs::exists(status)) {
            reason = "there is no directory " + directory.string() + "; make it first";
        } else if (!fs::is_directory(status)) {
            reason = directory.string() + " is not a directory";
        } else if (const int number = sqlite3_system_errno(handle_); number != 0) {
            reason = std::generic_category().message(number);
        }
    } else if (primary == SQLITE_READONLY) {
        reason = "no permission to write it, or in its directory";
    }
    throw ClosedError("sqlite: cannot open " + path_ + ": " + reason, code);
}

CYCLONE_INLINE Statement Connection::prepare(std::string_view sql) {
    if (const auto found = kept_by_sql_.find(sql); found != kept_by_sql_.end()) {
        const auto entry = found->second;
        kept_by_sql_.erase(found);
        Statement statement(*this, std::move(entry->sql), entry->handle);
        kept_.erase(entry);
        return statement;
    }
    sqlite3_stmt* handle = nullptr;
    const char* rest = nullptr;
    if (sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &handle, &rest) != SQLITE_OK) {
        fail(sql);
    }
    Statement statement(*this, std::string(sql), handle);
    const std::string_view left(rest, static_cast<std::size_t>(sql.data() + sql.size() - rest));
    if (handle == nullptr) {
        throw Error("sqlite: " + path_ + ": there is no statement in: " + std::string(sql),
                    SQLITE_MISUSE, std::string(sql));
    }
    if (left.find_first_not_of(" \t\r\n;") != std::string_view::npos) {
        throw Error("sqlite: " + path_ +
                        ": more than one statement; use execute_script(): " + std::string(sql),
                    SQLITE_MISUSE, std::string(sql));
    }
    return statement;
}

CYCLONE_INLINE void Connection::keep(std::string sql, sqlite3_stmt* handle) noexcept {
    sqlite3_reset(handle);
    sqlite3_clear_bindings(handle);
    try {
        if (handle_ != nullptr && max_statements_ > 0 && !kept_by_sql_.contains(sql)) {
            kept_.push_front({std::move(sql), handle});
            kept_by_sql_.emplace(kept_.front().sql, kept_.begin());
            if (kept_.size() > max_statements_) {
                kept_by_sql_.erase(kept_.back().sql);
                sqlite3_finalize(kept_.back().handle);
                kept_.pop_back();
            }
            return;
        }
    } catch (...) {
        // No memory to keep it: it is prepared again the next time.
        if (!kept_.empty() && kept_.front().handle == handle) {
            kept_.pop_front();
        }
    }
    sqlite3_finalize(handle);
}

CYCLONE_INLINE void Connection::execute_script(const std::string& sql) {
    if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        fail(sql);
    }
}

CYCLONE_INLINE void Connection::interrupt() noexcept { sqlite3_interrupt(handle_); }

CYCLONE_INLINE void Connection::roll_back() noexcept {
    // An error such as a full disk may have ended it already.
    if (in_transaction()) {
        try {
            execute("ROLLBACK");
        } catch (const Error&) {
            // What follows on this connection fails with the reason.
        }
    }
}

CYCLONE_INLINE BlobHandle Connection::open_blob(const std::string& table, const std::string& column,
                                                std::int64_t rowid, bool writable) {
    sqlite3_blob* blob = nullptr;
    if (sqlite3_blob_open(handle_, "main", table.c_str(), column.c_str(), rowid, writable ? 1 : 0,
                          &blob) != SQLITE_OK) {
        fail("open_blob(" + table + ", " + column + ", " + std::to_string(rowid) + ")");
    }
    return BlobHandle(blob, path_ + ": " + table + "." + column);
}

CYCLONE_INLINE std::int64_t Connection::changes() const { return sqlite3_changes(handle_); }
CYCLONE_INLINE std::int64_t Connection::last_insert_rowid() const {
    return sqlite3_last_insert_rowid(handle_);
}
CYCLONE_INLINE bool Connection::in_transaction() const {
    return sqlite3_get_autocommit(handle_) == 0;
}

CYCLONE_INLINE Transaction::Transaction(Connection& connection, Kind kind)
    : connection_(connection) {
    connection_.execute(kind == Kind::immediate ? "BEGIN IMMEDIATE" : "BEGIN");
}

CYCLONE_INLINE Transaction::~Transaction() {
    if (open_) {
        connection_.roll_back();
    }
}

CYCLONE_INLINE void Transaction::commit() {
    connection_.execute("COMMIT");
    open_ = false;
}

}  // namespace cyclone::sqlite
