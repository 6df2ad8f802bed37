#pragma once

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <cyclone/impl/config.hpp>
#include <cyclone/options/option_parser.hpp>

namespace cyclone::options {

namespace detail {

/// Reads what stands behind the = in a line of a configuration file.
class ConfigValue {
public:
    explicit ConfigValue(std::string_view text) : rest_(text) {}

    /// Throws std::invalid_argument with a sentence.
    std::string read() {
        skip_spaces();
        std::string value;
        if (at('[')) {
            value = list();
        } else if (at('\'') || at('"')) {
            value = quoted();
        } else {
            return bare();
        }
        skip_spaces();
        if (!rest_.empty() && !at('#')) {
            throw std::invalid_argument("nothing but a comment can follow the value");
        }
        return value;
    }

private:
    bool at(char c) const { return rest_.starts_with(c); }
    void skip_spaces() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
    }

    std::string quoted() {
        const char quote = rest_.front();
        std::string value;
        for (std::size_t i = 1; i < rest_.size(); ++i) {
            if (rest_[i] == quote) {
                rest_.remove_prefix(i + 1);
                return value;
            }
            if (rest_[i] == '\\' && i + 1 < rest_.size()) {
                ++i;
                value += rest_[i] == 'n' ? '\n' : rest_[i] == 't' ? '\t' : rest_[i];
            } else {
                value += rest_[i];
            }
        }
        throw std::invalid_argument("the quote at the end of the value is missing");
    }

    // Elements with a comma in them can't be told apart afterwards, no more than on the command
    // line.
    std::string list() {
        std::string value;
        rest_.remove_prefix(1);
        for (bool first = true;; first = false) {
            skip_spaces();
            if (at(']')) {
                rest_.remove_prefix(1);
                return value;
            }
            std::string element;
            if (at('\'') || at('"')) {
                element = quoted();
            } else {
                const auto length = std::min(rest_.find_first_of(",]"), rest_.size());
                const std::string_view raw = rest_.substr(0, length);
                element = raw.substr(0, raw.find_last_not_of(" \t") + 1);
                rest_.remove_prefix(length);
            }
            if (element.find(',') != element.npos) {
                throw std::invalid_argument("an element of a list cannot have a comma in it");
            }
            value += first ? "" : ",";
            value += element;
            skip_spaces();
            if (at(',')) {
                rest_.remove_prefix(1);
            } else if (!at(']')) {
                throw std::invalid_argument("the ] at the end of the list is missing");
            }
        }
    }

    std::string bare() const {
        std::string_view value = rest_;
        for (std::size_t i = 0; i < value.size(); ++i) {
            if (value[i] == '#' && (i == 0 || value[i - 1] == ' ' || value[i - 1] == '\t')) {
                value = value.substr(0, i);
            }
        }
        return std::string(value.substr(0, value.find_last_not_of(" \t") + 1));
    }

    std::string_view rest_;
};

CYCLONE_INLINE std::string read_file(const std::string& path) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                               &std::fclose);
    std::string text;
    char block[4096];
    for (std::size_t size = 1; file != nullptr && size > 0;) {
        size = std::fread(block, 1, sizeof block, file.get());
        text.append(block, size);
    }
    if (file == nullptr || std::ferror(file.get()) != 0) {
        throw Error(path + ": it cannot be read: " + std::strerror(errno));
    }
    return text;
}

}  // namespace detail

CYCLONE_INLINE void OptionParser::parse_config_file(const std::string& path, bool final) {
    parse_config(detail::read_file(path), path, final);
}

CYCLONE_INLINE void OptionParser::parse_config(std::string_view text, std::string_view path,
                                               bool final) {
    if (depth_ == 16) {
        throw Error(std::string(path) + ": this file and others name each other in a circle");
    }
    struct Depth {
        explicit Depth(int& depth_) : depth(depth_) { ++depth; }
        ~Depth() { --depth; }
        int& depth;
    };
    const Depth depth(depth_);
    if (text.starts_with("\xef\xbb\xbf")) {
        text.remove_prefix(3);
    }
    for (int number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        const auto start = line.find_first_not_of(" \t");
        if (start == line.npos || line[start] == '#') {
            continue;
        }
        const std::string where = std::string(path) + ": line " + std::to_string(number) + ": ";
        const auto equals = line.find('=');
        if (equals == line.npos) {
            throw Error(where + "a line reads name = value");
        }
        std::string_view name = line.substr(start, equals - start);
        name = name.substr(0, name.find_last_not_of(" \t") + 1);
        detail::Entry* const found = entry(name);
        if (found == nullptr) {
            throw Error(where + std::string(name) + ": " + unknown_option(name, ""));
        }
        std::string value;
        try {
            value = detail::ConfigValue(line.substr(equals + 1)).read();
        } catch (const std::invalid_argument& error) {
            throw Error(where + std::string(name) + ": " + error.what());
        }
        set(*found, value, where, std::string(name));
    }
    if (final) {
        run_parse_callbacks();
    }
}

}  // namespace cyclone::options
