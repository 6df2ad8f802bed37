#pragma once

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include <cyclone/impl/config.hpp>
#include <cyclone/options.hpp>

namespace cyclone::options {

namespace detail {

struct ProcessOptions {
    ProcessOptions() { define_logging_options(parser); }

    OptionParser parser;
    std::string program = "program";
};

// One for every copy of the headers in the process, and never destroyed: handles are constants of
// other files.
[[gnu::visibility("default")]] CYCLONE_INLINE ProcessOptions& process() {
    static ProcessOptions* const process = new ProcessOptions;
    return *process;
}

/// Runs `read`; what is wrong with the options ends the program.
template <class F>
auto or_exit(F&& read) {
    try {
        return read();
    } catch (const Error& error) {
        std::fprintf(stderr, "%s: %s\n", process().program.c_str(), error.what());
        std::exit(2);
    }
}

}  // namespace detail

CYCLONE_INLINE OptionParser& process_options() { return detail::process().parser; }

CYCLONE_INLINE std::vector<std::string> parse_command_line(int argc, const char* const* argv,
                                                           bool final) {
    auto& process = detail::process();
    if (argc > 0) {
        const std::string_view path = argv[0];
        process.program = path.substr(path.rfind('/') + 1);
    }
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    auto rest =
        detail::or_exit([&] { return process.parser.parse_command_line(arguments, final); });
    if (process.parser.help_wanted()) {
        print_help();
        std::exit(0);
    }
    return rest;
}

CYCLONE_INLINE void parse_config_file(const std::string& path, bool final) {
    detail::or_exit([&] { process_options().parse_config_file(path, final); });
}

CYCLONE_INLINE void describe(std::string_view text) { process_options().describe(text); }

CYCLONE_INLINE void print_help() {
    const std::string text = process_options().help_text(detail::process().program);
    std::fwrite(text.data(), 1, text.size(), stdout);
}

CYCLONE_INLINE void add_parse_callback(std::function<void()> callback) {
    process_options().add_parse_callback(std::move(callback));
}

}  // namespace cyclone::options
