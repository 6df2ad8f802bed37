#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cyclone::redis {

/// Longitude and latitude, in degrees.
using GeoPosition = std::pair<double, double>;

/// Commands on places. As in redis-py. A unit is "m", "km", "mi" or "ft".
template <class Derived, template <class> class Result>
class GeoCommands {
public:
    /// Gives whether it is new.
    Result<bool> geoadd(std::string_view key, const GeoPosition& position,
                        std::string_view member) {
        return self().template command<bool>("GEOADD", key, position, member);
    }
    Result<std::optional<double>> geodist(std::string_view key, std::string_view one,
                                          std::string_view other, std::string_view unit = "m") {
        return self().template command<std::optional<double>>("GEODIST", key, one, other, unit);
    }
    template <class... Members>
    Result<std::vector<std::optional<GeoPosition>>> geopos(std::string_view key,
                                                           const Members&... members) {
        return self().template command<std::vector<std::optional<GeoPosition>>>("GEOPOS", key,
                                                                                members...);
    }
    template <class... Members>
    Result<std::vector<std::optional<std::string>>> geohash(std::string_view key,
                                                            const Members&... members) {
        return self().template command<std::vector<std::optional<std::string>>>("GEOHASH", key,
                                                                                members...);
    }
    /// The members within `radius` of a position, the nearest first, at most `count`.
    Result<std::vector<std::string>> geosearch(std::string_view key, const GeoPosition& center,
                                               double radius, std::string_view unit = "m",
                                               std::optional<std::int64_t> count = std::nullopt) {
        return self().template command<std::vector<std::string>>("GEOSEARCH", key, "FROMLONLAT",
                                                                 center, "BYRADIUS", radius, unit,
                                                                 "ASC", counted(count));
    }
    /// As above, around a member.
    Result<std::vector<std::string>> geosearch(std::string_view key, std::string_view member,
                                               double radius, std::string_view unit = "m",
                                               std::optional<std::int64_t> count = std::nullopt) {
        return self().template command<std::vector<std::string>>("GEOSEARCH", key, "FROMMEMBER",
                                                                 member, "BYRADIUS", radius, unit,
                                                                 "ASC", counted(count));
    }

    /// Puts what geosearch() gives into `destination`, which is made anew, or with `distances` a
    /// sorted set of how far away they are. Gives how many.
    Result<std::int64_t> geosearchstore(std::string_view destination, std::string_view key,
                                        const GeoPosition& center, double radius,
                                        std::string_view unit = "m",
                                        std::optional<std::int64_t> count = std::nullopt,
                                        bool distances = false) {
        return self().template command<std::int64_t>("GEOSEARCHSTORE", destination, key,
                                                     "FROMLONLAT", center, "BYRADIUS", radius, unit,
                                                     "ASC", counted(count), stored(distances));
    }
    /// As above, around a member.
    Result<std::int64_t> geosearchstore(std::string_view destination, std::string_view key,
                                        std::string_view member, double radius,
                                        std::string_view unit = "m",
                                        std::optional<std::int64_t> count = std::nullopt,
                                        bool distances = false) {
        return self().template command<std::int64_t>("GEOSEARCHSTORE", destination, key,
                                                     "FROMMEMBER", member, "BYRADIUS", radius, unit,
                                                     "ASC", counted(count), stored(distances));
    }

private:
    static auto stored(bool distances) {
        return distances ? std::optional(std::string_view("STOREDIST")) : std::nullopt;
    }
    static auto counted(const std::optional<std::int64_t>& count) {
        using Count = std::pair<std::string_view, std::int64_t>;
        return count ? std::optional(Count("COUNT", *count)) : std::nullopt;
    }
    Derived& self() { return static_cast<Derived&>(*this); }
};

}  // namespace cyclone::redis
