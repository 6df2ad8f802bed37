#pragma once

#include <atomic>
#include <chrono>
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

/// Where the outcome of a job is put for a reactor that waits awake.
template <class T>
class Handover {
public:
    /// On the worker's thread. False when nobody waits awake any more: it has to be sent.
    bool give(Outcome<T> outcome) {
        outcome_.emplace(std::move(outcome));
        return state_.exchange(State::given, std::memory_order_acq_rel) == State::awake;
    }
    /// On the reactor's thread.
    bool has_come() const { return state_.load(std::memory_order_acquire) == State::given; }
    /// On the reactor's thread: false when it has come in this moment.
    bool fall_asleep() {
        State awake = State::awake;
        return state_.compare_exchange_strong(awake, State::asleep, std::memory_order_acq_rel);
    }
    Outcome<T> take() { return std::move(*outcome_); }

private:
    enum class State : std::uint8_t { awake, asleep, given };
    std::atomic<State> state_ = State::awake;
    std::optional<Outcome<T>> outcome_;
};

/// A call that waits for its job. The reactor keeps it, so that the promise is touched and
/// destroyed on its thread alone, also when it ends first.
template <class T>
struct Call {
    std::optional<Promise<T>> promise;
    Worker::Ticket ticket = 0;

    /// Ends it, on the reactor's thread.
    void fire(reactor::Reactor& reactor, Outcome<T> outcome) {
        Promise<T> fired = std::move(*promise);
        reactor.release(this);
        if (!outcome) {
            fired.errback(outcome.failure().exception());
        } else if constexpr (std::is_void_v<T>) {
            fired.callback();
        } else {
            fired.callback(std::move(outcome).value());
        }
    }
};

/// Looks for the outcome each time round the reactor, which serves others in between, until
/// `until`: to be woken takes the system longer than a query does.
template <class T>
void look_for_outcome(reactor::Reactor& reactor, Call<T>* call,
                      std::shared_ptr<Handover<T>> handover,
                      std::chrono::steady_clock::time_point until) {
    reactor.mailbox()->post([&reactor, call, until, handover = std::move(handover)] {
        if (!handover->has_come()) {
            if (std::chrono::steady_clock::now() < until) {
                look_for_outcome(reactor, call, handover, until);
                return;
            }
            if (handover->fall_asleep()) {
                return;
            }
        }
        // It was not withdrawn, so that the call is there.
        call->fire(reactor, handover->take());
    });
}

/// Calls `f(Workplace&)` on the thread of `to` when it is its turn, and gives what it returns to
/// the reactor of this thread. Cancelled before, it is not called; cancelled while it runs a
/// statement, that is stopped.
template <class F>
auto call_worker(const std::shared_ptr<Worker>& to, F f, std::uint64_t scope = 0)
    -> Deferred<std::invoke_result_t<F&, Workplace&>> {
    using T = std::invoke_result_t<F&, Workplace&>;
    auto pending = std::make_shared<Call<T>>();
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
    auto handover = to->answers_at_once() ? std::make_shared<Handover<T>>() : nullptr;
    Worker::Job job = [f = std::move(f), &reactor, call = pending.get(), handover,
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
        if (handover) {
            if (handover->give(std::move(*outcome))) {
                return;
            }
            outcome.emplace(handover->take());
        }
        mailbox->post([outcome = std::move(*outcome), &reactor, call]() mutable {
            call->fire(reactor, std::move(outcome));
        });
    };
    reactor.keep(pending);
    try {
        pending->ticket = to->add(std::move(job), scope);
    } catch (...) {
        reactor.release(pending.get());
        pending->promise->errback(std::current_exception());
        return deferred;
    }
    if (handover) {
        const auto until = std::chrono::steady_clock::now() + moment;
        look_for_outcome(reactor, pending.get(), std::move(handover), until);
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
