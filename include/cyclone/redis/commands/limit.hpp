#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>

namespace cyclone::redis {

/// Which part of the answer of zrangebyscore() or sort() is wanted.
struct Limit {
    std::int64_t offset = 0;
    /// Negative: all from offset on.
    std::int64_t count = -1;

    /// The words of the command, as arguments.
    std::tuple<std::string_view, std::int64_t, std::int64_t> words() const {
        return {"LIMIT", offset, count};
    }
};

}  // namespace cyclone::redis
