#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace cyclone::redis {

/// Where some of the keys stand among the words of a command, of which 0 is its name. As the key
/// specifications of COMMAND.
struct KeySpec {
    /// The keys start after this word, which is searched for from word `first` on (back from the
    /// end when that is negative). Empty: they start at word `first`.
    std::string_view after{};
    /// 0: there are none.
    std::int8_t first = 0;
    /// How far after the first key the last one is; negative: counted from the last word, -1.
    std::int8_t last = 0;
    std::int8_t step = 1;
    /// The keys are one part in so many of what follows, as in XREAD.
    std::int8_t limit = 1;
    /// Instead of the first key there is the number of keys.
    bool counted = false;
};

/// To which nodes of a cluster a command has to go. As the tip request_policy of COMMAND.
enum class Route : std::uint8_t { one, multi_shard, all_shards, all_nodes, special };

/// What becomes of the replies of several nodes. As the tip response_policy of COMMAND.
enum class Join : std::uint8_t {
    concatenated,  ///< without a tip: arrays one after another
    one_succeeded,
    all_succeeded,
    logical_and,
    min,
    sum,
    special,
};

/// What is known of a command of Redis without asking a server.
struct CommandInfo {
    enum Flag : std::uint8_t {
        reads = 1,
        writes = 2,
        blocks = 4,
        administers = 8,
        no_script = 16,
        has_subcommands = 32,
    };

    /// In capitals; with a subcommand, "CONFIG GET".
    std::string_view name;
    /// The version of Redis that brought it.
    std::string_view since;
    /// "string", "sorted-set", "cluster", ...
    std::string_view group;
    /// How many words it has, the name included; negative: at least so many.
    std::int8_t arity;
    /// Of Flag.
    std::uint8_t flags;
    std::array<KeySpec, 3> keys{};
    Route route = Route::one;
    Join join = Join::concatenated;

    bool is(Flag flag) const { return (flags & flag) != 0; }
};

/// All commands of Redis 7.0 with their subcommands, by name. A newer server's are missing.
std::span<const CommandInfo> command_table();

/// What is known of a command, written in small letters or capitals; null: nothing. `subcommand` is
/// its second word, which need not be one.
const CommandInfo* find_command(std::string_view name, std::string_view subcommand = {});

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_command_table.ipp>
#endif
