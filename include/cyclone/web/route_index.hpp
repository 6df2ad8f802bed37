#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/web/route_pattern.hpp>

namespace cyclone::web {

/// Tells which of many patterns fit a path, in the time that one takes: all of them are one
/// automaton, which is built once and then reads each byte of a path once. For a path that is
/// a pattern to the letter the answer is looked up.
class RouteIndex {
public:
    RouteIndex() = default;
    explicit RouteIndex(std::span<const RoutePattern* const> patterns);

    /// Which patterns fit the whole of `path`, by their places in the order they were given, the
    /// first first. Where complete() is false, these are all of them and each has to be tried.
    std::span<const std::uint32_t> find(std::string_view path) const;

    /// False when the patterns are too entangled for an automaton of a decent size.
    bool complete() const { return complete_; }

private:
    friend class RouteIndexBuilder;

    static constexpr std::uint32_t dead = 0;

    struct Accepted {
        std::uint32_t begin;
        std::uint32_t count;
    };
    struct Literal {
        std::string path;
        Accepted accepted{};
        bool used = false;
    };

    static std::size_t hash(std::string_view path);
    /// The place of `path`, or the free one where it would be.
    std::size_t literal_place(std::string_view path) const;
    void add_literals(std::span<const RoutePattern* const> patterns);
    Accepted walk(std::string_view path) const;

    /// Bytes that no pattern distinguishes share a column.
    std::array<std::uint8_t, 256> columns_{};
    std::size_t width_ = 0;
    std::vector<std::uint16_t> table_;
    std::vector<Accepted> accepted_;
    std::vector<std::uint32_t> patterns_;
    /// A hash table, at most half full, of a size that is a power of two; empty without literals.
    std::vector<Literal> literals_;
    bool complete_ = false;
};

}  // namespace cyclone::web

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/web_route_index.ipp>
#endif
