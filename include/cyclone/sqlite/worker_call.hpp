#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <cyclone/reactor.hpp>
#include <cyclone/sqlite/error.hpp>
#include <cyclone/sqlite/worker.hpp>

namespace cyclone::sqlite::detail {

/// Calls `f(Workplace&)` on the thread of `to` when it is its turn, and gives what it returns to
/// the reactor of this thread. Cancelled before, it is not called; cancelled while it runs a
/// statement, that is stopped.
template <class F>
auto call_worker(const std::shared_ptr<Worker>& to, F f, std::uint64_t scope = 0)
    -> Deferred<std::invoke_result_t<F&, Workplace&>> {
    using T = std::invoke_result_t<F&, Workplace&>;
    struct Call {
        std::optional<Promise<T>> promise;
        Worker::Ticket ticket = 0;
    };
    // The reactor keeps the promise, which is touched and destroyed on its thread alone, also when
    // it ends first.
    auto pending = std::make_shared<Call>();
    reactor::Reactor& reactor = reactor::current();
    pending->promise.emplace([weak = std::weak_ptr(to), call = pending.get(), &reactor] {
        const auto worker = weak.lock();
        if (worker && worker->withdraw(call->ticket)) {
            reactor.release(call);
        } else if (worker) {
            worker->interrupt(call->ticket);
        }
    });
    auto deferred = pending->promise->get_deferred();
    Worker::Job job = [f = std::move(f), &reactor, call = pending.get(),
                       mailbox = reactor.mailbox()](Workplace& workplace) mutable {
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
        pending->ticket = to->add(std::move(job), scope);
    } catch (...) {
        reactor.release(pending.get());
        pending->promise->errback(std::current_exception());
    }
    return deferred;
}

/// A statement's arguments, to be taken to another thread.
template <class... Args>
std::vector<Value> values_of(const Args&... arguments) {
    std::vector<Value> values;
    values.reserve(sizeof...(arguments));
    (values.push_back(value_of(argument_view(arguments))), ...);
    return values;
}

/// Prepares a statement for a job. Throws ClosedError for one that only reads when the Database is
/// being closed.
Statement prepared(Workplace& workplace, const std::string& sql, const std::vector<Value>& values);

/// A job that gives the rows of a statement, made by `read`.
template <class Read>
auto query_job(std::string sql, std::vector<Value> values, Read read) {
    return [sql = std::move(sql), values = std::move(values), read](Workplace& workplace) {
        Statement statement = prepared(workplace, sql, values);
        return read(statement);
    };
}

inline std::vector<Row> all_rows(Statement& statement) {
    std::vector<Row> rows;
    while (statement.step()) {
        rows.push_back(statement.row());
    }
    return rows;
}

/// A job that runs a statement to its end, and gives how many rows it has changed.
inline auto operation_job(std::string sql, std::vector<Value> values) {
    return [sql = std::move(sql), values = std::move(values)](Workplace& workplace) {
        Statement statement = prepared(workplace, sql, values);
        while (statement.step()) {
        }
        return workplace.connection->changes();
    };
}

}  // namespace cyclone::sqlite::detail

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/sqlite_worker_call.ipp>
#endif
