#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <cyclone/web/path_arguments.hpp>
#include <cyclone/web/route_program.hpp>

namespace cyclone::web {

/// The pattern of a route: a regular expression in Python's syntax that has to fit the whole path.
///
/// Literals, . [classes] \d \w \s, groups (...), (?:...) and (?P<name>...), * + ? {m,n}, greedy or
/// lazy, |, ^ and $, (?i) in front. A match takes time proportional to the path, whatever the
/// pattern; what that rules out (look-ahead, back references) is refused.
class RoutePattern {
public:
    /// Throws std::invalid_argument with a sentence when `pattern` is none.
    explicit RoutePattern(std::string_view pattern);

    const std::string& text() const { return text_; }
    std::size_t groups() const { return program_.groups; }

    /// Whether the whole of `path` fits. Puts what the groups caught into `arguments`, as views of
    /// `path`, not decoded.
    bool match(std::string_view path, PathArguments& arguments) const;

    /// The path with `arguments`, one for each group, percent-encoded and put in the groups'
    /// places. Throws std::invalid_argument when there are more or fewer, or the pattern is not
    /// literal outside of its groups.
    std::string reverse(std::span<const std::string> arguments) const;

    const detail::RouteProgram& program() const { return program_; }

private:
    bool match_linear(std::string_view path, PathArguments& arguments) const;
    bool match_threads(std::string_view path, PathArguments& arguments) const;

    std::string text_;
    detail::RouteProgram program_;
};

}  // namespace cyclone::web

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/web_route_pattern.ipp>
#endif
