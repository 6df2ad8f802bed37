#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <cyclone/reactor.hpp>
#include <cyclone/sqlite/connection.hpp>
#include <cyclone/sqlite/error.hpp>
#include <cyclone/sqlite/open_transaction.hpp>
#include <cyclone/sqlite/options.hpp>
#include <cyclone/sqlite/worker.hpp>
#include <cyclone/sqlite/worker_call.hpp>

namespace cyclone::sqlite {

/// An SQLite file and the thread that works on it, so that the reactor never waits for a disk.
///
///     sqlite::Database db("players.sqlite");
///     co_await db.run_operation("CREATE TABLE IF NOT EXISTS player (name TEXT, score INTEGER)");
///     co_await db.run_operation("INSERT INTO player VALUES (?, ?)", "Ada", 36);
///     auto rows = co_await db.run_query("SELECT score FROM player WHERE name = ?", "Ada");
///
/// Calls are done one after the other, in the order in which they were made, and their results come
/// to the reactor of the thread that made them. A Deferred fails with Error: SQLite's words and the
/// statement. One that is cancelled before its turn is not run; later the statement that it
/// runs is stopped, so that a query ends and a write is undone; between two statements only its
/// result is dropped. Used by one thread. As cyclone.sqlite, with the names of
/// twisted.enterprise.adbapi.
class Database {
public:
    /// Opens the file on the thread: when that fails, ready() and every call fail with the reason.
    explicit Database(std::string path, Options options = {});
    Database(Database&&) noexcept = default;
    Database& operator=(Database&&) noexcept = default;
    /// Waits until every write that was asked for is done and the file is closed; queries that have
    /// not started fail with ClosedError.
    ~Database() = default;

    /// Fires when the file is open; fails when it cannot be opened, with a sentence.
    Deferred<> ready();

    /// Runs one statement with these arguments for its `?`s, and gives its rows.
    template <class... Args>
    Deferred<std::vector<Row>> run_query(std::string sql, const Args&... arguments) {
        return call(
            detail::query_job(std::move(sql), detail::values_of(arguments...), detail::all_rows));
    }

    /// The same, each row as a T: a tuple, a struct with BOOST_DESCRIBE_STRUCT, whose members are
    /// looked for among the columns by their names, or the value of a single column.
    template <class T, class... Args>
    Deferred<std::vector<T>> query_as(std::string sql, const Args&... arguments) {
        return call(
            detail::query_job(std::move(sql), detail::values_of(arguments...), detail::rows_as<T>));
    }

    /// Runs one statement whose rows, if any, are of no interest. Gives the number of rows that it
    /// has changed.
    template <class... Args>
    Deferred<std::int64_t> run_operation(std::string sql, const Args&... arguments) {
        return call(detail::operation_job(std::move(sql), detail::values_of(arguments...)));
    }

    /// Runs one statement for each of `rows`, each a tuple of arguments, all in one transaction.
    template <class... Args>
    Deferred<> run_operation_many(std::string sql, std::vector<std::tuple<Args...>> rows) {
        return run_interaction([sql = std::move(sql), rows = std::move(rows)](Transaction& t) {
            Statement statement = t.prepare(sql);
            for (const auto& row : rows) {
                std::apply([&](const auto&... arguments) { statement.execute(arguments...); }, row);
            }
        });
    }

    /// Calls `f(Transaction&)` on the thread, inside a transaction for writing: committed when `f`
    /// returns, whose result the Deferred gives; rolled back when it throws. `f` must not touch
    /// anything of the reactor's thread.
    template <class F>
    auto run_interaction(F f) {
        return transact(std::move(f), Transaction::Kind::immediate);
    }

    /// The same for reading: what `f` sees is one moment of the database, and no writer is kept
    /// waiting.
    template <class F>
    auto run_snapshot(F f) {
        return transact(std::move(f), Transaction::Kind::snapshot);
    }

    /// Calls `f(OpenTransaction&)`, a coroutine on this thread, between BEGIN and COMMIT: what it
    /// asks of the OpenTransaction is done in a transaction for writing, which is rolled back when
    /// it fails or is cancelled. Fires with what it returns.
    ///
    ///     co_await db.transaction([](sqlite::OpenTransaction& t) -> Deferred<> {
    ///         co_await t.run_operation("UPDATE account SET cents = cents - 1 WHERE id = 1");
    ///         co_await t.run_operation("UPDATE account SET cents = cents + 1 WHERE id = 2");
    ///     });
    ///
    /// Calls of the Database wait until it has ended, so `f` must not wait for one.
    template <class F>
    auto transaction(F f) {
        return detail::transact(worker_, std::move(f));
    }

    /// Copies the database to another file, which it replaces, while it is in use: `pages` at a
    /// time, between which other calls have their turn. `progress(left, all)`, in pages, is called
    /// after each.
    Deferred<> backup_to(std::string path, int pages = 1000,
                         std::function<void(int, int)> progress = {});

    /// Does what the destructor does without blocking: fires when all is done and the file is
    /// closed.
    Deferred<> close();

    const std::string& path() const { return path_; }
    /// Calls that have not started.
    std::size_t queued() const { return worker_->queued(); }
    /// The same and the one that runs.
    std::size_t pending() const { return worker_->pending(); }

private:
    template <class F>
    auto transact(F f, Transaction::Kind kind) {
        using T = std::invoke_result_t<F&, Transaction&>;
        return call([f = std::move(f), kind](detail::Workplace& workplace) mutable -> T {
            if (workplace.closing && kind == Transaction::Kind::snapshot) {
                throw ClosedError("sqlite: " + workplace.connection->path() + " was closed");
            }
            Transaction transaction(*workplace.connection, kind);
            if constexpr (std::is_void_v<T>) {
                f(transaction);
                transaction.commit();
            } else {
                T result = f(transaction);
                transaction.commit();
                return result;
            }
        });
    }

    template <class F>
    auto call(F f) {
        return detail::call_worker(worker_, std::move(f));
    }

    std::string path_;
    std::shared_ptr<detail::Worker> worker_;
};

}  // namespace cyclone::sqlite

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/sqlite_database.ipp>
#endif
