#include <redislive/collector/pending_seconds.hpp>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace redislive {

namespace {

std::size_t bytes_of(const std::vector<NameCount>& counts) {
    std::size_t bytes = counts.size() * sizeof(NameCount);
    for (const NameCount& entry : counts) {
        bytes += entry.name.size();
    }
    return bytes;
}

/// Both are in the order of their names.
void add_up(std::vector<NameCount>& counts, std::vector<NameCount>&& more) {
    std::vector<NameCount> sums;
    sums.reserve(counts.size() + more.size());
    std::ranges::merge(std::make_move_iterator(counts.begin()),
                       std::make_move_iterator(counts.end()), std::make_move_iterator(more.begin()),
                       std::make_move_iterator(more.end()), std::back_inserter(sums), {},
                       &NameCount::name, &NameCount::name);
    counts.clear();
    for (NameCount& entry : sums) {
        if (!counts.empty() && counts.back().name == entry.name) {
            counts.back().count += entry.count;
        } else {
            counts.push_back(std::move(entry));
        }
    }
}

void add_up(SecondRecord& record, SecondRecord&& more) {
    record.total += more.total;
    add_up(record.commands, std::move(more.commands));
    add_up(record.keys, std::move(more.keys));
    if (more.used_memory) {
        record.used_memory = more.used_memory;
        record.used_memory_peak = more.used_memory_peak;
    }
    if (more.info) {
        record.info = std::move(more.info);
    }
}

}  // namespace

void PendingSeconds::add(SecondRecord record) {
    const bool has_info = record.info.has_value();
    const auto first = seconds_.begin() + (storing_ ? 1 : 0);
    auto place = seconds_.end();
    while (place != first && std::prev(place)->record.epoch >= record.epoch) {
        --place;
    }
    if (place != seconds_.end() && place->record.epoch == record.epoch) {
        add_up(place->record, std::move(record));
    } else {
        place = seconds_.insert(place, Second{std::move(record)});
    }
    bytes_ -= place->bytes;
    place->bytes = bytes_of(place->record.commands) + bytes_of(place->record.keys);
    bytes_ += place->bytes;
    if (has_info) {
        keep_newest_info();
    }
    drop_beyond_limits();
}

void PendingSeconds::keep_newest_info() {
    bool newer = false;
    for (std::size_t at = seconds_.size(); at > (storing_ ? 1U : 0U); --at) {
        std::optional<boost::json::object>& info = seconds_[at - 1].record.info;
        if (newer) {
            info.reset();
        }
        newer = newer || info.has_value();
    }
}

void PendingSeconds::drop_beyond_limits() {
    const std::size_t oldest = storing_ ? 1 : 0;
    while (seconds_.size() > oldest + 1 &&
           (seconds_.size() > limits_.seconds || bytes_ > limits_.bytes)) {
        const Second& second = seconds_[oldest];
        const std::int64_t epoch = second.record.epoch;
        if (!dropped_.empty() && dropped_.back().to == epoch) {
            dropped_.back().to = epoch + 1;
        } else {
            dropped_.push_back({epoch, epoch + 1});
        }
        bytes_ -= second.bytes;
        seconds_.erase(seconds_.begin() + static_cast<std::ptrdiff_t>(oldest));
    }
}

std::optional<SecondRecord> PendingSeconds::start() {
    if (storing_) {
        throw std::logic_error("PendingSeconds::start(): a second is being stored");
    }
    if (seconds_.empty()) {
        return std::nullopt;
    }
    storing_ = true;
    return seconds_.front().record;
}

void PendingSeconds::stored() {
    storing_ = false;
    bytes_ -= seconds_.front().bytes;
    seconds_.pop_front();
}

void PendingSeconds::failed() { storing_ = false; }

void PendingSeconds::clear() {
    seconds_.clear();
    dropped_.clear();
    bytes_ = 0;
}

std::vector<Gap> PendingSeconds::take_dropped() { return std::exchange(dropped_, {}); }

}  // namespace redislive
