#pragma once

#include <cstdint>
#include <vector>

#include <boost/json/array.hpp>

#include <redislive/dataprovider/data_provider.hpp>

namespace redislive {

/// How a row says its time.
enum class RowTime : std::uint8_t {
    fields,  ///< [year, month, day, hour, minute, second, weekday], local; as the original
    epoch,   ///< seconds of the Unix epoch
};

/// How a row says a name.
enum class RowName : std::uint8_t {
    /// As it is; one that is no UTF-8 as display_name().
    plain,
    /// One that cannot be shown as display_name(), with `true` behind the count.
    safe,
};

/// `[time, count]`.
boost::json::array to_rows(const std::vector<CommandStat>& stats, RowTime time);
/// `[time, peak, used]`.
boost::json::array to_rows(const std::vector<MemorySample>& samples, RowTime time);
/// `[name, count]`.
boost::json::array to_rows(const std::vector<NameCount>& counts, RowName name);
/// `[from, to]`.
boost::json::array to_rows(const std::vector<Gap>& gaps);

}  // namespace redislive
