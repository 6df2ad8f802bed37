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
#include <cyclone/sqlite/options.hpp>
#include <cyclone/sqlite/worker.hpp>

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
/// statement. One that is cancelled before its turn is not run; later only its result is dropped.
/// Used by one thread. As cyclone.sqlite, with the names of twisted.enterprise.adbapi.
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
        return call([sql = std::move(sql), values = values_of(arguments...)](
                        detail::Workplace& workplace) -> std::vector<Row> {
            Statement statement = workplace.connection->prepare(sql);
            if (workplace.closing && statement.read_only()) {
                throw ClosedError("sqlite: " + workplace.connection->path() +
                                  " was closed before this was asked: " + sql);
            }
            bind(statement, values);
            std::vector<Row> rows;
            while (statement.step()) {
                rows.push_back(statement.row());
            }
            return rows;
        });
    }

    /// Runs one statement whose rows, if any, are of no interest. Gives the number of rows that it
    /// has changed.
    template <class... Args>
    Deferred<std::int64_t> run_operation(std::string sql, const Args&... arguments) {
        return call([sql = std::move(sql), values = values_of(arguments...)](
                        detail::Workplace& workplace) -> std::int64_t {
            Statement statement = workplace.connection->prepare(sql);
            bind(statement, values);
            while (statement.step()) {
            }
            return workplace.connection->changes();
        });
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

    /// Does what the destructor does without blocking: fires when all is done and the file is
    /// closed.
    Deferred<> close();

    const std::string& path() const { return path_; }
    /// Calls that have not started.
    std::size_t queued() const { return worker_->queued(); }

private:
    template <class... Args>
    static std::vector<Value> values_of(const Args&... arguments) {
        std::vector<Value> values;
        values.reserve(sizeof...(arguments));
        (values.push_back(detail::value_of(detail::argument_view(arguments))), ...);
        return values;
    }
    static void bind(Statement& statement, const std::vector<Value>& values);

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
    auto call(F f) -> Deferred<std::invoke_result_t<F&, detail::Workplace&>>;

    std::string path_;
    std::shared_ptr<detail::Worker> worker_;
};

template <class F>
auto Database::call(F f) -> Deferred<std::invoke_result_t<F&, detail::Workplace&>> {
    using T = std::invoke_result_t<F&, detail::Workplace&>;
    struct Call {
        std::optional<Promise<T>> promise;
        detail::Worker::Ticket ticket = 0;
    };
    // The reactor keeps the promise, which is touched and destroyed on its thread alone, also when
    // it ends first.
    auto pending = std::make_shared<Call>();
    reactor::Reactor& reactor = reactor::current();
    pending->promise.emplace([weak = std::weak_ptr(worker_), call = pending.get(), &reactor] {
        const auto worker = weak.lock();
        if (worker && worker->withdraw(call->ticket)) {
            reactor.release(call);
        }
    });
    auto deferred = pending->promise->get_deferred();
    detail::Worker::Job job = [f = std::move(f), &reactor, call = pending.get(),
                               mailbox = reactor.mailbox()](detail::Workplace& workplace) mutable {
        std::optional<Outcome<T>> outcome;
        try {
            if (workplace.connection == nullptr) {
                std::rethrow_exception(workplace.error);
            }
            if constexpr (std::is_void_v<T>) {
                f(workplace);
                outcome.emplace(std::monostate());
            } else {
                outcome.emplace(f(workplace));
            }
        } catch (...) {
            outcome.emplace(Failure(std::current_exception()));
        }
        mailbox->post([outcome = std::move(*outcome), &reactor, call]() mutable {
            Promise<T> fired = std::move(*call->promise);
            reactor.release(call);
            if (!outcome) {
                fired.errback(outcome.failure().exception());
            } else if constexpr (std::is_void_v<T>) {
                fired.callback();
            } else {
                fired.callback(std::move(outcome).value());
            }
        });
    };
    reactor.keep(pending);
    try {
        pending->ticket = worker_->add(std::move(job));
    } catch (...) {
        reactor.release(pending.get());
        pending->promise->errback(std::current_exception());
    }
    return deferred;
}

}  // namespace cyclone::sqlite

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/sqlite_database.ipp>
#endif
