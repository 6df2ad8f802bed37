#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cyclone::web::detail {

using ByteSet = std::bitset<256>;

/// One step of a compiled pattern.
struct RouteInstruction {
    enum class Operation : std::uint8_t {
        byte,      ///< a byte of sets[x]
        split,     ///< on at x, or failing that at y
        jump,      ///< on at x
        save,      ///< notes the position in slot x
        at_begin,  ///< only at the beginning
        at_end,    ///< only at the end
        match,
    };
    Operation operation;
    std::uint32_t x = 0;
    std::uint32_t y = 0;
};

/// What a pattern is when it is nothing but literals and runs of one kind of byte, each of which
/// ends where the next begins: it is then matched from left to right without ever looking back.
struct LinearStep {
    enum class Kind : std::uint8_t { literal, run, open, close };
    Kind kind;
    /// Of a literal.
    std::string text{};
    /// Of a run: in the program's sets.
    std::uint32_t set = 0;
    std::uint32_t least = 0;
    std::uint32_t most = 0;
    /// Of open and close.
    std::uint32_t group = 0;
};

/// A compiled pattern.
struct RouteProgram {
    std::vector<RouteInstruction> code{};
    std::vector<ByteSet> sets{};
    std::vector<LinearStep> linear{};
    bool is_linear = false;
    std::size_t groups = 0;
    /// By group; empty for one without a name.
    std::vector<std::string> group_names{};
    /// For reverse(): the literal pieces around the groups, one more than there are groups; empty
    /// when the pattern is not so simple.
    std::vector<std::string> pieces{};
};

/// Compiles a pattern in the syntax of Python's re. Throws std::invalid_argument with a sentence.
RouteProgram compile_route(std::string_view pattern);

}  // namespace cyclone::web::detail

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/web_route_compiler.ipp>
#include <cyclone/impl/web_route_parser.ipp>
#endif
