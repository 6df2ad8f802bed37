#include <redislive/collector/second_counts.hpp>

#include <algorithm>
#include <cstring>
#include <random>
#include <utility>

namespace redislive {

NameTable::NameTable() {
    std::random_device random;
    seed_ = (static_cast<std::uint64_t>(random()) << 32) | random();
}

std::uint64_t NameTable::hash_of(std::string_view name) const noexcept {
    std::uint64_t hash = seed_ ^ name.size();
    const auto mix = [&hash](std::uint64_t word) {
        hash = (hash ^ word) * 0x9e3779b97f4a7c15U;
        hash ^= hash >> 32;
    };
    while (name.size() >= sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, name.data(), sizeof word);
        mix(word);
        name.remove_prefix(sizeof word);
    }
    std::uint64_t word = 0;
    if (!name.empty()) {
        std::memcpy(&word, name.data(), name.size());
    }
    mix(word);
    mix(seed_);
    return hash;
}

std::uint32_t& NameTable::slot_of(std::uint64_t hash, std::string_view name) noexcept {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
        std::uint32_t& slot = slots_[at];
        if (slot == 0) {
            return slot;
        }
        const Entry& entry = entries_[slot - 1];
        if (entry.hash == hash && name_of(entry) == name) {
            return slot;
        }
    }
}

void NameTable::grow() {
    slots_.assign(std::max<std::size_t>(slots_.size() * 2, 64), 0);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t index = 0; index < entries_.size(); ++index) {
        std::size_t at = entries_[index].hash & mask;
        while (slots_[at] != 0) {
            at = (at + 1) & mask;
        }
        slots_[at] = static_cast<std::uint32_t>(index + 1);
    }
}

bool NameTable::add(std::string_view name, std::size_t most_names, std::size_t most_bytes) {
    if (slots_.size() < (entries_.size() + 1) * 2) {
        grow();
    }
    const std::uint64_t hash = hash_of(name);
    std::uint32_t& slot = slot_of(hash, name);
    if (slot != 0) {
        ++entries_[slot - 1].count;
        return true;
    }
    if (entries_.size() >= most_names || name.size() > most_bytes) {
        return false;
    }
    entries_.push_back({hash, bytes_.size(), name.size(), 1});
    bytes_.insert(bytes_.end(), name.begin(), name.end());
    slot = static_cast<std::uint32_t>(entries_.size());
    return true;
}

std::vector<NameCount> NameTable::take() {
    std::sort(entries_.begin(), entries_.end(),
              [this](const Entry& a, const Entry& b) { return name_of(a) < name_of(b); });
    std::vector<NameCount> counts;
    counts.reserve(entries_.size());
    for (const Entry& entry : entries_) {
        counts.push_back({std::string(name_of(entry)), entry.count});
    }
    entries_.clear();
    bytes_.clear();
    std::fill(slots_.begin(), slots_.end(), 0U);
    return counts;
}

SecondCounts::OpenSecond* SecondCounts::find_or_open(std::int64_t epoch) {
    // From the back: nearly all events belong to the newest second.
    auto after = open_.end();
    while (after != open_.begin() && (*std::prev(after))->epoch >= epoch) {
        --after;
        if ((*after)->epoch == epoch) {
            return after->get();
        }
    }
    if (open_.size() >= limits_.seconds) {
        return nullptr;
    }
    std::unique_ptr<OpenSecond> second;
    if (spare_.empty()) {
        second = std::make_unique<OpenSecond>();
    } else {
        second = std::move(spare_.back());
        spare_.pop_back();
    }
    second->epoch = epoch;
    return open_.insert(after, std::move(second))->get();
}

bool SecondCounts::count(NameTable& table, std::string_view name, std::size_t most_names) {
    const std::size_t before = table.bytes();
    const bool counted = table.add(name, most_names, limits_.name_bytes - name_bytes_);
    name_bytes_ += table.bytes() - before;
    return counted;
}

bool SecondCounts::add(std::int64_t epoch, std::string_view command,
                       std::optional<std::string_view> key) {
    OpenSecond* const second = find_or_open(epoch);
    if (second == nullptr) {
        return false;
    }
    ++second->total;
    if (!count(second->commands, command, limits_.commands)) {
        ++second->commands_left_out;
        ++commands_left_out_;
    }
    if (key && !count(second->keys, *key, limits_.keys)) {
        ++second->keys_left_out;
        ++keys_left_out_;
    }
    return true;
}

std::vector<SecondCounts::Second> SecondCounts::take(std::size_t count) {
    std::vector<Second> taken;
    taken.reserve(count);
    for (std::size_t index = 0; index < count; ++index) {
        OpenSecond& open = *open_[index];
        name_bytes_ -= open.commands.bytes() + open.keys.bytes();
        Second& second = taken.emplace_back();
        second.record.epoch = open.epoch;
        second.record.total = std::exchange(open.total, 0);
        second.record.commands = open.commands.take();
        second.record.keys = open.keys.take();
        second.commands_left_out = std::exchange(open.commands_left_out, 0);
        second.keys_left_out = std::exchange(open.keys_left_out, 0);
        // Two are enough for the usual turn of a second; more would only hold memory.
        if (spare_.size() < 2) {
            spare_.push_back(std::move(open_[index]));
        }
    }
    open_.erase(open_.begin(), open_.begin() + static_cast<std::ptrdiff_t>(count));
    return taken;
}

std::vector<SecondCounts::Second> SecondCounts::take_before(std::int64_t epoch) {
    const auto end = std::find_if(open_.begin(), open_.end(),
                                  [&](const auto& second) { return second->epoch >= epoch; });
    return take(static_cast<std::size_t>(end - open_.begin()));
}

std::vector<SecondCounts::Second> SecondCounts::take_all() { return take(open_.size()); }

}  // namespace redislive
