#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <cyclone/web/route_pattern.hpp>

namespace cyclone::web {

/// Tells which of many patterns fit a path, in the time that one takes: all of them are one
/// automaton, which is built once and then reads each byte of a path once.
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

    /// Bytes that no pattern distinguishes share a column.
    std::array<std::uint8_t, 256> columns_{};
    std::size_t width_ = 0;
    std::vector<std::uint16_t> table_;
    struct Accepted {
        std::uint32_t begin;
        std::uint32_t count;
    };
    std::vector<Accepted> accepted_;
    std::vector<std::uint32_t> patterns_;
    bool complete_ = false;
};

}  // namespace cyclone::web

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/web_route_index.ipp>
#endif
