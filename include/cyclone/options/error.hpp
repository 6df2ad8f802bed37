#pragma once

#include <stdexcept>

namespace cyclone::options {

/// What was given on the command line or in a file cannot be used. what() is a sentence, without
/// the program's name:
/// `--port=99999: a port is a number from 0 to 65535`.
struct Error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace cyclone::options
