#pragma once

#include <string>
#include <string_view>

namespace redislive {

/// Whether `name` can be shown as it is: UTF-8 without control characters.
bool is_displayable(std::string_view name);

/// What stands for a name that cannot be shown: bytes that are no UTF-8 and those of control
/// characters as `\x1b`, a backslash as `\\`, all else as it is. No two names have the same.
std::string display_name(std::string_view name);

}  // namespace redislive
