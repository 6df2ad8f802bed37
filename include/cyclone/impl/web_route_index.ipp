#pragma once

#include <algorithm>
#include <bit>
#include <map>
#include <numeric>
#include <utility>

#include <cyclone/httputil/characters.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/web/route_index.hpp>

namespace cyclone::web {

/// Builds the automaton: a state stands for the set of places in the patterns that a path may have
/// reached.
class RouteIndexBuilder {
public:
    RouteIndexBuilder(RouteIndex& index, std::span<const RoutePattern* const> patterns)
        : index_(index), patterns_(patterns) {
        std::uint32_t offset = 0;
        for (const RoutePattern* pattern : patterns) {
            offsets_.push_back(offset);
            offset += static_cast<std::uint32_t>(pattern->program().code.size());
        }
        seen_.resize(offset, 0);
    }

    /// False when it becomes too large.
    bool build() {
        choose_columns();
        state_of({});
        std::vector<Place> starts;
        for (std::uint32_t i = 0; i < patterns_.size(); ++i) {
            starts.push_back({i, 0});
        }
        state_of(closure(starts, true));
        // New states are appended while this goes on.
        for (std::size_t state = 0; state < states_.size(); ++state) {
            for (std::size_t column = 0; column < index_.width_; ++column) {
                const std::uint32_t next = step(*states_[state], representatives_[column]);
                if (next > most_states) {
                    return false;
                }
                index_.table_.push_back(static_cast<std::uint16_t>(next));
            }
        }
        return true;
    }

private:
    using Operation = detail::RouteInstruction::Operation;
    static constexpr std::size_t most_states = 20'000;
    static constexpr std::size_t most_cells = 4'000'000;

    struct Place {
        std::uint32_t pattern;
        std::uint32_t at;
        auto operator<=>(const Place&) const = default;
    };
    using Places = std::vector<Place>;

    const detail::RouteProgram& program(const Place& place) const {
        return patterns_[place.pattern]->program();
    }

    void choose_columns() {
        // Refines by each set in turn: bytes that are told apart get columns of their own.
        std::array<std::size_t, 256> column{};
        std::size_t width = 1;
        for (const RoutePattern* pattern : patterns_) {
            for (const detail::ByteSet& set : pattern->program().sets) {
                std::map<std::pair<std::size_t, bool>, std::size_t> refined;
                for (std::size_t c = 0; c < 256; ++c) {
                    column[c] =
                        refined.try_emplace({column[c], set[c]}, refined.size()).first->second;
                }
                width = refined.size();
            }
        }
        index_.width_ = width;
        representatives_.resize(width);
        for (std::size_t c = 0; c < 256; ++c) {
            index_.columns_[c] = static_cast<std::uint8_t>(column[c]);
            representatives_[column[c]] = static_cast<unsigned char>(c);
        }
    }

    /// All places that are reached from `starts` without reading a byte: those that read one, and
    /// those that need the end.
    Places closure(const Places& starts, bool at_begin, bool at_end = false,
                   std::vector<std::uint32_t>* matched = nullptr) {
        ++generation_;
        Places places;
        Places stack(starts.rbegin(), starts.rend());
        while (!stack.empty()) {
            const Place place = stack.back();
            stack.pop_back();
            std::uint32_t& seen = seen_[offsets_[place.pattern] + place.at];
            if (std::exchange(seen, generation_) == generation_) {
                continue;
            }
            const detail::RouteInstruction& instruction = program(place).code[place.at];
            switch (instruction.operation) {
                case Operation::byte:
                    places.push_back(place);
                    break;
                case Operation::split:
                    stack.push_back({place.pattern, instruction.y});
                    stack.push_back({place.pattern, instruction.x});
                    break;
                case Operation::jump:
                    stack.push_back({place.pattern, instruction.x});
                    break;
                case Operation::save:
                    stack.push_back({place.pattern, place.at + 1});
                    break;
                case Operation::at_begin:
                    if (at_begin) {
                        stack.push_back({place.pattern, place.at + 1});
                    }
                    break;
                case Operation::at_end:
                    places.push_back(place);
                    if (at_end) {
                        stack.push_back({place.pattern, place.at + 1});
                    }
                    break;
                case Operation::match:
                    places.push_back(place);
                    if (matched != nullptr) {
                        matched->push_back(place.pattern);
                    }
                    break;
            }
        }
        std::ranges::sort(places);
        return places;
    }

