#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <redislive/dataprovider/data_provider.hpp>

namespace redislive {

/// Makes few samples out of many without losing a spike: one for each slot of time, with the
/// largest `used` and its time, and the largest `peak`.
class MemoryThinning {
public:
    /// For samples from `first` to `last`, both included, in order of time; at most `points` (at
    /// least 1) are left.
    MemoryThinning(std::int64_t first, std::int64_t last, std::size_t points) : first_(first) {
        const auto wanted = static_cast<std::int64_t>(std::max<std::size_t>(points, 1));
        const std::int64_t range = std::max<std::int64_t>(last - first + 1, 1);
        slot_ = (range + wanted - 1) / wanted;
        if (slot_ > 60) {
            // Slots of whole minutes from a whole minute on, so that the stores' sums by minute can
            // be used; one slot more may be cut by that.
            first_ = first - ((first % 60) + 60) % 60;
            const std::int64_t minutes = (last - first_) / 60 + 1;
            slot_ = (minutes + wanted - 1) / wanted * 60;
        }
    }

    /// Seconds of a slot; a multiple of 60, or less than 61.
    std::int64_t slot() const { return slot_; }

    void add(const MemorySample& sample) {
        const std::int64_t slot = (sample.epoch - first_) / slot_;
        if (samples_.empty() || slot != last_slot_) {
            samples_.push_back(sample);
            last_slot_ = slot;
            return;
        }
        MemorySample& kept = samples_.back();
        if (sample.used > kept.used) {
            kept.used = sample.used;
            kept.epoch = sample.epoch;
        }
        kept.peak = std::max(kept.peak, sample.peak);
    }

    std::vector<MemorySample> take() { return std::move(samples_); }

private:
    std::int64_t first_;
    std::int64_t slot_ = 1;
    std::int64_t last_slot_ = 0;
    std::vector<MemorySample> samples_;
};

}  // namespace redislive
