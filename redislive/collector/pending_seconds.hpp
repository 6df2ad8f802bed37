#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include <redislive/dataprovider/data_provider.hpp>

namespace redislive {

/// The seconds of one server that are finished and not stored yet: what keeps the counts exact
/// while the store is away. Holds no more than its limits allow; what it drops, the oldest, becomes
/// a gap. Does no I/O.
class PendingSeconds {
public:
    struct Limits {
        std::size_t seconds = 3600;
        /// Of the names and what is kept beside each of them.
        std::size_t bytes = 64 * 1024 * 1024;
    };

    PendingSeconds() : PendingSeconds(Limits()) {}
    explicit PendingSeconds(Limits limits) : limits_(limits) {}

    /// Adds a second; to one that is waiting already, it is added up. Only the newest INFO is kept.
    void add(SecondRecord record);

    /// The oldest one, which is to be stored now and stays as it is until stored() or failed();
    /// nothing when there is none. Throws std::logic_error while one is being stored.
    std::optional<SecondRecord> start();
    void stored();
    void failed();

    /// Forgets all: another stores them. Not while one is being stored.
    void clear();

    /// Gaps for what was dropped since the last call.
    std::vector<Gap> take_dropped();

    bool empty() const noexcept { return seconds_.empty(); }
    std::size_t size() const noexcept { return seconds_.size(); }

private:
    struct Second {
        SecondRecord record;
        std::size_t bytes = 0;
    };

    void keep_newest_info();
    void drop_beyond_limits();

    Limits limits_;
    /// By epoch; the first one is being stored when `storing_`.
    std::deque<Second> seconds_;
    std::vector<Gap> dropped_;
    std::size_t bytes_ = 0;
    bool storing_ = false;
};

}  // namespace redislive
