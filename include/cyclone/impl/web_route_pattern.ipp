#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include <cyclone/escape/url.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/web/route_pattern.hpp>

namespace cyclone::web {

namespace detail {

/// Runs a program along a path with all its possibilities at once, those that are preferred first
/// (Pike's machine).
class RouteThreads {
public:
    static constexpr std::size_t no_position = static_cast<std::size_t>(-1);
    using Slots = std::array<std::size_t, PathArguments::capacity * 2>;

    explicit RouteThreads(const RouteProgram& program)
        : program_(program), seen_(program.code.size(), no_position) {}

    /// The groups' places in the preferred match of all of `path`, or nullptr.
    const Slots* run(std::string_view path) {
        Slots none;
        none.fill(no_position);
        add(0, 0, path.size(), none);
        for (std::size_t at = 0; at < path.size() && !next_.empty(); ++at) {
            std::swap(current_, next_);
            next_.clear();
            for (const Thread& thread : current_) {
                const RouteInstruction& instruction = program_.code[thread.at];
                if (instruction.operation == Operation::byte &&
                    program_.sets[instruction.x][static_cast<unsigned char>(path[at])]) {
                    add(thread.at + 1, at + 1, path.size(), thread.slots);
                }
            }
        }
        const auto found = std::ranges::find_if(next_, [this](const Thread& thread) {
            return program_.code[thread.at].operation == Operation::match;
        });
        return found == next_.end() ? nullptr : &found->slots;
    }

private:
    using Operation = RouteInstruction::Operation;

    struct Thread {
        std::uint32_t at;
        Slots slots;
    };

    void add(std::uint32_t start, std::size_t position, std::size_t end, const Slots& slots) {
        stack_.push_back({start, slots});
        while (!stack_.empty()) {
            Thread thread = stack_.back();
            stack_.pop_back();
            if (std::exchange(seen_[thread.at], position) == position) {
                continue;
            }
            const RouteInstruction& instruction = program_.code[thread.at];
            switch (instruction.operation) {
                case Operation::byte:
                case Operation::match:
                    next_.push_back(thread);
                    break;
                case Operation::split:
                    stack_.push_back({instruction.y, thread.slots});
                    stack_.push_back({instruction.x, thread.slots});
                    break;
                case Operation::jump:
                    stack_.push_back({instruction.x, thread.slots});
                    break;
                case Operation::save:
                    thread.slots[instruction.x] = position;
                    stack_.push_back({thread.at + 1, thread.slots});
                    break;
                case Operation::at_begin:
                    if (position == 0) {
                        stack_.push_back({thread.at + 1, thread.slots});
                    }
                    break;
                case Operation::at_end:
                    if (position == end) {
                        stack_.push_back({thread.at + 1, thread.slots});
                    }
                    break;
            }
        }
    }

    const RouteProgram& program_;
    /// By instruction: the last position at which it was reached.
    std::vector<std::size_t> seen_;
    std::vector<Thread> current_;
    std::vector<Thread> next_;
    std::vector<Thread> stack_;
};

}  // namespace detail

CYCLONE_INLINE void PathArguments::percent_decode() {
    std::size_t encoded = 0;
    for (std::size_t i = 0; i < size_; ++i) {
        if (values_[i].find('%') != std::string_view::npos) {
            encoded += values_[i].size();
        }
    }
    if (encoded == 0) {
        return;
    }
    decoded_.clear();
    decoded_.reserve(encoded);
    for (std::size_t i = 0; i < size_; ++i) {
        if (values_[i].find('%') != std::string_view::npos) {
            const std::size_t begin = decoded_.size();
            decoded_ += escape::url_unescape(values_[i], false);
            values_[i] = std::string_view(decoded_).substr(begin);
        }
    }
}

CYCLONE_INLINE RoutePattern::RoutePattern(std::string_view pattern)
    : text_(pattern), program_(detail::compile_route(pattern)) {
    if (program_.groups > PathArguments::capacity) {
        throw std::invalid_argument("the pattern " + text_ + " has " +
                                    std::to_string(program_.groups) + " groups; at most " +
                                    std::to_string(PathArguments::capacity) +
                                    " are possible: write (?:...) for those that catch nothing");
    }
}

CYCLONE_INLINE bool RoutePattern::match(std::string_view path, PathArguments& arguments) const {
    arguments.clear();
    return program_.is_linear ? match_linear(path, arguments) : match_threads(path, arguments);
}

CYCLONE_INLINE bool RoutePattern::match_linear(std::string_view path,
                                               PathArguments& arguments) const {
    using Kind = detail::LinearStep::Kind;
    std::array<std::size_t, PathArguments::capacity> begins{};
    std::array<std::size_t, PathArguments::capacity> ends{};
    std::size_t at = 0;
    for (const detail::LinearStep& step : program_.linear) {
        switch (step.kind) {
            case Kind::literal:
                if (!path.substr(at).starts_with(step.text)) {
                    return false;
                }
                at += step.text.size();
                break;
            case Kind::run: {
                const detail::ByteSet& set = program_.sets[step.set];
                std::uint32_t count = 0;
                while (at < path.size() && count < step.most &&
                       set[static_cast<unsigned char>(path[at])]) {
                    ++at;
                    ++count;
                }
                if (count < step.least) {
                    return false;
                }
                break;
            }
            case Kind::open:
                begins[step.group] = at;
                break;
            case Kind::close:
                ends[step.group] = at;
                break;
        }
    }
    if (at != path.size()) {
        return false;
    }
    for (std::size_t i = 0; i < program_.groups; ++i) {
        arguments.add(path.substr(begins[i], ends[i] - begins[i]));
    }
    return true;
}

CYCLONE_INLINE bool RoutePattern::match_threads(std::string_view path,
                                                PathArguments& arguments) const {
    detail::RouteThreads threads(program_);
    const auto* slots = threads.run(path);
    if (slots == nullptr) {
        return false;
    }
    for (std::size_t i = 0; i < program_.groups; ++i) {
        const std::size_t begin = (*slots)[i * 2];
        const std::size_t end = (*slots)[i * 2 + 1];
        if (begin == detail::RouteThreads::no_position ||
            end == detail::RouteThreads::no_position) {
            arguments.add_unmatched();
        } else {
            arguments.add(path.substr(begin, end - begin));
        }
    }
    return true;
}

CYCLONE_INLINE std::string RoutePattern::reverse(std::span<const std::string> arguments) const {
    if (program_.pieces.empty()) {
        throw std::invalid_argument("the pattern " + text_ +
                                    " cannot be reversed: it is not literal outside of its groups");
    }
    if (arguments.size() != program_.groups) {
        throw std::invalid_argument("the pattern " + text_ + " has " +
                                    std::to_string(program_.groups) + " groups, but " +
                                    std::to_string(arguments.size()) + " arguments were given");
    }
    std::string path = program_.pieces.front();
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        path += escape::url_escape(arguments[i], false);
        path += program_.pieces[i + 1];
    }
    return path;
}

}  // namespace cyclone::web
