#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <cyclone/sqlite/database.hpp>

namespace cyclone::sqlite {

/// An SQLite file with one thread that writes and several that read, at the same time: write-ahead
/// logging lets them.
///
///     sqlite::Pool db("players.sqlite", 4);
///     co_await db.run_operation("INSERT INTO player VALUES (?, ?)", "Ada", 36);
///     auto rows = co_await db.run_query("SELECT score FROM player WHERE name = ?", "Ada");
///
/// A query goes to the reader that has the least to do. It sees what was written before the query
/// was made and *awaited*; for a query that has to see what is still on its way, or that writes
/// (INSERT ... RETURNING), use writer().
class Pool {
public:
    /// Throws std::invalid_argument for no readers, and for options without write-ahead logging or
    /// for reading only.
    explicit Pool(const std::string& path, std::size_t readers, const Options& options = {});

    template <class... Args>
    Deferred<std::vector<Row>> run_query(std::string sql, const Args&... arguments) {
        return reader().run_query(std::move(sql), arguments...);
    }
    template <class T, class... Args>
    Deferred<std::vector<T>> query_as(std::string sql, const Args&... arguments) {
        return reader().template query_as<T>(std::move(sql), arguments...);
    }
    template <class F>
    auto run_snapshot(F f) {
        return reader().run_snapshot(std::move(f));
    }

    template <class... Args>
    Deferred<std::int64_t> run_operation(std::string sql, const Args&... arguments) {
        return writer_.run_operation(std::move(sql), arguments...);
    }
    template <class F>
    auto run_interaction(F f) {
        return writer_.run_interaction(std::move(f));
    }
    template <class F>
    auto transaction(F f) {
        return writer_.transaction(std::move(f));
    }

    Database& writer() noexcept { return writer_; }
    std::size_t readers() const noexcept { return readers_.size(); }

    /// As Database::close, of all.
    Deferred<> close();

private:
    Database& reader();

    Database writer_;
    std::vector<Database> readers_;
    std::size_t turn_ = 0;
};

}  // namespace cyclone::sqlite

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/sqlite_pool.ipp>
#endif
