#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cyclone/web/route_program.hpp>

namespace cyclone::web::detail {

/// A pattern taken apart: a node and what hangs below it.
struct RouteNode {
    enum class Kind : std::uint8_t {
        empty,
        byte,
        sequence,
        choice,
        repeat,
        group,
        at_begin,
        at_end
    };
    static constexpr std::uint32_t unlimited = UINT32_MAX;

    Kind kind = Kind::empty;
    /// Of a byte.
    ByteSet set{};
    /// Of a repeat.
    std::uint32_t least = 0;
    std::uint32_t most = 0;
    bool greedy = true;
    /// Of a group that captures, from 0.
    std::uint32_t group = 0;
    std::vector<RouteNode> children{};
};

/// Reads the syntax of Python's re, as far as it needs no looking back: literals, escapes, classes,
/// groups, named groups, quantifiers, alternatives, anchors, (?i).
class RouteParser {
public:
    explicit RouteParser(std::string_view pattern) : pattern_(pattern), rest_(pattern) {}

    /// Throws std::invalid_argument with a sentence.
    RouteNode parse();
    const std::vector<std::string>& group_names() const { return group_names_; }

private:
    static constexpr int deepest = 50;
    static constexpr std::uint32_t most_repeats = 1000;

    [[noreturn]] void refuse(std::string_view why) const;
    bool take(std::string_view text);
    char take_any(std::string_view missing);
    RouteNode parse_choice();
    RouteNode parse_sequence();
    RouteNode parse_atom();
    RouteNode parse_group();
    RouteNode parse_quantifier(RouteNode atom);
    bool parse_counts(std::uint32_t& least, std::uint32_t& most);
    ByteSet parse_escape();
    ByteSet parse_class();
    RouteNode byte_node(ByteSet set) const;

    std::string_view pattern_;
    std::string_view rest_;
    std::vector<std::string> group_names_;
    int depth_ = 0;
    bool ignore_case_ = false;
};

}  // namespace cyclone::web::detail
