#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cyclone/log.hpp>
#include <cyclone/redis.hpp>
#include <redislive/dataprovider/buckets.hpp>
#include <redislive/dataprovider/data_provider.hpp>
#include <redislive/dataprovider/redis/count_union.hpp>
#include <redislive/dataprovider/redis/memory_rows.hpp>
#include <redislive/dataprovider/redis/record_edge.hpp>
#include <redislive/dataprovider/redis/roll_up.hpp>
#include <redislive/dataprovider/redis/second_saver.hpp>
#include <redislive/dataprovider/redis/status_json.hpp>
#include <redislive/dataprovider/redis/trim.hpp>

namespace redislive {

/// Keeps statistics in a Redis, under the keys of the Python original, which may use the same
/// store.
///
/// Beside those it writes sums of minutes and hours of its own, by which long ranges are read fast.
/// Where they are missing, or the original has added to their time, it reads what the original has
/// written.
class RedisProvider final : public DataProvider {
public:
    explicit RedisProvider(cyclone::redis::ConnectionOptions options,
                           std::chrono::days keep = std::chrono::days(31))
        : name_(options.address() + "/" + std::to_string(options.db)),
          pool_(options, 2),
          saver_(pool_),
          keep_(keep) {}

    cyclone::Deferred<> ready() override { return pool_.ready(); }

    cyclone::Deferred<> close() override {
        // Behind what was sent before.
        try {
            auto last = pool_.ping();
            co_await last;
        } catch (const cyclone::redis::Error&) {
            // It is gone already.
        }
        pool_.disconnect();
    }

    cyclone::Deferred<std::string> claim(std::string server, std::string collector, std::int64_t,
                                         std::string instead_of) override {
        return pool_.eval<std::string>(
            "local holder = redis.call('GET', KEYS[1])\n"
            "if not holder or holder == ARGV[1] or holder == ARGV[2] then\n"
            "  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])\n"
            "  return ARGV[1]\n"
            "end\n"
            "return holder",
            std::array{Keys(server).collector()},
            std::array{std::move(collector), std::move(instead_of), std::to_string(claim_lasts)});
    }

    cyclone::Deferred<> save_second(std::string server, SecondRecord record) override {
        const Keys keys(server);
        const std::int64_t minute = start_of_minute(record.epoch);
        auto saving = saver_.save(keys, std::move(record), keep_);
        co_await saving;

        Progress& progress = progress_[server];
        const std::int64_t last_minute =
            std::exchange(progress.minute, std::max(progress.minute, minute));
        if (minute == last_minute) {
            co_return;
        }
        const bool new_hour = start_of_local_hour(minute) != start_of_local_hour(last_minute);
        const bool hours_left = std::exchange(progress.hours_left, false) || new_hour;
        try {
            if (minute < last_minute) {
                auto memory = redis_store::roll_up_memory(pool_, keys, minute, minute + 60);
                co_await memory;
            } else {
                auto ended = redis_store::roll_up_minute(pool_, keys, minute - 60, keep_);
                co_await ended;
                auto memory = redis_store::roll_up_new_memory(pool_, keys, minute);
                co_await memory;
            }
            if (hours_left) {
                auto hour =
                    redis_store::roll_up_an_hour(pool_, keys, std::max(minute, last_minute), keep_);
                const bool more = co_await hour;
                progress_[server].hours_left |= more;
            }
        } catch (const std::exception& error) {
            // The second is stored: were this to fail, it would be stored again.
            cyclone::log::error("the statistics of " + server +
                                " could not be summed up, and are read in detail: " + error.what());
        }
    }

    cyclone::Deferred<> save_status(std::string server, ServerStatus status) override {
        auto saving = pool_.set(Keys(server).status(), redis_store::status_to_json(status));
        co_await saving;
    }

    cyclone::Deferred<> save_gap(std::string server, std::int64_t from, std::int64_t to) override {
        auto saving = pool_.zadd(Keys(server).gaps(), to, std::to_string(from));
        co_await saving;
    }

