#pragma once

#include <string>

namespace redislive {

/// The time zone of the process as the zone database calls it, `America/Sao_Paulo`: from TZ, else
/// from the system's setting. Empty where it has no such name.
std::string time_zone_name();

}  // namespace redislive
