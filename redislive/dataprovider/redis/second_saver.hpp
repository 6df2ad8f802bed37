#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <cyclone/log.hpp>
#include <cyclone/redis.hpp>
#include <cyclone/task/defer_later.hpp>
#include <redislive/dataprovider/data_provider.hpp>
#include <redislive/dataprovider/redis/second_commands.hpp>
#include <redislive/dataprovider/redis/stats_store.hpp>
#include <redislive/dataprovider/redis/store_keys.hpp>

namespace redislive::redis_store {

/// Adds seconds to the store, each once, whatever happens to the connection.
///
/// When a connection ends before EXEC is answered, nobody knows whether the transaction was, or
/// will be, executed. So each sets a marker, which it also watches: of two attempts at the same
/// second, the one that comes second finds the marker changed and does nothing.
class SecondSaver {
public:
    explicit SecondSaver(Pool pool) : pool_(std::move(pool)), state_(std::make_shared<State>()) {}

    /// Fails only when nothing was sent. Otherwise it goes on trying, until it is cancelled.
    cyclone::Deferred<> save(StoreKeys keys, SecondRecord record, std::chrono::seconds keep) {
        return save(pool_, state_, std::move(keys), std::move(record), keep);
    }

private:
    struct State {
        State() {
            std::random_device random;
            char name[32];
            std::snprintf(name, sizeof name, "%08x%08x", random(), random());
            writer = name;
        }
        std::string writer;
        std::int64_t saves = 0;
        /// By marker: a second is decided on before the next one of that server is begun.
        std::map<std::string, cyclone::DeferredLock> locks;
    };

    static cyclone::Deferred<> save(Pool pool, std::shared_ptr<State> state, StoreKeys keys,
                                    SecondRecord record, std::chrono::seconds keep) {
        using namespace std::chrono_literals;
        const std::string marker = keys.stored_by(state->writer);
        auto locking = state->locks[marker].acquire();
        const cyclone::DeferredLock::Hold hold = co_await locking;
        const std::string number = std::to_string(++state->saves);
        bool may_be_stored = false;
        for (;;) {
            std::exception_ptr error;
            bool committing = false;
            try {
                auto watching = pool.watch(marker);
                cyclone::redis::Transaction t = co_await watching;
                if (may_be_stored) {
                    auto asking = pool.get<std::optional<std::string>>(marker);
                    const std::optional<std::string> last = co_await asking;
                    if (last == number) {
                        co_return;
                    }
                }
                add_second(t, keys, record, keep);
                constexpr auto marker_lives = std::chrono::seconds(24h);
                t.command("SET", marker, number, "EX", marker_lives.count());
                committing = true;
                auto executing = t.commit();
                const std::vector<cyclone::redis::Reply> replies = co_await executing;
                log_errors(keys, replies);
                co_return;
            } catch (const cyclone::CancelledError&) {
                throw;
            } catch (const cyclone::redis::WatchError&) {
                // The attempt before has been executed after all.
            } catch (const cyclone::redis::ConnectionLost& lost) {
                error = std::current_exception();
                may_be_stored |= committing && lost.may_have_run;
            } catch (const cyclone::redis::TimeoutError& late) {
                error = std::current_exception();
                may_be_stored |= committing && late.may_have_run;
            } catch (const cyclone::redis::Error&) {
                error = std::current_exception();
            }
            if (error && !may_be_stored) {
                std::rethrow_exception(error);
            }
            auto pausing = cyclone::task::defer_later(100ms);
            co_await pausing;
        }
    }

    /// EXEC does what it can: to try again would count the rest of it twice.
    static void log_errors(const StoreKeys& keys,
                           const std::vector<cyclone::redis::Reply>& replies) {
        for (const cyclone::redis::Reply& reply : replies) {
            if (reply.is_error()) {
                cyclone::log::error(keys.server() +
                                    ": a second is stored in part only: " + reply.text());
                return;
            }
        }
    }

    Pool pool_;
    std::shared_ptr<State> state_;
};

}  // namespace redislive::redis_store
