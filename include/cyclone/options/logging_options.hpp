#pragma once

#include <cyclone/options/option_parser.hpp>

namespace cyclone::options {

/// Defines --logging and --log-file (also by Tornado's name, --log-file-prefix), which take effect
/// when the last source is read. The parser of the process has them already. As
/// tornado.log.define_logging_options; files are not rotated here, but opened anew once they were
/// moved away.
void define_logging_options(OptionParser& parser);

}  // namespace cyclone::options

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/options_logging.ipp>
#endif
