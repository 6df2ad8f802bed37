#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include <cyclone/defer.hpp>
#include <cyclone/reactor/reactor_class.hpp>

namespace cyclone::http {

/// What HTTP servers have done: numbers, to be copied and added up.
class MetricsCounts {
public:
    std::uint64_t connections_accepted = 0;
    std::uint64_t connections_turned_away = 0;
    std::uint64_t connections_open = 0;
    std::uint64_t bytes_received = 0;
    std::uint64_t bytes_sent = 0;

    /// A response with `status` has been finished, so long after its request had begun to arrive.
    void request_finished(unsigned status, std::chrono::nanoseconds lasted) {
        ++statuses_[status < statuses_.size() ? status : 0];
        const auto ns = static_cast<std::uint64_t>(lasted.count() < 0 ? 0 : lasted.count());
        const auto power = static_cast<unsigned>(std::bit_width(ns));
        ++latencies_[power < first_power  ? 0
                     : power > last_power ? last_power - first_power + 1
                                          : power - first_power];
        nanoseconds_ += ns;
    }

    std::uint64_t requests() const;
    std::uint64_t requests_with_status(unsigned status) const {
        return status < statuses_.size() ? statuses_[status] : 0;
    }
    /// How much later than it was due a call has come, lately: the reactor had other work.
    std::chrono::nanoseconds reactor_lag() const { return lag_; }
    /// Of how many reactors these are the sum.
    std::size_t reactors() const { return reactors_; }

    /// Adds those of another reactor; of the lag, the larger.
    void add(const MetricsCounts& other);
    /// In the text format of Prometheus, version 0.0.4.
    std::string prometheus_text() const;

protected:
    std::chrono::nanoseconds lag_{0};
    std::size_t reactors_ = 0;

private:
    // Latencies are counted by powers of two of nanoseconds, from 8 µs to 69 s.
    static constexpr unsigned first_power = 13;
    static constexpr unsigned last_power = 36;

    std::array<std::uint64_t, 600> statuses_{};
    std::array<std::uint64_t, last_power - first_power + 2> latencies_{};
    std::uint64_t nanoseconds_ = 0;
};

/// What the HTTP servers of one reactor have done since it began: reactor.component<Metrics>(). On
/// its thread.
class Metrics final : public MetricsCounts {
public:
    explicit Metrics(reactor::Reactor& reactor);
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;
    ~Metrics();

    /// Turns the measuring of reactor_lag() on, which costs a timer that wakes the reactor four
    /// times a second.
    void measure_lag();

private:
    void wait_for_lag();

    reactor::Reactor& reactor_;
    std::chrono::nanoseconds lag_due_{0};
    reactor::DelayedCall lag_call_;
    bool measures_lag_ = false;
};

/// The sum over all reactors of the process that have HTTP servers, whose lag is measured from now
/// on. One that does not answer within `patience`, having other work, is left out, which reactors()
/// tells. On the thread of a reactor.
Deferred<MetricsCounts> metrics_of_all_reactors(
    std::chrono::nanoseconds patience = std::chrono::seconds(1));

}  // namespace cyclone::http

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/http_metrics.ipp>
#endif
