#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/defer.hpp>
#include <cyclone/redis/backoff.hpp>
#include <redislive/collector/collector_name.hpp>
#include <redislive/collector/pending_seconds.hpp>
#include <redislive/dataprovider/data_provider.hpp>

namespace redislive {

/// Writes what is known of one server to the store, one thing after the other, and tries again for
/// as long as the store cannot be written. What it keeps meanwhile is bounded (PendingSeconds);
/// what had to be dropped is logged and becomes a gap. Held by shared pointers: what it has begun
/// holds it too.
class StoreWriter : public std::enable_shared_from_this<StoreWriter> {
public:
    StoreWriter(std::string server, std::shared_ptr<DataProvider> store,
                PendingSeconds::Limits limits = {}, std::string name = collector_name());

    /// Fires when this process has the claim; at once when it has.
    cyclone::Deferred<> claimed();
    /// Whether another process has it.
    bool standing_by() const noexcept { return standing_by_; }

    /// Is told, when the claim is won, up to which second (excluded) the store has some of this
    /// server; not called when it has none. To be set before run().
    void on_recorded_until(std::function<void(std::int64_t)> observer);

    void add(SecondRecord record);
    void add_gap(Gap gap);
    /// Only the last one is written.
    void set_status(ServerStatus status);

    /// Writes until it is cancelled.
    static cyclone::Deferred<> run(std::shared_ptr<StoreWriter> self);
    /// Fires when all that was added is written, or another collector writes.
    cyclone::Deferred<> drained();

    const std::string& server() const noexcept { return server_; }

private:
    bool idle() const;
    void wake();
    cyclone::Deferred<> wait();
    bool must_claim() const;
    cyclone::Deferred<> claim();
    void stand_by(std::string_view holder);
    cyclone::Deferred<> read_beginning();
    cyclone::Deferred<> write_status();
    cyclone::Deferred<> write_gap();
    cyclone::Deferred<> write_second();
    cyclone::Deferred<> write_next();
    void succeeded();
    static void fire(std::vector<cyclone::Promise<>>& promises);
    void failed(const std::string& error);

    std::string server_;
    std::shared_ptr<DataProvider> store_;
    std::string name_;
    PendingSeconds seconds_;
    std::vector<Gap> gaps_;
    std::optional<ServerStatus> status_;
    std::function<void(std::int64_t)> on_recorded_until_;
    cyclone::redis::Backoff backoff_;
    std::optional<cyclone::Promise<>> waiting_;
    std::vector<cyclone::Promise<>> draining_;
    std::vector<cyclone::Promise<>> claiming_;
    std::optional<std::chrono::steady_clock::time_point> claimed_at_;
    bool standing_by_ = false;
    bool begun_ = false;
    bool writing_ = false;
    bool in_trouble_ = false;
    std::int64_t dropped_ = 0;
};

}  // namespace redislive
