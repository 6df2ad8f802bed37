#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace redislive {

/// `999`, `1.2K`, `12M`, `1.5B`, `1000T`: one digit behind the point, rounded half up, no `.0`.
std::string human_number(std::int64_t number);

/// `59 sec`, `1.5m`, `23.9h`, `365d`: rounded as human_number(). A negative one is `0 sec`.
std::string human_duration(std::chrono::seconds duration);

}  // namespace redislive
