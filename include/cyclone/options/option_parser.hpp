#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cyclone/options/error.hpp>
#include <cyclone/options/option.hpp>

namespace cyclone::options {

/// A set of options and their values. Programs use the one of the process, by the functions of
/// <cyclone/options.hpp>; an own one is for tests and for a second command line. As
/// tornado.options.OptionParser.
///
/// In names a dash and an underscore are the same. Beside what is defined there is only --help.
class OptionParser {
public:
    OptionParser();
    OptionParser(const OptionParser&) = delete;
    OptionParser& operator=(const OptionParser&) = delete;
    ~OptionParser();

    /// Throws std::logic_error when the name is taken or no name.
    template <class T>
    Option<T> define(std::string_view name, T default_value = {}, std::string_view help = {},
                     Definition<T> definition = {}) {
        auto entry = std::make_unique<detail::TypedEntry<T>>(
            checked_name(name), std::move(default_value), help, std::move(definition));
        auto& typed = *entry;
        entries_.push_back(std::move(entry));
        return Option<T>(typed);
    }

    /// The option that was defined by that name, elsewhere. Throws std::logic_error when there is
    /// none, or it has another type.
    template <class T>
    Option<T> find(std::string_view name) const {
        auto* const typed = dynamic_cast<detail::TypedEntry<T>*>(entry(name));
        if (typed == nullptr) {
            throw std::logic_error("the option " + std::string(name) +
                                   " is not defined, or has another type");
        }
        return Option<T>(*typed);
    }
    bool contains(std::string_view name) const { return entry(name) != nullptr; }

    /// The names and values, as text, of the options in `group`; of all for an empty one. As
    /// group_dict.
    std::vector<std::pair<std::string, std::string>> items(std::string_view group = {}) const;

    /// The groups that options were defined in, in the order of their first option. As
    /// OptionParser.groups.
    std::vector<std::string> groups() const;

    /// Reads `--name=value` and, for a switch, `--name`, up to the first argument that starts with
    /// no dash, or past `--`; gives the arguments from there on. `arguments` doesn't begin with the
    /// program's name.
    ///
    /// With --help reading ends at once, and help_wanted() tells. `final` says that no more sources
    /// follow: the parse callbacks are called. Throws Error.
    std::vector<std::string> parse_command_line(const std::vector<std::string>& arguments,
                                                bool final = true);

    /// Reads lines `name = value`; a # begins a comment. A value may stand in quotes, '…' or "…"
    /// with the escapes \n, \t and \x for any other x, and a list in brackets: `hosts = ['a',
    /// 'b']`.
    ///
    /// Throws Error, with the file's name and the line, also for a name that isn't defined.
    void parse_config_file(const std::string& path, bool final = true);
    /// As parse_config_file(), of a text in memory; `path` only says where it is from.
    void parse_config(std::string_view text, std::string_view path, bool final = true);

    bool help_wanted() const { return help_wanted_; }
    /// A sentence or two on what the program does, shown on top of --help.
    void describe(std::string_view text) { description_ = text; }
    /// What --help prints: groups in the order of their first option, "Logging" last, no line
    /// longer than 80 columns.
    std::string help_text(std::string_view program) const;

    /// `callback` is called when the values of all sources are there.
    void add_parse_callback(std::function<void()> callback) {
        parse_callbacks_.push_back(std::move(callback));
    }
    void run_parse_callbacks();

private:
    std::string checked_name(std::string_view name) const;
    detail::Entry* entry(std::string_view name) const;
    /// Sets the option from `where`, which begins the sentence that is thrown; `shown` is how its
    /// name was written.
    void set(detail::Entry& entry, std::string_view value, const std::string& where,
             const std::string& shown);
    std::string unknown_option(std::string_view name, std::string_view dashes) const;
    [[noreturn]] void refuse_missing_value(const detail::Entry& entry,
                                           std::string_view next_argument) const;

    std::vector<std::unique_ptr<detail::Entry>> entries_;
    std::vector<std::function<void()>> parse_callbacks_;
    std::string description_;
    bool help_wanted_ = false;
    /// Files may name further files; not without end.
    int depth_ = 0;
};

}  // namespace cyclone::options

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/options_config_file.ipp>
#include <cyclone/impl/options_help_text.ipp>
#include <cyclone/impl/options_option_parser.ipp>
#endif
