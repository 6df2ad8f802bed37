// What a Redis command costs, beside redis-benchmark, hiredis' asynchronous API and blocking
// hiredis, in one run.
//
// Starts a redis-server of its own on the first core and runs on the second. Each figure is the
// median of rounds in which the competitors take turns, and a goal is judged by the median of the
// ratios within a round: what disturbs one disturbs its neighbour too. "floor" is what the system
// calls alone cost. --json prints rows instead of the table. Exits with 1 when a goal is missed.

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include <cyclone/reactor.hpp>
#include <cyclone/redis.hpp>

#include <redislive/collector/monitor_line.hpp>

#include "redis_peers.hpp"

namespace {

std::size_t allocations = 0;

}  // namespace

// Counts all that anybody in this program asks the heap for, hiredis and the C++ library included.
extern "C" void* __libc_malloc(std::size_t size);
extern "C" void* __libc_realloc(void* block, std::size_t size);
extern "C" void* malloc(std::size_t size) {
    ++allocations;
    return __libc_malloc(size);
}
extern "C" void* realloc(void* block, std::size_t size) {
    ++allocations;
    return __libc_realloc(block, size);
}

namespace {

using bench::key;
using bench::value;
using cyclone::Deferred;
using Clock = std::chrono::steady_clock;
namespace redis = cyclone::redis;

constexpr int rounds = 7;
double cpu_seconds() {
    ::rusage usage{};
    ::getrusage(RUSAGE_THREAD, &usage);
    const auto seconds = [](const ::timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void pin_to(int core) {
    ::cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    ::sched_setaffinity(0, sizeof set, &set);
}

std::uint16_t free_port() {
    boost::asio::io_context context;
    boost::asio::ip::tcp::acceptor acceptor(context, {boost::asio::ip::address_v4::loopback(), 0});
    return acceptor.local_endpoint().port();
}

const std::uint16_t port = free_port();

pid_t start(std::vector<std::string> words, int core) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        pin_to(core);
        const int nowhere = ::open("/dev/null", O_WRONLY);
        ::dup2(nowhere, STDOUT_FILENO);
        ::dup2(nowhere, STDERR_FILENO);
        std::vector<char*> arguments;
        for (std::string& word : words) {
            arguments.push_back(word.data());
        }
        arguments.push_back(nullptr);
        ::execvp(arguments[0], arguments.data());
        ::_exit(127);
    }
    return child;
}

redis::ConnectionOptions here() {
    redis::ConnectionOptions options;
    options.port = port;
    return options;
}

/// What one round of one competitor took, per command.
struct Cost {
    double wall_us = 0;
    double cpu_us = 0;
    double allocations = 0;
};

template <class F>
Cost measure(int commands, F run) {
    const std::size_t before = allocations;
    const double cpu = cpu_seconds();
    const auto start = Clock::now();
    run();
    const std::chrono::duration<double, std::micro> wall = Clock::now() - start;
    return {wall.count() / commands, (cpu_seconds() - cpu) * 1e6 / commands,
            static_cast<double>(allocations - before) / commands};
}

// Ours: as many coroutines as there are commands in flight.

Deferred<> worker(redis::Connection& db, bool sets, int& left) {
    while (left > 0) {
        --left;
        if (sets) {
            co_await db.set(key, value);
        } else {
            co_await db.get(key);
        }
    }
}

struct Ours {
    Ours() : db(here()) { reactor.run_until(db.command<void>("PING")); }

    void run(bool sets, int depth, int commands) { reactor.run_until(all(sets, depth, commands)); }
    Deferred<> all(bool sets, int depth, int commands) {
        std::vector<Deferred<>> workers;
        for (int i = 0; i < depth; ++i) {
            workers.push_back(worker(db, sets, commands));
        }
        for (auto& each : workers) {
            co_await each;
        }
    }

    cyclone::reactor::Reactor reactor;
    redis::Connection db;
};

double median(std::vector<double> figures) {
    std::sort(figures.begin(), figures.end());
    return figures[figures.size() / 2];
}

/// A competitor's figures, one for each round.
struct Figures {
    const char* name;
    std::vector<double> each{};
};

/// The median of the ratios within each round.
double ratio(const Figures& ours, const Figures& theirs) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < ours.each.size(); ++i) {
        ratios.push_back(ours.each[i] / theirs.each[i]);
    }
    return median(std::move(ratios));
}

bool as_json = false;
bool all_met = true;
int rows = 0;

void row(const std::string& name, const char* unit, double ours, const std::vector<Figures>& peers,
         const std::string& goal, bool met) {
    all_met = all_met && met;
    if (as_json) {
        std::printf(
            "%s\n {\"group\": \"redis\", \"name\": \"%s\", \"unit\": \"%s\", \"ours\": %.4g, "
            "\"peers\": {",
            rows++ == 0 ? "[" : ",", name.c_str(), unit, ours);
        for (std::size_t i = 0; i < peers.size(); ++i) {
            std::printf("%s\"%s\": %.4g", i == 0 ? "" : ", ", peers[i].name, median(peers[i].each));
        }
        std::printf("}, \"goal\": \"%s\", \"met\": %s}", goal.c_str(), met ? "true" : "false");
        return;
    }
    std::printf("%-34s %10.4g %-14s", name.c_str(), ours, unit);
    for (const Figures& peer : peers) {
        std::printf("  %s %.4g", peer.name, median(peer.each));
    }
    std::printf("   %s: %s\n", goal.c_str(), met ? "met" : "NOT MET");
    std::fflush(stdout);
}

