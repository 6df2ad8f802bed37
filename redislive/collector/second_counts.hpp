#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <redislive/dataprovider/data_provider.hpp>

namespace redislive {

/// How often each name has been seen. Names are copied once; to count one that is known allocates
/// nothing, nor does a new one once the table has been as large before.
class NameTable {
public:
    NameTable();

    /// Counts `name`, or gives false: it would be a new one beyond `most_names`, or its bytes are
    /// more than `most_bytes`.
    bool add(std::string_view name, std::size_t most_names, std::size_t most_bytes);

    /// Of the names.
    std::size_t bytes() const noexcept { return bytes_.size(); }

    /// What was counted, by name. The table is empty then, but keeps its memory.
    std::vector<NameCount> take();

private:
    struct Entry {
        std::uint64_t hash;
        std::size_t offset;
        std::size_t size;
        std::int64_t count;
    };

    std::uint64_t hash_of(std::string_view name) const noexcept;
    std::string_view name_of(const Entry& entry) const noexcept {
        return {bytes_.data() + entry.offset, entry.size};
    }
    std::uint32_t& slot_of(std::uint64_t hash, std::string_view name) noexcept;
    void grow();

    /// Random, so that nobody can choose keys that all fall into one slot.
    std::uint64_t seed_;
    std::vector<Entry> entries_;
    /// The index of an entry, plus one; 0 is a free slot.
    std::vector<std::uint32_t> slots_;
    std::vector<char> bytes_;
};

/// Makes of single commands what the stores keep: the counts of one second.
///
/// A second is finished when take_before() is called with a later one. An event that comes later
/// still opens the second anew: the stores add up. Does no I/O and has no clock. Not for more than
/// one thread.
class SecondCounts {
public:
    struct Limits {
        /// Distinct keys of one second.
        std::size_t keys = 100'000;
        /// Distinct commands of one second.
        std::size_t commands = 10'000;
        /// Bytes of all their names, of all seconds that are not taken yet.
        std::size_t name_bytes = 64 * 1024 * 1024;
        /// Seconds that are not taken yet.
        std::size_t seconds = 64;
    };

    /// The counts of one second. What is beyond a limit is in `record.total`, not in the lists;
    /// these numbers say how many that were.
    struct Second {
        SecondRecord record{};
        std::int64_t commands_left_out = 0;
        std::int64_t keys_left_out = 0;
    };

    SecondCounts() : SecondCounts(Limits()) {}
    explicit SecondCounts(Limits limits) : limits_(limits) {}

    /// Counts one command, and its key if it has one.
    ///
    /// False: it was not counted, for it would open one second more than Limits::seconds. Take some
    /// and add it again.
    [[nodiscard]] bool add(std::int64_t epoch, std::string_view command,
                           std::optional<std::string_view> key);

    /// The seconds before `epoch` in which there was anything, oldest first; lists are by name.
    std::vector<Second> take_before(std::int64_t epoch);
    /// All of them, for the end.
    std::vector<Second> take_all();

    /// How many commands, since the beginning, are in a total but in no list of commands.
    std::int64_t commands_left_out() const noexcept { return commands_left_out_; }
    /// How many commands, since the beginning, had a key that is in no list of keys.
    std::int64_t keys_left_out() const noexcept { return keys_left_out_; }

private:
    struct OpenSecond {
        std::int64_t epoch = 0;
        std::int64_t total = 0;
        std::int64_t commands_left_out = 0;
        std::int64_t keys_left_out = 0;
        NameTable commands{};
        NameTable keys{};
    };

    OpenSecond* find_or_open(std::int64_t epoch);
    bool count(NameTable& table, std::string_view name, std::size_t most_names);
    std::vector<Second> take(std::size_t count);

    Limits limits_;
    /// By epoch.
    std::vector<std::unique_ptr<OpenSecond>> open_;
    /// For the seconds to come, with the memory of those that were.
    std::vector<std::unique_ptr<OpenSecond>> spare_;
    std::size_t name_bytes_ = 0;
    std::int64_t commands_left_out_ = 0;
    std::int64_t keys_left_out_ = 0;
};

}  // namespace redislive
