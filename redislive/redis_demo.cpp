// A redis-server of its own with the load of a small web shop, for those who have none to watch. It
// prints its address, and ends on SIGINT or SIGTERM:
//
//     build/redislive/redis-demo
//     127.0.0.1:40123

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <random>
#include <string>
#include <vector>

#include <cyclone/options.hpp>
#include <cyclone/reactor.hpp>
#include <cyclone/redis.hpp>
#include <cyclone/task.hpp>
#include <redislive/demo/private_server.hpp>
#include <redislive/demo/traffic.hpp>
#include <redislive/program.hpp>

using namespace cyclone;
using namespace redislive;
using namespace std::chrono_literals;

namespace {

/// Sends what is due since the last call, and waits for all of it.
class Load {
public:
    explicit Load(std::uint16_t port) : shop_(options_for(port), 4) {}

    Deferred<> send(std::int64_t ticks) {
        seconds_ += 0.02 * static_cast<double>(std::min<std::int64_t>(ticks, 10));
        due_ += demo::Traffic::rate(seconds_) * 0.02 *
                static_cast<double>(std::min<std::int64_t>(ticks, 10));
        std::vector<Deferred<>> sent;
        for (; due_ >= 1; due_ -= 1) {
            const std::vector<std::string> words = traffic_.next();
            sent.push_back(
                shop_.command<void>(words.front(), std::vector(words.begin() + 1, words.end())));
        }
        auto answered = gather_results(std::move(sent));
        co_await answered;
    }

private:
    static redis::ConnectionOptions options_for(std::uint16_t port) {
        redis::ConnectionOptions options;
        options.port = port;
        return options;
    }

    redis::ConnectionPool shop_;
    demo::Traffic traffic_{std::random_device()()};
    double seconds_ = 0;
    double due_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    const std::string program = "redis-demo";
    options::describe("A redis-server of its own on a free port, with a changing load.");
    options::parse_command_line(argc, argv);
    try {
        const demo::PrivateServer server;
        Load load(server.port());
        auto sending =
            task::LoopingCall::with_count([&](std::int64_t ticks) { return load.send(ticks); });
        auto running = sending.start(20ms).add_callback([](auto) {});
        std::printf("127.0.0.1:%u\n", unsigned{server.port()});
        std::fflush(stdout);
        reactor::run();
    } catch (const std::exception& error) {
        return fail(program, error.what(), 1);
    }
}