std::string goal_text(const char* comparison, double goal, const char* peer, double measured) {
    std::array<char, 128> text{};
    std::snprintf(text.data(), text.size(), "%s %gx %s (%.3f)", comparison, goal, peer, measured);
    return text.data();
}

void compare_rates(Ours& ours) {
    for (const bool sets : {true, false}) {
        for (const int depth : {16, 100}) {
            const int commands = 200000;
            Figures mine{"ours"};
            Figures theirs{"redis-benchmark"};
            for (int i = 0; i < rounds; ++i) {
                mine.each.push_back(
                    1e6 / measure(commands, [&] { ours.run(sets, depth, commands); }).wall_us);
                theirs.each.push_back(
                    bench::redis_benchmark(port, sets ? "set" : "get", depth, commands));
            }
            const double measured = ratio(mine, theirs);
            row(std::string(sets ? "SET" : "GET") + ", " + std::to_string(depth) + " in flight",
                "commands/s", median(mine.each), {theirs},
                goal_text(">=", 0.95, theirs.name, measured), measured >= 0.95);
        }
    }
}

void compare_cpu(Ours& ours) {
    bench::Hiredis hiredis(port);
    bench::Floor floor(port);
    hiredis.run(false, 1, 100);
    for (const int depth : {1, 16, 100}) {
        const int commands = depth == 1 ? 10000 : 200000;
        Figures mine{"ours"};
        Figures theirs{"hiredis async"};
        Figures least{"floor"};
        Figures heap{"heap"};
        ours.run(false, depth, commands / 10);
        for (int i = 0; i < 2 * rounds; ++i) {
            const Cost cost = measure(commands, [&] { ours.run(false, depth, commands); });
            mine.each.push_back(cost.cpu_us);
            heap.each.push_back(cost.allocations);
            theirs.each.push_back(
                measure(commands, [&] { hiredis.run(false, depth, commands); }).cpu_us);
            least.each.push_back(measure(commands, [&] { floor.run(depth, commands); }).cpu_us);
        }
        const std::string in_flight = "GET, " + std::to_string(depth) + " in flight";
        const double measured = ratio(mine, theirs);
        row(in_flight + ", CPU", "us/command", median(mine.each), {theirs, least},
            goal_text("<=", 0.8, theirs.name, measured), measured <= 0.8);
        row(in_flight + ", heap", "calls/command", median(heap.each), {}, "0 when warm",
            median(heap.each) < 0.01);
    }
}

void compare_round_trip(Ours& ours) {
    ::redisContext* context = ::redisConnect("127.0.0.1", port);
    Figures mine{"ours"};
    Figures theirs{"hiredis blocking"};
    for (int i = 0; i < 3 * rounds; ++i) {
        mine.each.push_back(measure(5000, [&] { ours.run(false, 1, 5000); }).wall_us);
        theirs.each.push_back(measure(5000, [&] { bench::run_blocking(context, 5000); }).wall_us);
    }
    ::redisFree(context);
    const double measured = ratio(mine, theirs);
    row("GET, one after the other", "us", median(mine.each), {theirs},
        goal_text("<=", 1.05, theirs.name, measured), measured <= 1.05);
}

/// As the collector of RedisLive does: command, arguments and first key of each.
Deferred<> read_lines(redis::Monitor& monitor, int& lines, int until) {
    redislive::MonitorEvent event;
    while (lines < until) {
        const auto batch = co_await monitor.next();
        for (const std::string_view line : batch) {
            if (redislive::parse_monitor_line(line, event) == redislive::MonitorLineError::none &&
                redislive::first_key(event)) {
                ++lines;
            }
        }
    }
}

void measure_monitor() {
    cyclone::reactor::Reactor reactor;
    redis::Monitor monitor(here());
    int lines = 0;
    reactor.run_until(read_lines(monitor, lines, 0));
    auto begun = monitor.next();
    reactor.run_until(std::move(begun));
    const pid_t load = start({"redis-benchmark", "-p", std::to_string(port), "-c", "1", "-P", "64",
                              "-t", "set", "-n", "10000000", "-q"},
                             0);
    reactor.run_until(read_lines(monitor, lines, 50000));
    std::vector<double> rates;
    for (int i = 0; i < rounds; ++i) {
        lines = 0;
        const double cpu = cpu_seconds();
        reactor.run_until(read_lines(monitor, lines, 300000));
        rates.push_back(lines / (cpu_seconds() - cpu));
    }
    ::kill(load, SIGKILL);
    ::waitpid(load, nullptr, 0);
    row("MONITOR, read and parsed", "events/s of CPU", median(rates), {}, ">= 1e6",
        median(rates) >= 1e6);
}

}  // namespace

int main(int argc, char** argv) {
    as_json = argc > 1 && std::string_view(argv[1]) == "--json";
    std::string folder = std::filesystem::temp_directory_path() / "cyclone-redis-bench-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) {
        return 2;
    }
    const pid_t server = start({"redis-server", "--port", std::to_string(port), "--save", "",
                                "--dir", folder, "--logfile", "redis.log"},
                               0);
    pin_to(1);
    {
        Ours ours;
        ours.run(true, 1, 1);
        compare_rates(ours);
        compare_cpu(ours);
        compare_round_trip(ours);
    }
    measure_monitor();
    if (as_json) {
        std::printf("\n]\n");
    }
    ::kill(server, SIGKILL);
    ::waitpid(server, nullptr, 0);
    std::filesystem::remove_all(folder);
    return all_met ? 0 : 1;
}
