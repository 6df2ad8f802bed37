#pragma once

/// The command line and configuration files. The module tornado.options.
///
///     const auto port = options::define<std::uint16_t>(
///         "port", 8888, "the port to listen on",
///         {.rule = "a port is a number from 0 to 65535 (0 picks a free one)"});
///
///     int main(int argc, char** argv) {
///         options::parse_command_line(argc, argv);
///         reactor::listen_tcp(*port, application);

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cyclone/options/conversion.hpp>
#include <cyclone/options/error.hpp>
#include <cyclone/options/logging_options.hpp>
#include <cyclone/options/option.hpp>
#include <cyclone/options/option_parser.hpp>

namespace cyclone::options {

/// The options of the process: --help, those of logging, and what the program defines. To be used
/// by one thread.
OptionParser& process_options();

/// Defines an option of the process, best as a constant beside the code that reads it. Throws
/// std::logic_error when the name is taken.
template <class T>
Option<T> define(std::string_view name, T default_value = {}, std::string_view help = {},
                 Definition<T> definition = {}) {
    return process_options().define<T>(name, std::move(default_value), help, std::move(definition));
}

/// The option of the process that was defined by that name elsewhere. Throws std::logic_error when
/// there is none, or it has another type.
template <class T>
Option<T> find(std::string_view name) {
    return process_options().find<T>(name);
}

/// Reads the options of the process and gives the arguments behind them; see
/// OptionParser::parse_command_line().
///
/// Does not return when something is wrong, but says so on stderr and exits with status 2; nor
/// after --help, which is printed on stdout, status 0. Unless `final` is false, logging is set up:
/// at level info, if not told otherwise.
std::vector<std::string> parse_command_line(int argc, const char* const* argv, bool final = true);

/// Reads a file into the options of the process; see OptionParser::parse_config_file(). Exits with
/// status 2, as parse_command_line(), when something is wrong with it.
void parse_config_file(const std::string& path, bool final = true);

/// A sentence or two on what the program does, shown on top of --help.
void describe(std::string_view text);
/// On stdout.
void print_help();
/// `callback` is called when the values of all sources are there.
void add_parse_callback(std::function<void()> callback);

}  // namespace cyclone::options

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/options_process.ipp>
#endif
