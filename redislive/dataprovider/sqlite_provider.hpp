#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>

#include <cyclone/sqlite.hpp>
#include <redislive/dataprovider/buckets.hpp>
#include <redislive/dataprovider/data_provider.hpp>
#include <redislive/dataprovider/sqlite/expiry.hpp>
#include <redislive/dataprovider/sqlite/memory_rows.hpp>
#include <redislive/dataprovider/sqlite/schema.hpp>
#include <redislive/dataprovider/sqlite/second_writer.hpp>
#include <redislive/dataprovider/sqlite/top_counts.hpp>

namespace redislive {

/// Keeps statistics in an SQLite file, which several processes may use at the same time.
///
/// A second is one transaction: after a kill at any moment all that had been saved is there.
/// Writing and reading each have a thread, and neither waits for the other.
class SqliteProvider final : public DataProvider {
public:
    explicit SqliteProvider(const std::string& path, std::chrono::days keep = std::chrono::days(31))
        : writer_(path, options()), reader_(path, options()), keep_(keep) {}

    cyclone::Deferred<> ready() override {
        co_await writer_.ready();
        co_await reader_.ready();
    }

    cyclone::Deferred<> close() override {
        co_await reader_.close();
        co_await writer_.close();
    }

    cyclone::Deferred<std::string> claim(std::string server, std::string collector,
                                         std::int64_t now, std::string instead_of) override {
        return writer_.run_interaction([server = std::move(server),
                                        collector = std::move(collector), now,
                                        instead_of = std::move(instead_of)](Transaction& t) {
            const std::int64_t id = sqlite_store::server_id(t, server);
            const auto rows = t.query("SELECT collector, until FROM claim WHERE server = ?", id);
            if (!rows.empty()) {
                std::string holder = rows[0].get<std::string>(0);
                const auto until = rows[0].get<std::int64_t>(1);
                // One far ahead was made before the clock was set back.
                const bool holds = now < until && until <= now + 2 * claim_lasts;
                if (holds && holder != collector && holder != instead_of) {
                    return holder;
                }
            }
            t.execute("INSERT OR REPLACE INTO claim VALUES (?, ?, ?)", id, collector,
                      now + claim_lasts);
            return collector;
        });
    }

    cyclone::Deferred<> save_second(std::string server, SecondRecord record) override {
        return writer_.run_interaction([names = names_, server = std::move(server),
                                        record = std::move(record)](Transaction& t) {
            try {
                sqlite_store::write_second(t, *names, server, record);
            } catch (...) {
                names->forget();
                throw;
            }
        });
    }

    cyclone::Deferred<> save_status(std::string server, ServerStatus status) override {
        return writer_.run_interaction(
            [server = std::move(server), status = std::move(status)](Transaction& t) {
                t.execute("INSERT OR REPLACE INTO status VALUES (?, ?, ?, ?, ?, ?, ?)",
                          sqlite_store::server_id(t, server), status.state, status.since,
                          status.reason, status.retry_at, status.latency_ms, status.updated_at);
            });
    }

    cyclone::Deferred<> save_gap(std::string server, std::int64_t from, std::int64_t to) override {
        return writer_.run_interaction([server = std::move(server), from, to](Transaction& t) {
            t.execute("INSERT OR REPLACE INTO gap VALUES (?, ?, ?)",
                      sqlite_store::server_id(t, server), from, to);
        });
    }

    cyclone::Deferred<std::optional<boost::json::object>> get_info(std::string server) override {
        return reader_.run_snapshot(
            [server = std::move(server)](Transaction& t) -> std::optional<boost::json::object> {
                const auto rows = t.query("SELECT json FROM info WHERE server = ?",
                                          sqlite_store::find_server(t, server));
                if (rows.empty()) {
                    return std::nullopt;
                }
                return boost::json::parse(rows[0].get<std::string_view>(0)).as_object();
            });
    }

    cyclone::Deferred<std::vector<MemorySample>> get_memory_info(
        std::string server, std::int64_t from, std::int64_t to,
        std::optional<std::size_t> points = std::nullopt) override {
        return reader_.run_snapshot([server = std::move(server), from, to, points](Transaction& t) {
            return sqlite_store::memory_info(t, sqlite_store::find_server(t, server), from, to,
                                             points);
        });
    }

    cyclone::Deferred<std::vector<CommandStat>> get_command_stats(
        std::string server, std::int64_t from, std::int64_t to, Granularity granularity) override {
        return reader_.run_snapshot(
            [server = std::move(server), from, to, granularity](Transaction& t) {
                const std::int64_t id = sqlite_store::find_server(t, server);
                const std::vector<std::int64_t> bounds = bucket_bounds(from, to, granularity);
                std::vector<CommandStat> stats;
                stats.reserve(bounds.size());
                for (std::size_t i = bounds.size() - 1; i-- > 0;) {
                    stats.push_back(
                        {bounds[i], sqlite_store::total_in(t, id, bounds[i], bounds[i + 1])});
                }
                return stats;
            });
    }

    cyclone::Deferred<std::vector<NameCount>> get_top_commands_stats(std::string server,
                                                                     std::int64_t from,
                                                                     std::int64_t to) override {
        return top(std::move(server), from, to, "commands");
    }
    cyclone::Deferred<std::vector<NameCount>> get_top_keys_stats(std::string server,
                                                                 std::int64_t from,
                                                                 std::int64_t to) override {
        return top(std::move(server), from, to, "keys");
    }

