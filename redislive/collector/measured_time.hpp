#pragma once

#include <cstdint>
#include <optional>

#include <redislive/dataprovider/data_provider.hpp>

namespace redislive {

/// Which seconds of one server were not measured. Does no I/O; times are microseconds of the
/// server's clock. A second that was measured in part is in the gap.
class MeasuredTime {
public:
    /// The store has seconds up to `end`, which an earlier run has written. Gives the gap between
    /// that and the beginning, when there was a beginning already.
    std::optional<Gap> recorded_until(std::int64_t end) {
        if (!first_) {
            since_ = since_.value_or(end);
            return std::nullopt;
        }
        return *first_ > end ? std::optional(Gap{end, *first_}) : std::nullopt;
    }

    /// From `time` on nothing is missed. Gives the gap that ends.
    std::optional<Gap> began(std::int64_t time) {
        const std::int64_t begin = (time + second - 1) / second;
        first_ = first_.value_or(begin);
        measuring_ = true;
        const auto since = since_;
        since_.reset();
        return since && *since < begin ? std::optional(Gap{*since, begin}) : std::nullopt;
    }

    /// Nothing is measured after `time`.
    void ended(std::int64_t time) {
        if (measuring_) {
            measuring_ = false;
            since_ = time / second;
        }
    }

    /// The gap that is there at `time`, as far as it goes.
    std::optional<Gap> growing(std::int64_t time) const {
        const std::int64_t end = time / second;
        return since_ && *since_ < end ? std::optional(Gap{*since_, end}) : std::nullopt;
    }

private:
    static constexpr std::int64_t second = 1'000'000;

    /// The first second that was measured whole.
    std::optional<std::int64_t> first_;
    /// The first second that was not.
    std::optional<std::int64_t> since_;
    bool measuring_ = false;
};

}  // namespace redislive