    cyclone::Deferred<std::optional<boost::json::object>> get_info(std::string server) override {
        auto asked = pool_.get<std::optional<std::string>>(Keys(server).info());
        const std::optional<std::string> text = co_await asked;
        if (!text) {
            co_return std::nullopt;
        }
        co_return boost::json::parse(*text).as_object();
    }

    cyclone::Deferred<std::vector<MemorySample>> get_memory_info(
        std::string server, std::int64_t from, std::int64_t to,
        std::optional<std::size_t> points = std::nullopt) override {
        return redis_store::memory_info(pool_, Keys(server), from, to, points);
    }

    cyclone::Deferred<std::vector<CommandStat>> get_command_stats(
        std::string server, std::int64_t from, std::int64_t to, Granularity granularity) override {
        const Keys keys(server);
        std::vector<std::int64_t> bounds = bucket_bounds(from, to, granularity);
        const std::int64_t end = bounds.back();
        bounds.pop_back();
        auto reading = redis_store::read_counts(pool_, keys.command_count_by(granularity), bounds,
                                                granularity);
        const std::vector<std::int64_t> counts = co_await reading;
        std::vector<CommandStat> stats;
        for (std::size_t i = 0; i < bounds.size(); ++i) {
            CommandStat stat{bounds[i], counts[i]};
            const bool of_clock =
                granularity == Granularity::hour || granularity == Granularity::minute;
            if (of_clock && stat.count != 0 &&
                !redis_store::has_own_label(start_of_local_hour(bounds[i]))) {
                redis_store::LocalPeriods seconds;
                seconds.add_seconds(bounds[i], i + 1 < bounds.size() ? bounds[i + 1] : end);
                auto detail =
                    redis_store::read_counts(pool_, keys.command_count_by(Granularity::second),
                                             std::move(seconds.seconds), Granularity::second);
                const std::vector<std::int64_t> of_seconds = co_await detail;
                stat.count = redis_store::sum(of_seconds);
            }
            stats.push_back(stat);
        }
        std::ranges::reverse(stats);
        co_return stats;
    }

    cyclone::Deferred<std::vector<NameCount>> get_top_commands_stats(std::string server,
                                                                     std::int64_t from,
                                                                     std::int64_t to) override {
        return top(std::move(server), redis_store::Counted::commands, from, to);
    }
    cyclone::Deferred<std::vector<NameCount>> get_top_keys_stats(std::string server,
                                                                 std::int64_t from,
                                                                 std::int64_t to) override {
        return top(std::move(server), redis_store::Counted::keys, from, to);
    }

    cyclone::Deferred<Totals> get_totals(std::string server, std::int64_t from,
                                         std::int64_t to) override {
        const Keys keys(server);
        Totals totals;
        const redis_store::LocalPeriods periods = redis_store::LocalPeriods::of(from, to + 1);
        const std::pair<Granularity, const std::vector<std::int64_t>*> parts[] = {
            {Granularity::day, &periods.days},
            {Granularity::hour, &periods.hours},
            {Granularity::minute, &periods.minutes},
            {Granularity::second, &periods.seconds}};
        for (const auto& [granularity, starts] : parts) {
            auto reading = redis_store::read_counts(pool_, keys.command_count_by(granularity),
                                                    *starts, granularity);
            const std::vector<std::int64_t> counts = co_await reading;
            totals.commands += redis_store::sum(counts);
        }
        auto finding = redis_store::sets_of(pool_, keys, redis_store::Counted::keys, from, to + 1);
        std::vector<std::string> sets = co_await finding;
        auto adding = redis_store::summarise(pool_, keys, std::move(sets), 1);
        const redis_store::UnionSummary summary = co_await adding;
        totals.keys = summary.members;
        co_return totals;
    }

