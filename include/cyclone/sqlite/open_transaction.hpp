#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <cyclone/defer.hpp>
#include <cyclone/sqlite/error.hpp>
#include <cyclone/sqlite/row_reader.hpp>
#include <cyclone/sqlite/worker_call.hpp>

namespace cyclone::sqlite {

/// What a coroutine works with inside Database::transaction(); good until that has ended.
class OpenTransaction {
public:
    OpenTransaction(std::shared_ptr<detail::Worker> worker, std::uint64_t scope)
        : worker_(std::move(worker)), scope_(scope) {}

    /// As those of Database.
    template <class... Args>
    Deferred<std::vector<Row>> run_query(std::string sql, const Args&... arguments) {
        return call(
            detail::query_job(std::move(sql), detail::values_of(arguments...), detail::all_rows));
    }
    template <class T, class... Args>
    Deferred<std::vector<T>> query_as(std::string sql, const Args&... arguments) {
        return call(
            detail::query_job(std::move(sql), detail::values_of(arguments...), detail::rows_as<T>));
    }
    template <class... Args>
    Deferred<std::int64_t> run_operation(std::string sql, const Args&... arguments) {
        return call(detail::operation_job(std::move(sql), detail::values_of(arguments...)));
    }

private:
    template <class F>
    auto call(F f) {
        return detail::call_worker(
            worker_,
            [f = std::move(f), scope = scope_](detail::Workplace& workplace) mutable {
                // SQLite itself rolls back after some errors, and what follows must not be kept.
                if (workplace.scope != scope || !workplace.connection->in_transaction()) {
                    throw Error("sqlite: " + workplace.connection->path() +
                                ": the transaction has ended");
                }
                return f(workplace);
            },
            scope_);
    }

    std::shared_ptr<detail::Worker> worker_;
    std::uint64_t scope_;
};

namespace detail {

/// Rolls back, and lets other calls go on, unless the scope has ended by then.
class ScopeEnd {
public:
    ScopeEnd(std::shared_ptr<Worker> worker, std::uint64_t scope)
        : worker_(std::move(worker)), scope_(scope) {}
    ScopeEnd(const ScopeEnd&) = delete;
    ScopeEnd& operator=(const ScopeEnd&) = delete;
    ~ScopeEnd() {
        worker_->add_end(
            [scope = scope_](Workplace& workplace) {
                if (workplace.scope == scope) {
                    workplace.connection->roll_back();
                    workplace.scope = 0;
                }
            },
            scope_);
    }

private:
    std::shared_ptr<Worker> worker_;
    std::uint64_t scope_;
};

template <class F>
auto transact(std::shared_ptr<Worker> worker, F f) -> std::invoke_result_t<F&, OpenTransaction&> {
    using T = typename std::invoke_result_t<F&, OpenTransaction&>::value_type;
    const std::uint64_t scope = worker->new_scope();
    const ScopeEnd end(worker, scope);
    auto beginning = call_worker(worker, [scope](Workplace& workplace) {
        workplace.connection->execute("BEGIN IMMEDIATE");
        workplace.scope = scope;
    });
    co_await beginning;
    OpenTransaction transaction(worker, scope);
    const auto commit = [scope](Workplace& workplace) {
        if (workplace.scope != scope || !workplace.connection->in_transaction()) {
            throw Error("sqlite: " + workplace.connection->path() +
                        ": the transaction was rolled back");
        }
        workplace.connection->execute("COMMIT");
        workplace.scope = 0;
    };
    auto working = f(transaction);
    if constexpr (std::is_void_v<T>) {
        co_await working;
        auto committing = call_worker(worker, commit, scope);
        co_await committing;
    } else {
        T result = co_await working;
        auto committing = call_worker(worker, commit, scope);
        co_await committing;
        co_return result;
    }
}

}  // namespace detail
}  // namespace cyclone::sqlite