    std::uint32_t state_of(Places places) {
        const auto [found, added] =
            numbers_.try_emplace(std::move(places), static_cast<std::uint32_t>(states_.size()));
        if (added) {
            states_.push_back(&found->first);
            std::vector<std::uint32_t> matched;
            // The beginning is behind us but for the first state, whose places have been through
            // it.
            closure(found->first, false, true, &matched);
            std::ranges::sort(matched);
            const auto repeated = std::ranges::unique(matched);
            matched.erase(repeated.begin(), repeated.end());
            index_.accepted_.push_back({static_cast<std::uint32_t>(index_.patterns_.size()),
                                        static_cast<std::uint32_t>(matched.size())});
            index_.patterns_.insert(index_.patterns_.end(), matched.begin(), matched.end());
        }
        if (states_.size() > most_states || states_.size() * index_.width_ > most_cells) {
            return most_states + 1;
        }
        return found->second;
    }

    std::uint32_t step(const Places& places, unsigned char byte) {
        Places next;
        for (const Place& place : places) {
            const detail::RouteInstruction& instruction = program(place).code[place.at];
            if (instruction.operation == Operation::byte &&
                program(place).sets[instruction.x][byte]) {
                next.push_back({place.pattern, place.at + 1});
            }
        }
        return state_of(closure(next, false));
    }

    RouteIndex& index_;
    std::span<const RoutePattern* const> patterns_;
    std::vector<std::uint32_t> offsets_;
    std::vector<std::uint32_t> seen_;
    std::uint32_t generation_ = 0;
    std::vector<unsigned char> representatives_;
    std::map<Places, std::uint32_t> numbers_;
    std::vector<const Places*> states_;
};

CYCLONE_INLINE RouteIndex::RouteIndex(std::span<const RoutePattern* const> patterns) {
    complete_ = !patterns.empty() && RouteIndexBuilder(*this, patterns).build();
    if (!complete_) {
        table_.clear();
        accepted_.clear();
        patterns_.resize(patterns.size());
        std::iota(patterns_.begin(), patterns_.end(), 0U);
        return;
    }
    add_literals(patterns);
}

CYCLONE_INLINE std::size_t RouteIndex::hash(std::string_view path) {
    using httputil::detail::load_8;
    std::uint64_t mixed = path.size();
    if (path.size() >= 8) {
        mixed ^= load_8(path.data()) * 0x9e3779b97f4a7c15U ^
                 load_8(path.data() + path.size() - 8) * 0xc2b2ae3d27d4eb4fU;
    } else {
        for (const char c : path) {
            mixed = mixed * 31 + static_cast<unsigned char>(c);
        }
        mixed *= 0x9e3779b97f4a7c15U;
    }
    return static_cast<std::size_t>(mixed >> 32U);
}

CYCLONE_INLINE std::size_t RouteIndex::literal_place(std::string_view path) const {
    const std::size_t mask = literals_.size() - 1;
    std::size_t place = hash(path) & mask;
    while (literals_[place].used && literals_[place].path != path) {
        place = (place + 1) & mask;
    }
    return place;
}

CYCLONE_INLINE void RouteIndex::add_literals(std::span<const RoutePattern* const> patterns) {
    std::vector<std::string> paths;
    for (const RoutePattern* pattern : patterns) {
        if (pattern->groups() == 0 && !pattern->program().pieces.empty()) {
            paths.push_back(pattern->program().pieces.front());
        }
    }
    if (paths.empty()) {
        return;
    }
    literals_.resize(std::bit_ceil(paths.size() * 2));
    for (const std::string& path : paths) {
        literals_[literal_place(path)] = {path, walk(path), true};
    }
}

CYCLONE_INLINE std::span<const std::uint32_t> RouteIndex::find(std::string_view path) const {
    if (!complete_) {
        return patterns_;
    }
    const auto found = [this](Accepted accepted) {
        return std::span(patterns_).subspan(accepted.begin, accepted.count);
    };
    if (!literals_.empty()) {
        const Literal& literal = literals_[literal_place(path)];
        if (literal.used) {
            return found(literal.accepted);
        }
    }
    return found(walk(path));
}

CYCLONE_INLINE RouteIndex::Accepted RouteIndex::walk(std::string_view path) const {
    std::size_t state = 1;
    for (const char c : path) {
        state = table_[state * width_ + columns_[static_cast<unsigned char>(c)]];
        if (state == dead) {
            return {0, 0};
        }
    }
    return accepted_[state];
}

}  // namespace cyclone::web