    cyclone::Deferred<Totals> get_totals(std::string server, std::int64_t from,
                                         std::int64_t to) override {
        return reader_.run_snapshot(
            [server = std::move(server), from, to](Transaction& t) -> Totals {
                const std::int64_t id = sqlite_store::find_server(t, server);
                return {sqlite_store::total_in(t, id, from, to + 1),
                        sqlite_store::sums_in(t, id, from, to + 1, "keys").distinct()};
            });
    }

    cyclone::Deferred<std::optional<ServerStatus>> get_status(std::string server) override {
        return reader_.run_snapshot(
            [server = std::move(server)](Transaction& t) -> std::optional<ServerStatus> {
                const auto rows = t.query(
                    "SELECT state, since, reason, retry_at, latency_ms, updated_at FROM status "
                    "WHERE server = ?",
                    sqlite_store::find_server(t, server));
                if (rows.empty()) {
                    return std::nullopt;
                }
                return ServerStatus{.state = rows[0].get<std::string>(0),
                                    .since = rows[0].get<std::int64_t>(1),
                                    .reason = rows[0].get<std::optional<std::string>>(2),
                                    .retry_at = rows[0].get<std::optional<std::int64_t>>(3),
                                    .latency_ms = rows[0].get<std::optional<double>>(4),
                                    .updated_at = rows[0].get<std::int64_t>(5)};
            });
    }

    cyclone::Deferred<std::vector<Gap>> get_gaps(std::string server, std::int64_t from,
                                                 std::int64_t to) override {
        return reader_.run_snapshot([server = std::move(server), from, to](Transaction& t) {
            std::vector<Gap> gaps;
            for (const auto& row : t.query("SELECT start, end FROM gap WHERE server = ? AND end > "
                                           "? AND start <= ? ORDER BY start",
                                           sqlite_store::find_server(t, server), from, to)) {
                gaps.push_back({std::max(row.get<std::int64_t>(0), from),
                                std::min(row.get<std::int64_t>(1), to + 1)});
            }
            return gaps;
        });
    }

    cyclone::Deferred<RecordSpan> get_record_span(std::string server) override {
        return reader_.run_snapshot([server = std::move(server)](Transaction& t) -> RecordSpan {
            const std::int64_t id = sqlite_store::find_server(t, server);
            RecordSpan span;
            // Each of these four is one step in an index; min and max in one query would read the
            // table.
            for (const char* table : {"second", "memory"}) {
                const std::string from_table =
                    std::string("(epoch) FROM ") + table + " WHERE server = ?";
                using Epoch = std::optional<std::int64_t>;
                const Epoch first = t.query("SELECT min" + from_table, id)[0].get<Epoch>(0);
                const Epoch last = t.query("SELECT max" + from_table, id)[0].get<Epoch>(0);
                if (first && (!span.first || *first < *span.first)) {
                    span.first = first;
                }
                if (last && (!span.last || *last > *span.last)) {
                    span.last = last;
                }
            }
            return span;
        });
    }

    cyclone::Deferred<StoreInfo> get_store_info() override {
        return reader_.run_snapshot(
            [path = writer_.path(), keep = keep_](Transaction&) -> StoreInfo {
                std::int64_t bytes = 0;
                for (const char* suffix : {"", "-wal", "-shm"}) {
                    std::error_code absent;
                    const auto size = std::filesystem::file_size(path + suffix, absent);
                    bytes += absent ? 0 : static_cast<std::int64_t>(size);
                }
                return {.kind = "sqlite",
                        .name = path,
                        .bytes = bytes,
                        .keep_days = static_cast<int>(keep.count())};
            });
    }

    cyclone::Deferred<> expire(std::int64_t now) override {
        const std::int64_t cutoff = sqlite_store::period_start(now - keep_.count() * 86400, 86400);
        auto progress = std::make_shared<sqlite_store::ExpiryProgress>();
        for (bool more = true; more;) {
            auto slice = writer_.run_interaction([cutoff, progress](Transaction& t) {
                return sqlite_store::expire_slice(t, cutoff, *progress);
            });
            more = co_await slice;
        }
    }

private:
    using Transaction = cyclone::sqlite::Transaction;

    static cyclone::sqlite::Options options() {
        cyclone::sqlite::Options options;
        options.on_open = [](cyclone::sqlite::Connection& connection) {
            Transaction t(connection, Transaction::Kind::immediate);
            sqlite_store::prepare_schema(t, connection.path());
            t.commit();
        };
        return options;
    }

    cyclone::Deferred<std::vector<NameCount>> top(std::string server, std::int64_t from,
                                                  std::int64_t to, const char* column) {
        return reader_.run_snapshot([server = std::move(server), from, to, column](Transaction& t) {
            const CountSums sums = sqlite_store::sums_in(t, sqlite_store::find_server(t, server),
                                                         from, to + 1, column);
            return sqlite_store::top_counts(t, sums, 10);
        });
    }

    // Used on the writer's thread alone, which ends before it.
    std::shared_ptr<sqlite_store::NameIds> names_ = std::make_shared<sqlite_store::NameIds>();
    cyclone::sqlite::Database writer_;
    cyclone::sqlite::Database reader_;
    std::chrono::days keep_;
};

}  // namespace redislive
