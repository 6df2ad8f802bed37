#pragma once

#include <string>
#include <string_view>

namespace redislive {

/// What this process calls itself where collectors have to be told apart: its host and number, by
/// which people know it, and what tells it from all others that ever had those.
std::string collector_name();

/// `host:1234`, of a name that collector_name() gave.
std::string_view short_name(std::string_view name);

/// Whether the process of that name was one of this machine and is there no more.
bool is_gone(std::string_view name);

}  // namespace redislive
