#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace cyclone::web {

/// What the groups of a route's pattern caught, percent-decoded, in their order. They live as long
/// as the handler. As RequestHandler.path_args.
class PathArguments {
public:
    /// A pattern with more groups is refused.
    static constexpr std::size_t capacity = 12;

    PathArguments() = default;
    PathArguments(const PathArguments&) = delete;
    PathArguments& operator=(const PathArguments&) = delete;

    std::size_t size() const { return size_; }
    /// Bytes, not necessarily UTF-8; empty for a group that took no part in the match.
    std::string_view operator[](std::size_t index) const { return values_[index]; }
    /// Whether the group took part in the match.
    bool contains(std::size_t index) const { return values_[index].data() != nullptr; }

    void clear() { size_ = 0; }
    void add(std::string_view value) { values_[size_++] = value; }
    void add_unmatched() { values_[size_++] = {}; }
    /// Decodes them all; once.
    void percent_decode();

private:
    std::array<std::string_view, capacity> values_;
    std::size_t size_ = 0;
    std::string decoded_;
};

}  // namespace cyclone::web
