#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include <redislive/api/util/granularity.hpp>
#include <redislive/dataprovider/local_time.hpp>

namespace redislive::redis_store {

/// `YYMMDD`, local time.
inline std::string day_label(const std::tm& time) {
    char text[32];
    std::snprintf(text, sizeof text, "%02d%02d%02d", time.tm_year % 100, time.tm_mon + 1,
                  time.tm_mday);
    return text;
}

/// The field that a moment has in the hashes of the original: `EPOCH`, `YYMMDD:H:M`, `YYMMDD:H`,
/// `YYMMDD`; no leading zeros in hours and minutes.
inline std::string field_label(std::int64_t epoch, Granularity granularity) {
    if (granularity == Granularity::second) {
        return std::to_string(epoch);
    }
    const std::tm time = local_time(epoch);
    std::string label = day_label(time);
    if (granularity != Granularity::day) {
        label += ':' + std::to_string(time.tm_hour);
    }
    if (granularity == Granularity::minute) {
        label += ':' + std::to_string(time.tm_min);
    }
    return label;
}

/// Which counts: of commands or of keys.
enum class Counted : std::uint8_t { commands, keys };

/// The names of the keys of one watched server. Those of the original are read and written by it
/// too; the others are ours, and may be missing in a store that it has filled.
class StoreKeys {
public:
    explicit StoreKeys(std::string server) : server_(std::move(server)) {}

    const std::string& server() const { return server_; }

    // The original's.
    std::string memory() const { return server_ + ":memory"; }
    std::string info() const { return server_ + ":Info"; }
    /// The hash of the number of commands by second, minute, hour or day.
    std::string command_count_by(Granularity granularity) const {
        return server_ + ":CommandCountBy" + std::string(word(granularity));
    }
    /// The sorted set of a second or a day (the original's), a minute or an hour (ours).
    std::string counts(Counted counted, Granularity granularity, std::int64_t epoch) const {
        const std::string_view period =
            granularity == Granularity::second ? "" : adjective(granularity);
        return server_ + ":" + std::string(period) +
               (counted == Counted::commands ? "CommandCount:" : "KeyCount:") +
               field_label(epoch, granularity);
    }

    // Ours.
    /// The hash of how many commands stand behind our sorted set of a minute or an hour. That set
    /// counts as long as this is what command_count_by() has: whoever adds to the period, the
    /// original too, makes it stale by that.
    std::string rolled_up_by(Granularity granularity) const {
        return server_ + ":RolledUpBy" + std::string(word(granularity));
    }
    /// As memory(), but one member for each minute, with the number of samples behind it.
    std::string memory_by_minute() const { return server_ + ":MemoryByMinute"; }
    /// The name of the collector that may write; ends by itself.
    std::string collector() const { return server_ + ":Collector"; }
    std::string status() const { return server_ + ":Status"; }
    /// A sorted set: the first second of a gap, its end as the score.
    std::string gaps() const { return server_ + ":Gaps"; }
    /// The number of the last second that the process named `writer` has stored.
    std::string stored_by(std::string_view writer) const {
        return server_ + ":StoredBy:" + std::string(writer);
    }
    std::string temporary(std::string_view unique) const {
        return server_ + ":Temporary:" + std::string(unique);
    }

private:
    static std::string_view word(Granularity granularity) {
        switch (granularity) {
            case Granularity::minute:
                return "Minute";
            case Granularity::hour:
                return "Hour";
            case Granularity::day:
                return "Day";
            case Granularity::second:
                break;
        }
        return "Second";
    }
    static std::string_view adjective(Granularity granularity) {
        switch (granularity) {
            case Granularity::minute:
                return "Minute";
            case Granularity::hour:
                return "Hour";
            default:
                return "Daily";
        }
    }

    std::string server_;
};

}  // namespace redislive::redis_store
