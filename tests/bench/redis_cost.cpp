// What a Redis command costs this program, without system calls: redis-cost COUNT
//
// Sixteen coroutines at a time issue SET and GET, whose replies come from memory. Prints
// "ALLOCATIONS allocations" of all COUNT commands, once warm. What instructions they take is
// callgrind's to say: that of 2 x COUNT less that of COUNT. tests/bench/redis_guard.py does both.

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/defer.hpp>
#include <cyclone/redis/commands.hpp>
#include <cyclone/redis/pipeline.hpp>

#include "counted_allocations.hpp"

namespace {

using cyclone::Deferred;
namespace redis = cyclone::redis;

constexpr int in_flight = 16;

/// The commands, straight into a Pipeline.
class Db : public redis::Commands<Db, Deferred> {
public:
    explicit Db(redis::Pipeline& pipeline) : pipeline_(pipeline) {}

    template <class T, class... Args>
    Deferred<T> command(std::string_view name, const Args&... args) {
        auto waiter = redis::TypedPendingReply<T>::make(name);
        auto deferred = waiter->get_deferred();
        pipeline_.push(std::move(waiter), redis::Pipeline::no_deadline, name, args...);
        return deferred;
    }
    template <class T, class... Args>
    Deferred<T> blocking(std::chrono::duration<double>, std::string_view name,
                         const Args&... args) {
        return command<T>(name, args...);
    }

private:
    redis::Pipeline& pipeline_;
};

Deferred<> worker(Db& db, int& left) {
    while (left > 0) {
        left -= 2;
        co_await db.set("key:000000000042", "xxx");
        const auto value = co_await db.get("key:000000000042");
        if (value != "xxx") {
            std::abort();
        }
    }
}

void run(redis::Pipeline& pipeline, int commands) {
    std::string set_replies;
    std::string get_replies;
    for (int i = 0; i < in_flight; ++i) {
        set_replies += "+OK\r\n";
        get_replies += "$3\r\nxxx\r\n";
    }
    Db db(pipeline);
    int left = commands;
    std::vector<Deferred<>> workers;
    workers.reserve(in_flight);
    for (int i = 0; i < in_flight; ++i) {
        workers.push_back(worker(db, left));
    }
    for (bool sets = true; pipeline.waiting() > 0; sets = !sets) {
        pipeline.wrote(pipeline.start_write().size());
        pipeline.finish_write();
        if (!pipeline.feed(sets ? set_replies : get_replies)) {
            std::abort();
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("redis-cost COUNT\n", stderr);
        return 2;
    }
    redis::Pipeline pipeline("here:1");
    pipeline.connected();
    run(pipeline, 64 * in_flight);
    const std::size_t before = bench::allocations;
    run(pipeline, std::atoi(argv[1]));
    // Those of run() itself: two strings that grow, and the list of workers.
    constexpr std::size_t own = 10;
    const std::size_t all = bench::allocations - before;
    std::printf("%zu allocations\n", all > own ? all - own : 0);
}
