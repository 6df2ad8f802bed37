#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace redislive::demo {

/// What the clients of a small web shop ask of their Redis: several families of commands, few keys
/// that are asked for often and many that are not, names with colons, spaces, quotes and bytes that
/// are no text. The same for the same seed; does no I/O.
class Traffic {
public:
    explicit Traffic(std::uint32_t seed) : random_(seed) {}

    /// A command with its arguments.
    std::vector<std::string> next();

    /// How many commands a second there are, on average, `seconds` after the beginning: waves of a
    /// minute, with a rush now and then.
    static double rate(double seconds);

private:
    /// From 0 to `count` - 1, small ones much more often.
    std::uint64_t skewed(std::uint64_t count);
    std::uint64_t number(std::uint64_t below);
    std::string session();

    std::mt19937 random_;
};

}  // namespace redislive::demo
