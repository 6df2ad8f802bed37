#include <redislive/collector/second_assembly.hpp>

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include <redislive/collector/microseconds.hpp>

namespace redislive {

namespace {

std::optional<std::int64_t> whole_number(const boost::json::object& info, std::string_view name) {
    const boost::json::value* const value = info.if_contains(name);
    if (value == nullptr || !value->is_int64()) {
        return std::nullopt;
    }
    return value->get_int64();
}

}  // namespace

void SecondAssembly::add_event(const MonitorEvent& event) {
    const std::int64_t epoch = event.epoch();
    if (epoch > newest_event_ / microseconds_per_second && newest_event_ != 0) {
        finish_before(epoch);
    }
    const auto key = first_key(event);
    if (!counts_.add(epoch, event.command, key)) {
        // More seconds are open than may be: the server's clock jumps about.
        finish_before(std::numeric_limits<std::int64_t>::max());
        static_cast<void>(counts_.add(epoch, event.command, key));
    }
    newest_event_ = event.microseconds;
    batch_has_events_ = true;
    ++commands_;
}

void SecondAssembly::end_of_batch(std::int64_t now) {
    if (std::exchange(batch_has_events_, false)) {
        clock_.observe(newest_event_, now);
    }
}

void SecondAssembly::add_info(boost::json::object info, std::int64_t now) {
    if (const auto time = whole_number(info, "server_time_usec")) {
        clock_.observe(*time, now);
    }
    Sample& sample = samples_[server_time(now) / microseconds_per_second];
    sample.used = whole_number(info, "used_memory").value_or(0);
    sample.peak = whole_number(info, "used_memory_peak").value_or(sample.used);
    sample.info = std::move(info);
}

void SecondAssembly::finish_before(std::int64_t epoch) {
    for (SecondCounts::Second& second : counts_.take_before(epoch)) {
        finished_.push_back(std::move(second.record));
    }
}

std::vector<SecondRecord> SecondAssembly::take_finished(std::int64_t now) {
    const std::int64_t end = (server_time(now) - lag) / microseconds_per_second;
    finish_before(end);
    std::vector<SecondRecord> records(std::make_move_iterator(finished_.begin()),
                                      std::make_move_iterator(finished_.end()));
    finished_.clear();
    // Samples stand with the counts of their second where those are finished too.
    auto sample = samples_.begin();
    for (SecondRecord& record : records) {
        while (sample != samples_.end() && sample->first < record.epoch) {
            ++sample;
        }
        if (sample != samples_.end() && sample->first == record.epoch) {
            record.used_memory = sample->second.used;
            record.used_memory_peak = sample->second.peak;
            record.info = std::move(sample->second.info);
            sample = samples_.erase(sample);
        }
    }
    for (sample = samples_.begin(); sample != samples_.end() && sample->first < end;
         sample = samples_.erase(sample)) {
        SecondRecord record;
        record.epoch = sample->first;
        record.used_memory = sample->second.used;
        record.used_memory_peak = sample->second.peak;
        record.info = std::move(sample->second.info);
        records.push_back(std::move(record));
    }
    std::ranges::stable_sort(records, {}, &SecondRecord::epoch);
    return records;
}

std::vector<SecondRecord> SecondAssembly::take_all() {
    finish_before(std::numeric_limits<std::int64_t>::max());
    return take_finished(std::numeric_limits<std::int64_t>::max() / 2);
}

std::int64_t SecondAssembly::take_left_out() {
    const std::int64_t left_out = counts_.commands_left_out() + counts_.keys_left_out();
    return left_out - std::exchange(left_out_told_, left_out);
}

}  // namespace redislive
