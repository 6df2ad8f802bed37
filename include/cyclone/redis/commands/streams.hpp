#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <cyclone/redis/convert.hpp>

namespace cyclone::redis {

/// An entry of a stream: its id and its fields with their values.
using StreamEntry = std::pair<std::string, std::map<std::string, std::string>>;
/// What xread() gives: each stream's name and its new entries. Empty when there are none.
struct StreamEntries : std::vector<std::pair<std::string, std::vector<StreamEntry>>> {};

template <>
struct FromReply<StreamEntries> {
    static StreamEntries convert(Reply&& reply, std::string_view command) {
        using Entries = std::vector<std::pair<std::string, std::vector<StreamEntry>>>;
        StreamEntries entries;
        if (!reply.is_nil()) {
            static_cast<Entries&>(entries) = detail::convert<Entries>(std::move(reply), command);
        }
        return entries;
    }
};

/// What a group has handed out and nobody has acknowledged: how much, from which id to which, and
/// how much of it each consumer has.
struct PendingSummary {
    std::int64_t count = 0;
    std::optional<std::string> first{};
    std::optional<std::string> last{};
    std::map<std::string, std::int64_t> consumers{};
};

template <>
struct FromReply<PendingSummary> {
    static PendingSummary convert(Reply&& reply, std::string_view command) {
        using Consumers = std::optional<std::map<std::string, std::int64_t>>;
        using Parts = std::tuple<std::int64_t, std::optional<std::string>,
                                 std::optional<std::string>, Consumers>;
        auto [count, first, last, consumers] = detail::convert<Parts>(std::move(reply), command);
        return {count, std::move(first), std::move(last),
                std::move(consumers).value_or(std::map<std::string, std::int64_t>())};
    }
};

/// One entry that waits to be acknowledged: its id, its consumer, the milliseconds since it was
/// handed out, and how often it was.
using PendingEntry = std::tuple<std::string, std::string, std::int64_t, std::int64_t>;

/// How much is read, and how long waited for.
struct StreamReadOptions {
    std::optional<std::int64_t> count = std::nullopt;
    /// Waits so long for something to come, zero: for ever, on a connection of its own. Without it
    /// nothing is waited for.
    std::optional<std::chrono::milliseconds> block = std::nullopt;
    /// For xreadgroup(): nothing has to be acknowledged.
    bool noack = false;
};

/// How long a stream may get.
struct StreamLimit {
    std::optional<std::int64_t> maxlen = std::nullopt;
    /// A little more may stay, which is much cheaper.
    bool approximate = true;
};

/// Commands on streams and their consumer groups. As in redis-py.
template <class Derived, template <class> class Result>
class StreamCommands {
public:
    /// Adds an entry: a map, or fields and values in turn. Gives its id.
    template <class Fields>
    Result<std::string> xadd(std::string_view key, const Fields& fields, std::string_view id = "*",
                             const StreamLimit& limit = {}) {
        return self().template command<std::string>("XADD", key, words(limit), id, fields);
    }
    /// Entries to come get ids above `id`.
    Result<void> xsetid(std::string_view key, std::string_view id) {
        return self().template command<void>("XSETID", key, id);
    }
    Result<std::int64_t> xlen(std::string_view key) {
        return self().template command<std::int64_t>("XLEN", key);
    }
    /// Gives how many there were.
    template <class... Ids>
    Result<std::int64_t> xdel(std::string_view key, const Ids&... ids) {
        return self().template command<std::int64_t>("XDEL", key, ids...);
    }
    /// Gives how many went.
    Result<std::int64_t> xtrim(std::string_view key, std::int64_t maxlen, bool approximate = true) {
        return self().template command<std::int64_t>("XTRIM", key, words({maxlen, approximate}));
    }
    /// From `first` to `last` inclusive; "-" and "+" are the ends.
    Result<std::vector<StreamEntry>> xrange(std::string_view key, std::string_view first = "-",
                                            std::string_view last = "+",
                                            std::optional<std::int64_t> count = std::nullopt) {
        return self().template command<std::vector<StreamEntry>>("XRANGE", key, first, last,
                                                                 counted(count));
    }
    /// From `last` down to `first`.
    Result<std::vector<StreamEntry>> xrevrange(std::string_view key, std::string_view last = "+",
                                               std::string_view first = "-",
                                               std::optional<std::int64_t> count = std::nullopt) {
        return self().template command<std::vector<StreamEntry>>("XREVRANGE", key, last, first,
                                                                 counted(count));
    }

