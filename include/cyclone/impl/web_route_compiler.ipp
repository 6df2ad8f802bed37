#pragma once

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/web/route_syntax.hpp>

namespace cyclone::web::detail {

/// Makes the program of a pattern that was taken apart.
class RouteCompiler {
public:
    RouteCompiler(std::string_view pattern, RouteProgram& program)
        : pattern_(pattern), program_(program) {}

    void compile(const RouteNode& root) {
        emit_node(root);
        emit({Operation::match});
    }

    /// Whether the pattern is linear, which then stands in the program.
    bool make_linear(const RouteNode& root) {
        if (!append_linear(root)) {
            program_.linear.clear();
            return false;
        }
        const auto& steps = program_.linear;
        for (std::size_t i = 0; i < steps.size(); ++i) {
            const bool stretches =
                steps[i].kind == LinearStep::Kind::run && steps[i].least != steps[i].most;
            if (stretches && (program_.sets[steps[i].set] & first_bytes(i + 1)).any()) {
                program_.linear.clear();
                return false;
            }
        }
        return true;
    }

private:
    using Operation = RouteInstruction::Operation;
    using Kind = RouteNode::Kind;
    static constexpr std::size_t most_instructions = 10'000;

    std::uint32_t emit(RouteInstruction instruction) {
        if (program_.code.size() == most_instructions) {
            throw std::invalid_argument("the pattern " + std::string(pattern_) +
                                        ": it is too large, for its counts in braces multiply");
        }
        program_.code.push_back(instruction);
        return static_cast<std::uint32_t>(program_.code.size() - 1);
    }
    std::uint32_t here() const { return static_cast<std::uint32_t>(program_.code.size()); }

    std::uint32_t set_index(const ByteSet& set) {
        const auto found = std::ranges::find(program_.sets, set);
        const auto index = static_cast<std::uint32_t>(found - program_.sets.begin());
        if (found == program_.sets.end()) {
            program_.sets.push_back(set);
        }
        return index;
    }

    void emit_node(const RouteNode& node) {
        switch (node.kind) {
            case Kind::empty:
                break;
            case Kind::byte:
                emit({Operation::byte, set_index(node.set)});
                break;
            case Kind::sequence:
                for (const RouteNode& child : node.children) {
                    emit_node(child);
                }
                break;
            case Kind::choice:
                emit_choice(node);
                break;
            case Kind::repeat:
                emit_repeat(node);
                break;
            case Kind::group:
                emit({Operation::save, node.group * 2});
                emit_node(node.children.front());
                emit({Operation::save, node.group * 2 + 1});
                break;
            case Kind::at_begin:
                emit({Operation::at_begin});
                break;
            case Kind::at_end:
                emit({Operation::at_end});
                break;
        }
    }

    void emit_choice(const RouteNode& node) {
        std::vector<std::uint32_t> exits;
        for (std::size_t i = 0; i + 1 < node.children.size(); ++i) {
            const std::uint32_t split = emit({Operation::split});
            program_.code[split].x = here();
            emit_node(node.children[i]);
            exits.push_back(emit({Operation::jump}));
            program_.code[split].y = here();
        }
        emit_node(node.children.back());
        for (const std::uint32_t exit : exits) {
            program_.code[exit].x = here();
        }
    }

    /// A split that goes into what follows first, or past it.
    std::uint32_t emit_entry(bool greedy) {
        const std::uint32_t split = emit({Operation::split});
        (greedy ? program_.code[split].x : program_.code[split].y) = here();
        return split;
    }
    void set_exit(std::uint32_t split, bool greedy) {
        (greedy ? program_.code[split].y : program_.code[split].x) = here();
    }

    void emit_repeat(const RouteNode& node) {
        const RouteNode& repeated = node.children.front();
        for (std::uint32_t i = 0; i < node.least; ++i) {
            emit_node(repeated);
        }
        if (node.most == RouteNode::unlimited) {
            const std::uint32_t split = emit_entry(node.greedy);
            emit_node(repeated);
            emit({Operation::jump, split});
            set_exit(split, node.greedy);
            return;
        }
        std::vector<std::uint32_t> splits;
        for (std::uint32_t i = node.least; i < node.most; ++i) {
            splits.push_back(emit_entry(node.greedy));
            emit_node(repeated);
        }
        for (const std::uint32_t split : splits) {
            set_exit(split, node.greedy);
        }
    }

