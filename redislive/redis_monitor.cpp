// The collector alone: watches servers and writes what it sees into a store, for a redis-live with
// --collect=no to show.

#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <cyclone/log.hpp>
#include <cyclone/options.hpp>
#include <cyclone/reactor.hpp>
#include <cyclone/task.hpp>
#include <redislive/api/util/human_format.hpp>
#include <redislive/collector/collector.hpp>
#include <redislive/program.hpp>

using namespace cyclone;
using namespace redislive;
using namespace std::chrono_literals;

namespace {

/// One line for each server: `15:04:05 127.0.0.1:6379 ok 1.2K commands/s, 870K bytes used`.
class Report {
public:
    void print(const Collector& collector) {
        const std::time_t now = std::time(nullptr);
        char time[16];
        std::tm local{};
        std::strftime(time, sizeof time, "%H:%M:%S", ::localtime_r(&now, &local));
        for (const auto& watch : collector.watches()) {
            std::int64_t& before = seen_[watch->server()];
            const std::int64_t commands =
                watch->commands() - std::exchange(before, watch->commands());
            std::printf("%s %s %s %s commands/s, %s bytes used\n", time, watch->server().c_str(),
                        watch->status().state.c_str(), human_number(commands).c_str(),
                        human_number(watch->used_memory()).c_str());
        }
        std::fflush(stdout);
    }

private:
    std::map<std::string, std::int64_t> seen_;
};

}  // namespace

int main(int argc, char** argv) {
    const std::string program = "redis-monitor";
    options::describe("Watches Redis servers, and keeps in a store what they do.");
    const ProgramOptions common;
    const auto duration = options::define<std::optional<std::chrono::seconds>>(
        "duration", std::nullopt, "how long to run; until it is stopped unless given",
        {.metavar = "SECONDS"});
    const auto quiet = options::define<bool>("quiet", false, "no line each second");
    const auto rest = options::parse_command_line(argc, argv);
    try {
        if (!rest.empty()) {
            throw options::Error(rest.front() + ": there are flags only; see --help");
        }
        const Settings settings = common.read();
        const auto store = open_store(settings);
        Collector collector(settings.servers, store);
        collector.start();
        reactor::current().before_shutdown([&] { return collector.stop(); });
        Report report;
        task::LoopingCall lines([&] { report.print(collector); });
        std::optional<Deferred<>> reporting;
        if (!quiet) {
            reporting = lines.start(1s, false).add_callback([](auto) {});
        }
        if (*duration) {
            reactor::call_later(**duration, [] { reactor::stop(); });
        }
        reactor::run();
        reporting.reset();
        reactor::current().run_until(store->close());
    } catch (const options::Error& error) {
        return fail(program, error.what(), 2);
    } catch (const std::exception& error) {
        return fail(program, error.what(), 1);
    }
}
