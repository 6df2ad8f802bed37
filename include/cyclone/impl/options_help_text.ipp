#pragma once

#include <algorithm>

#include <cyclone/impl/config.hpp>
#include <cyclone/options/option_parser.hpp>

namespace cyclone::options {

namespace detail {

inline constexpr std::size_t help_width = 80;
/// The column in which explanations begin, at most.
inline constexpr std::size_t widest_help_margin = 32;

/// Appends the words of `text`; a line that would get too long is continued in column `margin`.
CYCLONE_INLINE void append_wrapped(std::string& page, std::string_view text, std::size_t margin) {
    std::size_t column = page.size() - (page.rfind('\n') + 1);
    bool first = true;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        if (word.empty()) {
            continue;
        }
        if (!first && column + 1 + word.size() > help_width) {
            page += '\n';
            page.append(margin, ' ');
            column = margin;
            first = true;
        }
        page += first ? "" : " ";
        page += word;
        column += word.size() + (first ? 0 : 1);
        first = false;
    }
}

CYCLONE_INLINE std::string help_prefix(const Entry& entry) {
    return "  --" + entry.name + (entry.metavar.empty() ? "" : "=" + entry.metavar);
}

CYCLONE_INLINE std::string help_line(std::string_view prefix, std::string_view explanation,
                                     std::size_t margin) {
    std::string line(prefix);
    if (explanation.empty()) {
        return line + '\n';
    }
    if (line.size() + 2 > margin) {
        line += '\n';
        line.append(margin, ' ');
    } else {
        line.append(margin - line.size(), ' ');
    }
    append_wrapped(line, explanation, margin);
    return line + '\n';
}

}  // namespace detail

CYCLONE_INLINE std::string OptionParser::help_text(std::string_view program) const {
    std::size_t margin = 0;
    std::vector<std::string> groups{""};
    for (const auto& entry : entries_) {
        if (entry->hidden) {
            continue;
        }
        const std::size_t width = detail::help_prefix(*entry).size() + 2;
        if (width <= detail::widest_help_margin) {
            margin = std::max(margin, width);
        }
        if (std::ranges::find(groups, entry->group) == groups.end()) {
            groups.push_back(entry->group);
        }
    }
    // The built-in ones, defined before all others, interest the fewest.
    if (const auto logging = std::ranges::find(groups, "Logging"); logging != groups.end()) {
        std::rotate(logging, logging + 1, groups.end());
    }

    std::string page = "Usage: " + std::string(program) + " [OPTIONS]\n";
    if (!description_.empty()) {
        detail::append_wrapped(page, description_, 0);
        page += '\n';
    }
    for (const std::string& group : groups) {
        page += "\n" + (group.empty() ? "Options" : group) + ":\n";
        for (const auto& entry : entries_) {
            if (entry->hidden || entry->group != group) {
                continue;
            }
            const std::string value = entry->secret ? std::string() : entry->default_text();
            const bool shown = !value.empty() && value != "false";
            const std::string explanation = entry->help + (shown ? " (default " + value + ")" : "");
            page += detail::help_line(detail::help_prefix(*entry), explanation, margin);
        }
        if (group.empty()) {
            page += detail::help_line("  --help", "show this and leave",
                                      std::max(margin, std::size_t{10}));
        }
    }
    return page;
}

}  // namespace cyclone::options
