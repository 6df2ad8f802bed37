#pragma once

#include <algorithm>
#include <limits>
#include <numeric>

#include <cyclone/impl/config.hpp>
#include <cyclone/options/option_parser.hpp>

namespace cyclone::options {

namespace detail {

CYCLONE_INLINE std::string with_dashes(std::string_view name) {
    std::string result(name);
    std::ranges::replace(result, '_', '-');
    return result;
}

/// How many letters have to be put in, left out, changed or swapped with their neighbour.
CYCLONE_INLINE std::size_t spelling_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = a[i - 1] == b[j - 1];
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before_last[j - 2] + 1);
            }
        }
        before_last.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

}  // namespace detail

CYCLONE_INLINE OptionParser::OptionParser() = default;
CYCLONE_INLINE OptionParser::~OptionParser() = default;

CYCLONE_INLINE std::string OptionParser::checked_name(std::string_view name) const {
    std::string checked = detail::with_dashes(name);
    const bool valid =
        !checked.empty() && checked.front() != '-' && std::ranges::none_of(checked, [](char c) {
            return c == '=' || c == '#' || static_cast<unsigned char>(c) <= ' ';
        });
    if (!valid) {
        throw std::logic_error("the name of an option cannot be \"" + std::string(name) + "\"");
    }
    if (checked == "help" || entry(checked) != nullptr) {
        throw std::logic_error("the option " + checked + " is defined twice");
    }
    return checked;
}

CYCLONE_INLINE detail::Entry* OptionParser::entry(std::string_view name) const {
    const std::string wanted = detail::with_dashes(name);
    for (const auto& entry : entries_) {
        if (entry->name == wanted) {
            return entry.get();
        }
    }
    return nullptr;
}

CYCLONE_INLINE std::vector<std::pair<std::string, std::string>> OptionParser::items(
    std::string_view group) const {
    std::vector<std::pair<std::string, std::string>> result;
    for (const auto& entry : entries_) {
        if (group.empty() || entry->group == group) {
            result.emplace_back(entry->name, entry->value_text());
        }
    }
    return result;
}

CYCLONE_INLINE std::vector<std::string> OptionParser::groups() const {
    std::vector<std::string> result;
    for (const auto& entry : entries_) {
        if (!entry->group.empty() && std::ranges::find(result, entry->group) == result.end()) {
            result.push_back(entry->group);
        }
    }
    return result;
}

CYCLONE_INLINE std::string OptionParser::unknown_option(std::string_view name,
                                                        std::string_view dashes) const {
    const std::string wanted = detail::with_dashes(name);
    const std::string* nearest = nullptr;
    std::size_t nearest_distance = std::numeric_limits<std::size_t>::max();
    // Nobody mistypes a name of this length, but a file may have anything in it.
    if (wanted.size() <= 64) {
        for (const auto& entry : entries_) {
            const std::size_t distance = detail::spelling_distance(wanted, entry->name);
            if (!entry->hidden && distance < nearest_distance) {
                nearest = &entry->name;
                nearest_distance = distance;
            }
        }
    }
    if (nearest != nullptr && nearest_distance <= std::max<std::size_t>(1, wanted.size() / 3)) {
        return "there is no such option; did you mean " + std::string(dashes) + *nearest + "?";
    }
    return "there is no such option; --help shows all";
}

CYCLONE_INLINE void OptionParser::set(detail::Entry& entry, std::string_view value,
                                      const std::string& where, const std::string& shown) {
    try {
        entry.parse(value);
    } catch (const std::invalid_argument& error) {
        const std::string given = entry.secret ? shown : shown + "=" + std::string(value);
        throw Error(where + given + ": " + error.what());
    }
}

CYCLONE_INLINE void OptionParser::refuse_missing_value(const detail::Entry& entry,
                                                       std::string_view next_argument) const {
    const std::string option = "--" + entry.name;
    if (!next_argument.empty() && !next_argument.starts_with('-')) {
        throw Error(option + ": the value stands behind a =, as in " + option + "=" +
                    (entry.secret ? entry.metavar : std::string(next_argument)));
    }
    const std::string example = entry.secret ? std::string() : entry.default_text();
    throw Error(option + ": a value is missing, as in " + option + "=" +
                (example.empty() ? entry.metavar : example));
}

CYCLONE_INLINE std::vector<std::string> OptionParser::parse_command_line(
    const std::vector<std::string>& arguments, bool final) {
    auto next = arguments.begin();
    for (; next != arguments.end() && next->starts_with('-') && *next != "-"; ++next) {
        if (*next == "--") {
            ++next;
            break;
        }
        std::string_view argument = *next;
        argument.remove_prefix(argument.find_first_not_of('-') == argument.npos
                                   ? argument.size()
                                   : argument.find_first_not_of('-'));
        const auto equals = argument.find('=');
        const std::string_view name = argument.substr(0, equals);
        detail::Entry* const found = entry(name);
        if (found == nullptr && equals == argument.npos && (name == "help" || name == "h")) {
            help_wanted_ = true;
            return {};
        }
        const std::string shown(next->substr(0, next->find('=')));
        if (found == nullptr) {
            throw Error(shown + ": " + unknown_option(name, "--"));
        }
        if (equals != argument.npos) {
            set(*found, argument.substr(equals + 1), {}, shown);
        } else if (found->is_switch) {
            set(*found, "true", {}, shown);
        } else {
            refuse_missing_value(*found, next + 1 == arguments.end() ? "" : *(next + 1));
        }
    }
    std::vector<std::string> rest(next, arguments.end());
    if (final) {
        run_parse_callbacks();
    }
    return rest;
}

CYCLONE_INLINE void OptionParser::run_parse_callbacks() {
    // By index: a callback may add another one.
    for (std::size_t i = 0; i < parse_callbacks_.size(); ++i) {
        const auto callback = parse_callbacks_[i];
        callback();
    }
}

}  // namespace cyclone::options
