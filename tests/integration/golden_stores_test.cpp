// The recorded answers of the original, asked of both stores, and of a Redis that other hands have
// filled.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/integration/golden_stores.hpp"

#ifndef CYCLONE_SOURCE_ROOT
#define CYCLONE_SOURCE_ROOT "."
#endif

BOOST_AUTO_TEST_SUITE(golden_answers)

using namespace golden_stores;
using redislive::Granularity;
using redislive::NameCount;
using redislive::SecondRecord;
namespace json = boost::json;

namespace {

std::vector<json::object> read_lines(const std::string& zone, const std::string& file) {
    const char* root = std::getenv("CYCLONE_SOURCE_ROOT");
    const std::string path = std::string(root != nullptr ? root : CYCLONE_SOURCE_ROOT) +
                             "/tests/golden/" + zone + "/" + file;
    std::ifstream stream(path);
    BOOST_REQUIRE_MESSAGE(stream, "cannot read " << path);
    std::vector<json::object> lines;
    for (std::string line; std::getline(stream, line);) {
        if (!line.empty()) {
            lines.push_back(json::parse(line).as_object());
        }
    }
    return lines;
}

std::string text_of(const json::object& object, std::string_view name) {
    return json::value_to<std::string>(object.at(name));
}
std::int64_t number_of(const json::object& object, std::string_view name) {
    return object.at(name).to_number<std::int64_t>();
}

using Seconds = std::map<std::pair<std::int64_t, std::string>, SecondRecord>;

Seconds read_seconds(const std::string& zone) {
    Seconds seconds;
    const auto second = [&](const json::object& line) -> SecondRecord& {
        SecondRecord& record = seconds[{number_of(line, "epoch"), text_of(line, "server")}];
        record.epoch = number_of(line, "epoch");
        return record;
    };
    for (const json::object& line : read_lines(zone, "commands.jsonl")) {
        SecondRecord& record = second(line);
        const std::int64_t count = number_of(line, "count");
        record.total += count;
        record.commands.push_back({text_of(line, "command"), count});
        record.keys.push_back({text_of(line, "key"), count});
    }
    for (const json::object& line : read_lines(zone, "memory.jsonl")) {
        SecondRecord& record = second(line);
        record.used_memory = number_of(line, "used");
        record.used_memory_peak = number_of(line, "peak");
    }
    for (const json::object& line : read_lines(zone, "info.jsonl")) {
        second(line).info = line.at("info").as_object();
    }
    return seconds;
}

struct OursInSqlite : Store<Sqlite> {
    void fill(const Seconds& seconds) {
        for (const auto& [key, record] : seconds) {
            run(provider().save_second(key.second, record));
        }
    }
};

struct OursInRedis : Store<Redis> {
    void fill(const Seconds& seconds) {
        for (const auto& [key, record] : seconds) {
            run(provider().save_second(key.second, record));
        }
    }
};

/// Filled with what the original writes, and nothing else, by commands that stand here once more.
struct TheOriginals : Store<Redis> {
    void fill(const Seconds& seconds) {
        auto db = cyclone::redis::Connection(backend().server.options());
        std::vector<cyclone::Deferred<cyclone::redis::Reply>> replies;
        const auto send = [&](const auto&... words) { replies.push_back(db.command(words...)); };
        for (const auto& [key, record] : seconds) {
            const auto& [epoch, id] = key;
            const auto time = static_cast<std::time_t>(epoch);
            const std::tm local = *std::localtime(&time);
            char day[16];
            std::strftime(day, sizeof day, "%y%m%d", &local);
            const std::string at = std::to_string(epoch);
            const std::string hour = day + (":" + std::to_string(local.tm_hour));
            const std::string minute = hour + ":" + std::to_string(local.tm_min);
            if (record.used_memory) {
                send("ZADD", id + ":memory", epoch,
                     "{'timestamp': '" + at + "', 'used': " + std::to_string(*record.used_memory) +
                         ", 'peak': " + std::to_string(*record.used_memory_peak) + "}");
            }
            if (record.info) {
                send("SET", id + ":Info", json::serialize(*record.info));
            }
            for (const NameCount& command : record.commands) {
                send("ZINCRBY", id + ":CommandCount:" + at, command.count, command.name);
                send("ZINCRBY", id + ":DailyCommandCount:" + day, command.count, command.name);
                send("HINCRBY", id + ":CommandCountBySecond", at, command.count);
                send("HINCRBY", id + ":CommandCountByMinute", minute, command.count);
                send("HINCRBY", id + ":CommandCountByHour", hour, command.count);
                send("HINCRBY", id + ":CommandCountByDay", day, command.count);
            }
            for (const NameCount& name : record.keys) {
                send("ZINCRBY", id + ":KeyCount:" + at, name.count, name.name);
                send("ZINCRBY", id + ":DailyKeyCount:" + day, name.count, name.name);
            }
        }
        run(cyclone::gather_results(std::move(replies)));
    }
};

/// `/api/commands?server=a&from=b` in its parts, percent-decoded.
std::map<std::string, std::string> parse_query(const std::string& query) {
    std::map<std::string, std::string> parts;
    const auto question = query.find('?');
    parts["path"] = query.substr(0, question);
    std::string name;
    std::string current;
    const auto finish = [&] {
        if (!name.empty()) {
            parts[name] = std::exchange(current, "");
        }
        name.clear();
    };
    for (std::size_t i = question == std::string::npos ? query.size() : question + 1;
         i < query.size(); ++i) {
        if (query[i] == '&') {
            finish();
        } else if (query[i] == '=') {
            name = std::exchange(current, "");
        } else if (query[i] == '%') {
            current.push_back(static_cast<char>(std::stoi(query.substr(i + 1, 2), nullptr, 16)));
            i += 2;
        } else {
            current.push_back(query[i]);
        }
    }
    finish();
    return parts;
}

std::int64_t parse_local(std::string text) {
    std::ranges::replace(text, 'T', ' ');
    std::tm time{};
    BOOST_REQUIRE_MESSAGE(::strptime(text.c_str(), "%Y-%m-%d %H:%M:%S", &time) != nullptr, text);
    time.tm_isdst = -1;
    return std::mktime(&time);
}

json::array label(std::int64_t epoch) {
    const auto time = static_cast<std::time_t>(epoch);
    const std::tm local = *std::localtime(&time);
    return {local.tm_year + 1900, local.tm_mon + 1, local.tm_mday,          local.tm_hour,
            local.tm_min,         local.tm_sec,     (local.tm_wday + 6) % 7};
}

Granularity granularity(std::int64_t range) {
    return range > 120 * 3600 ? Granularity::day
           : range > 120 * 60 ? Granularity::hour
           : range > 120      ? Granularity::minute
                              : Granularity::second;
}

using Counts = std::vector<std::pair<std::string, std::int64_t>>;

Counts sorted_counts(const json::array& rows) {
    Counts counts;
    for (const json::value& row : rows) {
        counts.emplace_back(json::value_to<std::string>(row.at(0)),
                            row.at(1).to_number<std::int64_t>());
    }
    std::ranges::sort(counts);
    return counts;
}

Counts sorted_counts(const std::vector<NameCount>& rows) {
    Counts counts;
    for (const NameCount& row : rows) {
        counts.emplace_back(row.name, row.count);
    }
    std::ranges::sort(counts);
    return counts;
}

/// Gives how many answers were compared.
template <class Filled>
int compare_answers(Filled& store, const std::string& zone) {
    redislive::DataProvider& provider = store.provider();
    int compared = 0;
    for (const json::object& line : read_lines(zone, "answers.jsonl")) {
        const std::string query = text_of(line, "query");
        auto parts = parse_query(query);
        const std::string path = parts["path"];
        const std::string server = parts["server"];
        BOOST_TEST_CONTEXT(query) {
            if (path == "/api/info") {
                const auto info = store.run(provider.get_info(server));
                BOOST_REQUIRE(info.has_value());
                const json::object& answer = line.at("answer").as_object();
                for (const auto& [name, value] : *info) {
                    // The page adds the name to each database.
                    if (!name.starts_with("db")) {
                        BOOST_TEST(answer.at(name) == value);
                    }
                }
                ++compared;
                continue;
            }
            if (!parts.contains("from")) {
                continue;
            }
            const std::int64_t from = parse_local(parts["from"]);
            const std::int64_t to = parse_local(parts["to"]);
            const json::array& answer = line.at("answer").at("data").as_array();
            ++compared;
            if (path == "/api/commands") {
                json::array rows;
                for (const auto& stat : store.run(
                         provider.get_command_stats(server, from, to, granularity(to - from)))) {
                    rows.push_back(json::array{label(stat.epoch), stat.count});
                }
                BOOST_TEST(rows == answer);
            } else if (path == "/api/memory") {
                json::array rows;
                for (const auto& sample : store.run(provider.get_memory_info(server, from, to))) {
                    rows.push_back(json::array{label(sample.epoch), sample.peak, sample.used});
                }
                BOOST_TEST(rows == answer);
            } else if (path == "/api/topcommands") {
                const auto top = store.run(provider.get_top_commands_stats(server, from, to));
                BOOST_TEST((sorted_counts(top) == sorted_counts(answer)));
                BOOST_TEST(std::ranges::is_sorted(top, std::greater<>(), &NameCount::count));
            } else {
                BOOST_REQUIRE_EQUAL(path, "/api/topkeys");
                const auto top = store.run(provider.get_top_keys_stats(server, from, to));
                BOOST_TEST((sorted_counts(top) == sorted_counts(answer)));
                BOOST_TEST(std::ranges::is_sorted(top, std::greater<>(), &NameCount::count));
            }
        }
    }
    return compared;
}

using Stores = boost::mpl::list<OursInSqlite, OursInRedis, TheOriginals>;

template <class Filled>
void replay(const char* zone_name, const std::string& folder) {
    const TimeZone zone(zone_name);
    Filled store;
    store.fill(read_seconds(folder));
    store.reopen();
    BOOST_TEST(compare_answers(store, folder) == 292);
}

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(are_given_in_utc, Filled, Stores) { replay<Filled>("UTC", "utc"); }

BOOST_AUTO_TEST_CASE_TEMPLATE(are_given_in_sao_paulo, Filled, Stores) {
    replay<Filled>("America/Sao_Paulo", "sao_paulo");
}

BOOST_AUTO_TEST_SUITE_END()