    cyclone::Deferred<std::optional<ServerStatus>> get_status(std::string server) override {
        auto asked = pool_.get<std::optional<std::string>>(Keys(server).status());
        const std::optional<std::string> text = co_await asked;
        if (!text) {
            co_return std::nullopt;
        }
        co_return redis_store::status_from_json(*text);
    }

    cyclone::Deferred<std::vector<Gap>> get_gaps(std::string server, std::int64_t from,
                                                 std::int64_t to) override {
        auto asked =
            pool_.zrangebyscore_withscores(Keys(server).gaps(), "(" + std::to_string(from), "+inf");
        const cyclone::redis::ScoredMembers members = co_await asked;
        std::vector<Gap> gaps;
        for (const auto& [member, score] : members) {
            std::int64_t start = 0;
            std::from_chars(member.data(), member.data() + member.size(), start);
            if (start <= to) {
                gaps.push_back(
                    {std::max(start, from), std::min(static_cast<std::int64_t>(score), to + 1)});
            }
        }
        std::ranges::sort(gaps, {}, &Gap::from);
        co_return gaps;
    }

    cyclone::Deferred<RecordSpan> get_record_span(std::string server) override {
        const Keys keys(server);
        RecordSpan span;
        for (const redis_store::Edge edge : {redis_store::Edge::first, redis_store::Edge::last}) {
            const bool is_first = edge == redis_store::Edge::first;
            auto in_commands = redis_store::find_edge(pool_, keys, edge);
            const std::optional<std::int64_t> commands = co_await in_commands;
            auto in_memory = redis_store::find_memory_edge(pool_, keys, edge);
            const std::optional<std::int64_t> memory = co_await in_memory;
            std::optional<std::int64_t> found = commands ? commands : memory;
            if (commands && memory) {
                found = is_first ? std::min(*commands, *memory) : std::max(*commands, *memory);
            }
            (is_first ? span.first : span.last) = found;
        }
        co_return span;
    }

    cyclone::Deferred<StoreInfo> get_store_info() override {
        auto asked = pool_.command<std::string>("INFO", "memory");
        const std::string text = co_await asked;
        constexpr std::string_view field = "\nused_memory:";
        StoreInfo info{.kind = "redis",
                       .name = name_,
                       .bytes = 0,
                       .keep_days = static_cast<int>(keep_.count())};
        if (const auto at = text.find(field); at != std::string::npos) {
            std::from_chars(text.data() + at + field.size(), text.data() + text.size(), info.bytes);
        }
        co_return info;
    }

    cyclone::Deferred<> expire(std::int64_t now) override {
        const std::int64_t cutoff = start_of_local_day(now - keep_.count() * 86400);
        // Those that this process writes: what another writes is another's to delete.
        std::vector<std::string> servers;
        for (const auto& [server, progress] : progress_) {
            servers.push_back(server);
        }
        for (const std::string& server : servers) {
            auto trimming = redis_store::trim(pool_, Keys(server), cutoff);
            co_await trimming;
        }
    }

private:
    using Keys = redis_store::StoreKeys;

    /// How far the sums of a server that is saved here have got.
    struct Progress {
        /// Of the newest second.
        std::int64_t minute = 0;
        /// There may be hours that have ended and are not summed up.
        bool hours_left = true;
    };

    cyclone::Deferred<std::vector<NameCount>> top(std::string server, redis_store::Counted counted,
                                                  std::int64_t from, std::int64_t to) {
        const Keys keys(std::move(server));
        auto finding = redis_store::sets_of(pool_, keys, counted, from, to + 1);
        std::vector<std::string> sets = co_await finding;
        auto adding = redis_store::summarise(pool_, keys, std::move(sets), 10);
        redis_store::UnionSummary summary = co_await adding;
        co_return std::move(summary.top);
    }

    std::string name_;
    cyclone::redis::ConnectionPool pool_;
    redis_store::SecondSaver saver_;
    std::chrono::days keep_;
    std::map<std::string, Progress> progress_;
};

}  // namespace redislive