    /// What came after the id that `streams` has for each name; "$" means from now on.
    Result<StreamEntries> xread(const std::map<std::string, std::string>& streams,
                                const StreamReadOptions& options = {}) {
        const auto [names, ids] = in_turn(streams);
        return read(options, "XREAD", counted(options.count), blocked(options), "STREAMS", names,
                    ids);
    }
    /// As xread(), for one of the consumers of a group; the id ">" means what nobody of the group
    /// has got yet, any other what this consumer has got and not acknowledged.
    Result<StreamEntries> xreadgroup(std::string_view group, std::string_view consumer,
                                     const std::map<std::string, std::string>& streams,
                                     const StreamReadOptions& options = {}) {
        const auto [names, ids] = in_turn(streams);
        const auto noack = options.noack ? std::optional(std::string_view("NOACK")) : std::nullopt;
        return read(options, "XREADGROUP", "GROUP", group, consumer, counted(options.count),
                    blocked(options), noack, "STREAMS", names, ids);
    }
    /// Gives how many were waiting for it.
    template <class... Ids>
    Result<std::int64_t> xack(std::string_view key, std::string_view group, const Ids&... ids) {
        return self().template command<std::int64_t>("XACK", key, group, ids...);
    }
    /// Makes a group that gets what comes after `id`, and with `mkstream` the stream too.
    Result<void> xgroup_create(std::string_view key, std::string_view group,
                               std::string_view id = "$", bool mkstream = false) {
        const auto make = mkstream ? std::optional(std::string_view("MKSTREAM")) : std::nullopt;
        return self().template command<void>("XGROUP", "CREATE", key, group, id, make);
    }
    /// False when there was no such group.
    Result<bool> xgroup_destroy(std::string_view key, std::string_view group) {
        return self().template command<bool>("XGROUP", "DESTROY", key, group);
    }
    /// From here on the group gets what comes after `id`.
    Result<void> xgroup_setid(std::string_view key, std::string_view group, std::string_view id) {
        return self().template command<void>("XGROUP", "SETID", key, group, id);
    }
    /// False when there was such a consumer.
    Result<bool> xgroup_createconsumer(std::string_view key, std::string_view group,
                                       std::string_view consumer) {
        return self().template command<bool>("XGROUP", "CREATECONSUMER", key, group, consumer);
    }
    /// Gives how many entries it had not acknowledged, which are lost to the group.
    Result<std::int64_t> xgroup_delconsumer(std::string_view key, std::string_view group,
                                            std::string_view consumer) {
        return self().template command<std::int64_t>("XGROUP", "DELCONSUMER", key, group, consumer);
    }
    /// What has been handed out and not acknowledged.
    Result<PendingSummary> xpending(std::string_view key, std::string_view group) {
        return self().template command<PendingSummary>("XPENDING", key, group);
    }
    /// The same entry by entry, those that have waited for `idle`; of one consumer or of all.
    Result<std::vector<PendingEntry>> xpending_range(
        std::string_view key, std::string_view group, std::int64_t count,
        std::string_view first = "-", std::string_view last = "+",
        std::optional<std::string_view> consumer = std::nullopt,
        std::chrono::milliseconds idle = std::chrono::milliseconds(0)) {
        const auto waited =
            idle.count() > 0 ? Option(std::in_place, "IDLE", idle.count()) : std::nullopt;
        return self().template command<std::vector<PendingEntry>>("XPENDING", key, group, waited,
                                                                  first, last, count, consumer);
    }
    /// Gives these entries, which others have not acknowledged for `idle`, to `consumer`.
    template <class... Ids>
    Result<std::vector<StreamEntry>> xclaim(std::string_view key, std::string_view group,
                                            std::string_view consumer,
                                            std::chrono::milliseconds idle, const Ids&... ids) {
        return self().template command<std::vector<StreamEntry>>("XCLAIM", key, group, consumer,
                                                                 idle.count(), ids...);
    }
    /// As T, a map or a struct with BOOST_DESCRIBE_STRUCT; the others as lists of such.
    template <class T = std::map<std::string, Reply>>
    Result<T> xinfo_stream(std::string_view key) {
        return self().template command<T>("XINFO", "STREAM", key);
    }
    template <class T = std::map<std::string, Reply>>
    Result<std::vector<T>> xinfo_groups(std::string_view key) {
        return self().template command<std::vector<T>>("XINFO", "GROUPS", key);
    }
    template <class T = std::map<std::string, Reply>>
    Result<std::vector<T>> xinfo_consumers(std::string_view key, std::string_view group) {
        return self().template command<std::vector<T>>("XINFO", "CONSUMERS", key, group);
    }
    /// Gives `consumer` what others have not acknowledged for `idle`: where to go on, "0-0" at the
    /// end, the entries, and the ids of those that exist no more.
    template <class T = std::tuple<std::string, std::vector<StreamEntry>, std::vector<std::string>>>
    Result<T> xautoclaim(std::string_view key, std::string_view group, std::string_view consumer,
                         std::chrono::milliseconds idle, std::string_view start = "0-0",
                         std::optional<std::int64_t> count = std::nullopt) {
        return self().template command<T>("XAUTOCLAIM", key, group, consumer, idle.count(), start,
                                          counted(count));
    }

private:
    using Option = std::optional<std::pair<std::string_view, std::int64_t>>;

    template <class... Words>
    Result<StreamEntries> read(const StreamReadOptions& options, const Words&... all) {
        if (options.block) {
            return self().template blocking<StreamEntries>(*options.block, all...);
        }
        return self().template command<StreamEntries>(all...);
    }
    static Option counted(const std::optional<std::int64_t>& count) {
        return count ? Option(std::in_place, "COUNT", *count) : std::nullopt;
    }
    static Option blocked(const StreamReadOptions& options) {
        return options.block ? Option(std::in_place, "BLOCK", options.block->count())
                             : std::nullopt;
    }
    static auto words(const StreamLimit& limit) {
        using Words = std::tuple<std::string_view, std::string_view, std::int64_t>;
        return limit.maxlen
                   ? std::optional(Words("MAXLEN", limit.approximate ? "~" : "=", *limit.maxlen))
                   : std::nullopt;
    }
    static std::pair<std::vector<std::string_view>, std::vector<std::string_view>> in_turn(
        const std::map<std::string, std::string>& streams) {
        std::pair<std::vector<std::string_view>, std::vector<std::string_view>> both;
        for (const auto& [name, id] : streams) {
            both.first.push_back(name);
            both.second.push_back(id);
        }
        return both;
    }
    Derived& self() { return static_cast<Derived&>(*this); }
};

}  // namespace cyclone::redis
