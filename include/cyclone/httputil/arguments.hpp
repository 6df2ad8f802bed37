#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cyclone::httputil {

/// The arguments of a query or of a form, in the order in which they came; a name may come several
/// times. Values are bytes, not necessarily UTF-8.
class Arguments {
public:
    struct Argument {
        std::string name;
        std::string value;

        friend bool operator==(const Argument&, const Argument&) = default;
    };

    Arguments() = default;
    Arguments(std::initializer_list<Argument> arguments) : arguments_(arguments) {}

    void add(std::string name, std::string value) {
        arguments_.push_back({std::move(name), std::move(value)});
    }
    /// Puts those of `others` behind these.
    void append(const Arguments& others) {
        arguments_.insert(arguments_.end(), others.arguments_.begin(), others.arguments_.end());
    }

    /// The last value of that name: which is the one that Tornado's get_argument gives.
    std::optional<std::string_view> find(std::string_view name) const {
        const auto found =
            std::find_if(arguments_.rbegin(), arguments_.rend(),
                         [name](const Argument& argument) { return argument.name == name; });
        return found == arguments_.rend() ? std::nullopt
                                          : std::optional<std::string_view>(found->value);
    }
    std::vector<std::string_view> get_list(std::string_view name) const {
        std::vector<std::string_view> values;
        for (const Argument& argument : arguments_) {
            if (argument.name == name) {
                values.push_back(argument.value);
            }
        }
        return values;
    }
    bool contains(std::string_view name) const { return find(name).has_value(); }
    /// Each name once, sorted.
    std::vector<std::string_view> names() const {
        std::vector<std::string_view> names;
        for (const Argument& argument : arguments_) {
            names.push_back(argument.name);
        }
        std::ranges::sort(names);
        const auto repeated = std::ranges::unique(names);
        names.erase(repeated.begin(), repeated.end());
        return names;
    }

    auto begin() const { return arguments_.begin(); }
    auto end() const { return arguments_.end(); }
    std::size_t size() const { return arguments_.size(); }
    bool empty() const { return arguments_.empty(); }

    friend bool operator==(const Arguments&, const Arguments&) = default;

private:
    std::vector<Argument> arguments_;
};

}  // namespace cyclone::httputil