    bool append_linear(const RouteNode& node) {
        auto& steps = program_.linear;
        switch (node.kind) {
            case Kind::empty:
                return true;
            case Kind::byte:
                if (node.set.count() == 1) {
                    if (steps.empty() || steps.back().kind != LinearStep::Kind::literal) {
                        steps.push_back({.kind = LinearStep::Kind::literal});
                    }
                    std::size_t c = 0;
                    while (!node.set[c]) {
                        ++c;
                    }
                    steps.back().text += static_cast<char>(c);
                } else {
                    append_run(node.set, 1, 1);
                }
                return true;
            case Kind::sequence:
                return std::ranges::all_of(
                    node.children, [this](const RouteNode& child) { return append_linear(child); });
            case Kind::repeat:
                if (node.children.front().kind != Kind::byte) {
                    return false;
                }
                append_run(node.children.front().set, node.least, node.most);
                return true;
            case Kind::group:
                steps.push_back({.kind = LinearStep::Kind::open, .group = node.group});
                if (!append_linear(node.children.front())) {
                    return false;
                }
                steps.push_back({.kind = LinearStep::Kind::close, .group = node.group});
                return true;
            case Kind::choice:
            case Kind::at_begin:
            case Kind::at_end:
                return false;
        }
        return false;
    }

    void append_run(const ByteSet& set, std::uint32_t least, std::uint32_t most) {
        program_.linear.push_back(
            {.kind = LinearStep::Kind::run, .set = set_index(set), .least = least, .most = most});
    }

    /// What may come first from the step `at` on.
    ByteSet first_bytes(std::size_t at) const {
        ByteSet bytes;
        for (; at < program_.linear.size(); ++at) {
            const LinearStep& step = program_.linear[at];
            if (step.kind == LinearStep::Kind::literal) {
                bytes.set(static_cast<unsigned char>(step.text.front()));
                break;
            }
            if (step.kind == LinearStep::Kind::run) {
                bytes |= program_.sets[step.set];
                if (step.least > 0) {
                    break;
                }
            }
        }
        return bytes;
    }

    std::string_view pattern_;
    RouteProgram& program_;
};

/// The pieces around the groups, where the pattern has literals outside of them only.
inline std::vector<std::string> pieces_of(const RouteNode& root) {
    std::vector<std::string> pieces(1);
    for (const RouteNode& node : root.children) {
        if (node.kind == RouteNode::Kind::group) {
            pieces.emplace_back();
        } else if (node.kind == RouteNode::Kind::byte && node.set.count() == 1) {
            std::size_t c = 0;
            while (!node.set[c]) {
                ++c;
            }
            pieces.back() += static_cast<char>(c);
        } else if (node.kind != RouteNode::Kind::at_begin && node.kind != RouteNode::Kind::at_end) {
            return {};
        }
    }
    return pieces;
}

CYCLONE_INLINE RouteProgram compile_route(std::string_view pattern) {
    // A pattern is anchored at both ends anyway.
    std::string_view inner = pattern;
    if (inner.starts_with('^')) {
        inner.remove_prefix(1);
    }
    if (inner.ends_with('$') && !inner.ends_with("\\$")) {
        inner.remove_suffix(1);
    }
    RouteParser parser(inner);
    const RouteNode root = parser.parse();
    RouteProgram program;
    program.group_names = parser.group_names();
    program.groups = program.group_names.size();
    RouteCompiler compiler(pattern, program);
    compiler.compile(root);
    program.is_linear = compiler.make_linear(root);
    if (root.kind == RouteNode::Kind::sequence) {
        program.pieces = pieces_of(root);
        // A group within a group or a choice has no place of its own.
        if (program.pieces.size() != program.groups + 1) {
            program.pieces.clear();
        }
    }
    return program;
}

}  // namespace cyclone::web::detail
