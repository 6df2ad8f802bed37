#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include <boost/json/object.hpp>

#include <redislive/collector/monitor_line.hpp>
#include <redislive/collector/second_counts.hpp>
#include <redislive/collector/server_clock.hpp>
#include <redislive/dataprovider/data_provider.hpp>

namespace redislive {

/// Makes the records of seconds out of what a server's MONITOR and INFO tell. Has no clock and does
/// no I/O: times of ours are microseconds of the Unix epoch, seconds are those of the server.
///
/// A second is finished when the stream has come to a later one, or when the server's clock has
/// left it behind for `lag`. What comes later still makes another record of that second, which the
/// store adds to the first: however late a line is, it is counted once.
class SecondAssembly {
public:
    static constexpr std::int64_t lag = 250'000;

    explicit SecondAssembly(SecondCounts::Limits limits = {}) : counts_(limits) {}

    /// Counts one command.
    void add_event(const MonitorEvent& event);
    /// To be called behind the events that have arrived together.
    void end_of_batch(std::int64_t now);
    /// Takes in an INFO that arrived at `now`.
    void add_info(boost::json::object info, std::int64_t now);

    /// The seconds that are finished by now, oldest first. Each is handed out once.
    std::vector<SecondRecord> take_finished(std::int64_t now);
    /// All of them, for the end.
    std::vector<SecondRecord> take_all();

    /// What the server's clock shows at `now`.
    std::int64_t server_time(std::int64_t now) const { return clock_.at(now); }
    /// How many commands there were in all.
    std::int64_t commands() const noexcept { return commands_; }
    /// How many commands, since the last call, had a name or a key that was left out of a list,
    /// because there were too many in a second.
    std::int64_t take_left_out();

private:
    struct Sample {
        std::int64_t used = 0;
        std::int64_t peak = 0;
        boost::json::object info;
    };

    void finish_before(std::int64_t epoch);

    SecondCounts counts_;
    ServerClock clock_;
    std::map<std::int64_t, Sample> samples_;
    std::deque<SecondRecord> finished_;
    std::int64_t newest_event_ = 0;
    bool batch_has_events_ = false;
    std::int64_t commands_ = 0;
    std::int64_t left_out_told_ = 0;
};

}  // namespace redislive
