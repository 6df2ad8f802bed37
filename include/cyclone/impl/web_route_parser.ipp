#pragma once

#include <charconv>
#include <cstddef>
#include <stdexcept>
#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/web/route_syntax.hpp>

namespace cyclone::web::detail {

inline ByteSet bytes_between(unsigned char first, unsigned char last) {
    ByteSet set;
    for (unsigned c = first; c <= last; ++c) {
        set.set(c);
    }
    return set;
}

inline ByteSet bytes_of(std::string_view text) {
    ByteSet set;
    for (const char c : text) {
        set.set(static_cast<unsigned char>(c));
    }
    return set;
}

inline ByteSet word_bytes() {
    return bytes_between('a', 'z') | bytes_between('A', 'Z') | bytes_between('0', '9') |
           bytes_of("_");
}

CYCLONE_INLINE void RouteParser::refuse(std::string_view why) const {
    throw std::invalid_argument("the pattern " + std::string(pattern_) + ": " + std::string(why) +
                                " (at character " +
                                std::to_string(pattern_.size() - rest_.size() + 1) + ")");
}

CYCLONE_INLINE bool RouteParser::take(std::string_view text) {
    if (!rest_.starts_with(text)) {
        return false;
    }
    rest_.remove_prefix(text.size());
    return true;
}

CYCLONE_INLINE char RouteParser::take_any(std::string_view missing) {
    if (rest_.empty()) {
        refuse(missing);
    }
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
}

CYCLONE_INLINE RouteNode RouteParser::parse() {
    if (take("(?i)")) {
        ignore_case_ = true;
    }
    RouteNode node = parse_choice();
    if (!rest_.empty()) {
        refuse("there is a ) without its (");
    }
    return node;
}

CYCLONE_INLINE RouteNode RouteParser::parse_choice() {
    if (++depth_ > deepest) {
        refuse("its groups are nested too deep");
    }
    RouteNode first = parse_sequence();
    if (rest_.starts_with('|')) {
        RouteNode choice{.kind = RouteNode::Kind::choice};
        choice.children.push_back(std::move(first));
        while (take("|")) {
            choice.children.push_back(parse_sequence());
        }
        first = std::move(choice);
    }
    --depth_;
    return first;
}

CYCLONE_INLINE RouteNode RouteParser::parse_sequence() {
    RouteNode sequence{.kind = RouteNode::Kind::sequence};
    while (!rest_.empty() && rest_.front() != '|' && rest_.front() != ')') {
        RouteNode atom = parse_atom();
        sequence.children.push_back(parse_quantifier(std::move(atom)));
    }
    return sequence;
}

CYCLONE_INLINE RouteNode RouteParser::byte_node(ByteSet set) const {
    if (ignore_case_) {
        for (std::size_t c = 'a'; c <= 'z'; ++c) {
            const bool either = set[c] || set[c - 0x20];
            set[c] = set[c - 0x20] = either;
        }
    }
    return {.kind = RouteNode::Kind::byte, .set = set};
}

CYCLONE_INLINE RouteNode RouteParser::parse_atom() {
    const char c = take_any("");
    switch (c) {
        case '(':
            return parse_group();
        case '[':
            return byte_node(parse_class());
        case '\\':
            return byte_node(parse_escape());
        case '.':
            return byte_node(~bytes_of("\n"));
        case '^':
            return {.kind = RouteNode::Kind::at_begin};
        case '$':
            return {.kind = RouteNode::Kind::at_end};
        case '*':
        case '+':
        case '?':
            refuse("there is nothing before the quantifier");
        default:
            return byte_node(bytes_of({&c, 1}));
    }
}

CYCLONE_INLINE RouteNode RouteParser::parse_group() {
    RouteNode group{.kind = RouteNode::Kind::group};
    bool captures = true;
    std::string name;
    if (take("?:")) {
        captures = false;
    } else if (take("?P<")) {
        const std::size_t end = rest_.find('>');
        if (end == std::string_view::npos || end == 0) {
            refuse("a group's name is written (?P<name>...)");
        }
        name = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
    } else if (rest_.starts_with("?=") || rest_.starts_with("?!") || rest_.starts_with("?<")) {
        refuse(
            "routes have no look-ahead or look-behind; they are tried in their order, so put the "
            "exception before the rule");
    } else if (rest_.starts_with('?')) {
        refuse("this kind of group is not known here: (?:...) and (?P<name>...) are");
    }
    if (captures) {
        group.group = static_cast<std::uint32_t>(group_names_.size());
        group_names_.push_back(std::move(name));
    }
    RouteNode inner = parse_choice();
    if (!take(")")) {
        refuse("a ) is missing");
    }
    if (!captures) {
        return inner;
    }
    group.children.push_back(std::move(inner));
    return group;
}

CYCLONE_INLINE bool RouteParser::parse_counts(std::uint32_t& least, std::uint32_t& most) {
    // As in Python, braces that hold no counts are literals.
    const std::size_t end = rest_.find('}');
    if (end == std::string_view::npos) {
        return false;
    }
    const std::string_view counts = rest_.substr(0, end);
    const std::size_t comma = counts.find(',');
    const std::string_view low = counts.substr(0, comma);
    const auto number = [](std::string_view text, std::uint32_t& value) {
        const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return error == std::errc() && stop == text.data() + text.size();
    };
    if (!(low.empty() && comma != std::string_view::npos) && !number(low, least)) {
        return false;
    }
    if (comma == std::string_view::npos) {
        most = least;
    } else if (const std::string_view high = counts.substr(comma + 1); high.empty()) {
        most = RouteNode::unlimited;
    } else if (!number(high, most)) {
        return false;
    }
    if (most < least) {
        refuse("the counts in braces are the wrong way round");
    }
    if (least > most_repeats || (most != RouteNode::unlimited && most > most_repeats)) {
        refuse("more than 1000 repetitions cannot be counted");
    }
    rest_.remove_prefix(end + 1);
    return true;
}

CYCLONE_INLINE RouteNode RouteParser::parse_quantifier(RouteNode atom) {
    RouteNode repeat{.kind = RouteNode::Kind::repeat, .most = RouteNode::unlimited};
    if (take("*")) {
    } else if (take("+")) {
        repeat.least = 1;
    } else if (take("?")) {
        repeat.most = 1;
    } else if (rest_.starts_with('{')) {
        const std::string_view before = rest_;
        rest_.remove_prefix(1);
        if (!parse_counts(repeat.least, repeat.most)) {
            rest_ = before;
            return atom;
        }
    } else {
        return atom;
    }
    repeat.greedy = !take("?");
    if (rest_.starts_with('*') || rest_.starts_with('+') || rest_.starts_with('?')) {
        refuse("there is a quantifier behind a quantifier");
    }
    repeat.children.push_back(std::move(atom));
    return repeat;
}

CYCLONE_INLINE ByteSet RouteParser::parse_escape() {
    const char c = take_any("it ends with a backslash");
    switch (c) {
        case 'd':
            return bytes_between('0', '9');
        case 'D':
            return ~bytes_between('0', '9');
        case 'w':
            return word_bytes();
        case 'W':
            return ~word_bytes();
        case 's':
            return bytes_of(" \t\n\r\f\v");
        case 'S':
            return ~bytes_of(" \t\n\r\f\v");
        case 'n':
            return bytes_of("\n");
        case 'r':
            return bytes_of("\r");
        case 't':
            return bytes_of("\t");
        case 'f':
            return bytes_of("\f");
        case 'v':
            return bytes_of("\v");
        case 'x': {
            unsigned value = 0;
            const std::string_view digits = rest_.substr(0, 2);
            const auto [end, error] =
                std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
            if (error != std::errc() || end != digits.data() + 2) {
                refuse("two hexadecimal digits follow \\x");
            }
            rest_.remove_prefix(2);
            return bytes_between(static_cast<unsigned char>(value),
                                 static_cast<unsigned char>(value));
        }
        default:
            // Letters and digits are reserved: \b, \A, and \1, which would need looking back.
            if (word_bytes()[static_cast<unsigned char>(c)] && c != '_') {
                refuse(
                    "this escape is not known here: \\d \\D \\w \\W \\s \\S \\n \\r \\t \\f \\v "
                    "\\xNN are");
            }
            return bytes_of({&c, 1});
    }
}

CYCLONE_INLINE ByteSet RouteParser::parse_class() {
    constexpr std::string_view missing = "a ] is missing";
    const bool negated = take("^");
    ByteSet set;
    bool first = true;
    for (;;) {
        char c = take_any(missing);
        if (c == ']' && !first) {
            break;
        }
        first = false;
        ByteSet one = c == '\\' ? parse_escape() : bytes_of({&c, 1});
        if (rest_.size() > 1 && rest_[0] == '-' && rest_[1] != ']' && one.count() == 1) {
            rest_.remove_prefix(1);
            char high = take_any(missing);
            const ByteSet last = high == '\\' ? parse_escape() : bytes_of({&high, 1});
            std::size_t from = 0;
            std::size_t to = 0;
            while (!one[from]) {
                ++from;
            }
            while (!last[to]) {
                ++to;
            }
            if (last.count() != 1 || to < from) {
                refuse("a range in brackets goes from a lower to a higher character");
            }
            one = bytes_between(static_cast<unsigned char>(from), static_cast<unsigned char>(to));
        }
        set |= one;
    }
    return negated ? ~set : set;
}

}  // namespace cyclone::web::detail
