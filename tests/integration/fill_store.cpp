// Replays the fixtures of a folder of tests/golden into a store:
//
//     fill-store --store=sqlite:PATH tests/golden/utc

#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include <cyclone/options.hpp>
#include <cyclone/reactor.hpp>
#include <redislive/program.hpp>

namespace json = boost::json;
using redislive::SecondRecord;

namespace {

std::vector<json::object> read_lines(const std::string& path) {
    std::ifstream file(path);
    if (!file) {
        throw std::runtime_error("cannot read " + path);
    }
    std::vector<json::object> lines;
    for (std::string line; std::getline(file, line);) {
        lines.push_back(json::parse(line).as_object());
    }
    return lines;
}

using Seconds = std::map<std::pair<std::int64_t, std::string>, SecondRecord>;

Seconds read_seconds(const std::string& folder) {
    Seconds seconds;
    const auto record_of = [&](const json::object& line) -> SecondRecord& {
        const std::int64_t epoch = line.at("epoch").as_int64();
        SecondRecord& record = seconds[{epoch, std::string(line.at("server").as_string())}];
        record.epoch = epoch;
        return record;
    };
    for (const json::object& line : read_lines(folder + "/commands.jsonl")) {
        SecondRecord& record = record_of(line);
        const std::int64_t count = line.at("count").as_int64();
        record.total += count;
        record.commands.push_back({std::string(line.at("command").as_string()), count});
        record.keys.push_back({std::string(line.at("key").as_string()), count});
    }
    for (const json::object& line : read_lines(folder + "/memory.jsonl")) {
        SecondRecord& record = record_of(line);
        record.used_memory = line.at("used").as_int64();
        record.used_memory_peak = line.at("peak").as_int64();
    }
    for (const json::object& line : read_lines(folder + "/info.jsonl")) {
        record_of(line).info = line.at("info").as_object();
    }
    return seconds;
}

}  // namespace

int main(int argc, char** argv) {
    const redislive::ProgramOptions options;
    const auto folders = cyclone::options::parse_command_line(argc, argv);
    try {
        const auto store = redislive::open_store(options.read());
        auto& reactor = cyclone::reactor::current();
        for (const std::string& folder : folders) {
            for (auto& [key, record] : read_seconds(folder)) {
                reactor.run_until(store->save_second(key.second, std::move(record)));
            }
        }
        reactor.run_until(store->close());
    } catch (const std::exception& error) {
        return redislive::fail("fill-store", error.what(), 1);
    }
}
