#pragma once

#include <string>
#include <utility>
#include <vector>

#include <cyclone/defer.hpp>
#include <cyclone/redis/error.hpp>
#include <cyclone/redis/transaction.hpp>

namespace cyclone::redis {

/// Watches `keys`, lets `f(transaction)` read and fill the transaction, and commits it; again from
/// the beginning while somebody changes one of the keys in between. As redis-py's transaction().
///
///     co_await redis::transact(db, {"n"}, [&](redis::Transaction& t) -> Deferred<> {
///         auto n = co_await db.get<std::optional<int>>("n");
///         t.set("n", n.value_or(0) * 2);
///     });
///
/// Fires with the replies; fails with WatchError after `attempts`, and with what `f` fails with.
template <class Db, class F>
Deferred<std::vector<Reply>> transact(Db db, std::vector<std::string> keys, F f,
                                      int attempts = 100) {
    for (int attempt = 1;; ++attempt) {
        auto watching = db.watch(keys);
        Transaction transaction = co_await watching;
        auto filling = f(transaction);
        co_await filling;
        auto committing = transaction.commit();
        try {
            co_return co_await committing;
        } catch (const WatchError&) {
            if (attempt >= attempts) {
                throw;
            }
        }
    }
}

}  // namespace cyclone::redis
