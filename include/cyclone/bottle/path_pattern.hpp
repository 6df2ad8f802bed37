#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cyclone::bottle {

/// A path with places, in the source: `"/user/<int>/<name>"` as an argument of a template.
///
/// `<int>` or `<anything:int>` is a whole number, `<float>` or `<x:float>` a number, `<path>` or
/// `<x:path>` all that follows, slashes too, and any other `<name>` the text up to the next slash.
/// As in bottle.
template <std::size_t N>
struct PathPattern {
    consteval PathPattern(const char (&literal)[N]) { std::copy_n(literal, N, text); }

    constexpr std::string_view view() const { return {text, N - 1}; }

    char text[N]{};
};

namespace detail {

enum class PlaceKind : std::uint8_t { text, whole_number, number, path };

/// What a pattern says, before it is known to be right.
struct PatternShape {
    static constexpr std::size_t most = 12;

    std::array<PlaceKind, most + 1> places{};
    std::size_t count = 0;
    bool begins_with_slash = false;
    bool brackets_match = true;
};

constexpr PlaceKind place_kind(std::string_view inside) {
    const std::size_t colon = inside.find(':');
    const std::string_view kind = colon == inside.npos ? inside : inside.substr(colon + 1);
    return kind == "int"     ? PlaceKind::whole_number
           : kind == "float" ? PlaceKind::number
           : kind == "path"  ? PlaceKind::path
                             : PlaceKind::text;
}

constexpr PatternShape shape_of(std::string_view pattern) {
    PatternShape shape;
    shape.begins_with_slash = pattern.starts_with('/');
    while (!pattern.empty()) {
        const std::size_t open = pattern.find_first_of("<>");
        if (open == pattern.npos) {
            break;
        }
        const std::size_t close = pattern.find_first_of("<>", open + 1);
        if (pattern[open] != '<' || close == pattern.npos || pattern[close] != '>' ||
            close == open + 1 || shape.count == PatternShape::most) {
            shape.brackets_match = false;
            break;
        }
        shape.places[shape.count++] = place_kind(pattern.substr(open + 1, close - open - 1));
        pattern.remove_prefix(close + 1);
    }
    return shape;
}

// By value: with the sanitizers, g++ 12 takes no address within a template's argument for a
// constant.
template <std::size_t N>
constexpr PatternShape shape_of(PathPattern<N> pattern) {
    return shape_of(pattern.view());
}

/// The regular expression that web::Route wants, with a group for each place.
inline std::string regular_expression(std::string_view pattern) {
    std::string out;
    while (!pattern.empty()) {
        const char c = pattern.front();
        if (c != '<') {
            if (std::string_view("\\.^$|()[]{}*+?").find(c) != std::string_view::npos) {
                out += '\\';
            }
            out += c;
            pattern.remove_prefix(1);
            continue;
        }
        const std::size_t close = pattern.find('>');
        switch (place_kind(pattern.substr(1, close - 1))) {
            case PlaceKind::whole_number:
                out += R"((-?\d+))";
                break;
            case PlaceKind::number:
                out += R"((-?\d+(?:\.\d+)?))";
                break;
            case PlaceKind::path:
                out += "(.+)";
                break;
            case PlaceKind::text:
                out += "([^/]+)";
                break;
        }
        pattern.remove_prefix(close + 1);
    }
    return out;
}

}  // namespace detail

}  // namespace cyclone::bottle
