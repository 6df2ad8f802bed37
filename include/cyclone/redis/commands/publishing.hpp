#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cyclone::redis {

/// What is sent to subscribers, and who they are. Subscriber is the other side.
template <class Derived, template <class> class Result>
class PublishingCommands {
public:
    /// Gives how many subscribers got it.
    template <class V>
    Result<std::int64_t> publish(std::string_view channel, const V& message) {
        return self().template command<std::int64_t>("PUBLISH", channel, message);
    }
    /// On a channel of one shard of a Cluster, which is where a key of that name would be.
    template <class V>
    Result<std::int64_t> spublish(std::string_view channel, const V& message) {
        return self().template command<std::int64_t>("SPUBLISH", channel, message);
    }
    /// Channels that somebody has subscribed to.
    Result<std::vector<std::string>> pubsub_channels(std::string_view pattern = "*") {
        return self().template command<std::vector<std::string>>("PUBSUB", "CHANNELS", pattern);
    }
    template <class... Channels>
    Result<std::map<std::string, std::int64_t>> pubsub_numsub(const Channels&... channels) {
        return self().template command<std::map<std::string, std::int64_t>>("PUBSUB", "NUMSUB",
                                                                            channels...);
    }
    Result<std::int64_t> pubsub_numpat() {
        return self().template command<std::int64_t>("PUBSUB", "NUMPAT");
    }
    Result<std::vector<std::string>> pubsub_shardchannels(std::string_view pattern = "*") {
        return self().template command<std::vector<std::string>>("PUBSUB", "SHARDCHANNELS",
                                                                 pattern);
    }
    template <class... Channels>
    Result<std::map<std::string, std::int64_t>> pubsub_shardnumsub(const Channels&... channels) {
        return self().template command<std::map<std::string, std::int64_t>>("PUBSUB", "SHARDNUMSUB",
                                                                            channels...);
    }

private:
    Derived& self() { return static_cast<Derived&>(*this); }
};

}  // namespace cyclone::redis
