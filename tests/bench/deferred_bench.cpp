// What a Deferred costs, beside asio::awaitable and a plain callback, in one run.
//
// Build it with -O3 -DNDEBUG (tests/run does) and start it with nothing else running: each line is
// the median of many short rounds, in which the competitors take turns, and counts what operator
// new was asked for in all of them.
// --json prints rows instead of the table. Exits with 1 when a goal is missed.

#include <malloc.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cyclone/reactor.hpp>

namespace {

namespace asio = boost::asio;
using namespace cyclone;
using Clock = std::chrono::steady_clock;

std::size_t allocations = 0;

}  // namespace

// Not to be inlined: the compiler would see malloc() on one side and operator delete on the other.
[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* block = std::malloc(size)) {
        return block;
    }
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* block) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, std::size_t) noexcept { std::free(block); }
// Asio's own way to the heap.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    ++allocations;
    return ::memalign(alignment, size);
}

namespace {

constexpr int rounds = 61;
constexpr int depth = 10;

struct Round {
    double nanoseconds;
    double allocated;
};

template <class F>
Round measure(int operations, F f) {
    const std::size_t allocated_before = allocations;
    const auto start = Clock::now();
    f(operations);
    const auto elapsed = std::chrono::duration<double, std::nano>(Clock::now() - start);
    return {elapsed.count() / operations,
            static_cast<double>(allocations - allocated_before) / operations};
}

// The children are not to be inlined: what is measured is a call whose end the compiler cannot see.
[[gnu::noinline]] Deferred<int> deferred_child(int n) { co_return n; }
[[gnu::noinline]] asio::awaitable<int> awaitable_child(int n) { co_return n; }
[[gnu::noinline]] void callback_child(int n, const std::function<void(int)>& done) { done(n); }

Deferred<int> deferred_chain(int left) {
    if (left == 1) {
        co_return 1;
    }
    auto rest = deferred_chain(left - 1);
    const int n = co_await rest;
    co_return n + 1;
}
asio::awaitable<int> awaitable_chain(int left) {
    if (left == 1) {
        co_return 1;
    }
    const int n = co_await awaitable_chain(left - 1);
    co_return n + 1;
}
void callback_chain(int left, std::function<void(int)> done) {
    if (left == 1) {
        done(1);
    } else {
        callback_chain(left - 1, [done = std::move(done)](int n) { done(n + 1); });
    }
}

/// Runs a Deferred coroutine, an asio::awaitable and a function with a callback on one io_context,
/// by turns.
class Contest {
public:
    explicit Contest(reactor::Reactor& reactor) : reactor_(reactor) {}

    void ours(std::function<Deferred<>(int)> f) { ours_ = std::move(f); }
    void awaitable(std::function<asio::awaitable<void>(int)> f) { awaitable_ = std::move(f); }
    void callback(std::function<void(int)> f) { callback_ = std::move(f); }

    struct Result {
        std::array<double, 3> nanoseconds;
        double allocated;
    };

    Result run(int operations) {
        std::array<std::vector<double>, 3> times;
        double allocated = 0;
        for (int round = -3; round < rounds; ++round) {
            const std::array<Round, 3> results{
                measure(operations, [this](int n) { reactor_.run_until(ours_(n)); }),
                measure(operations, [this](int n) { run_awaitable(n); }),
                measure(operations, callback_),
            };
            if (round < 0) {
                continue;  // Warming up.
            }
            for (std::size_t i = 0; i < results.size(); ++i) {
                times[i].push_back(results[i].nanoseconds);
            }
            allocated = std::max(allocated, results[0].allocated);
        }
        Result result{{}, allocated};
        for (std::size_t i = 0; i < times.size(); ++i) {
            std::ranges::nth_element(times[i], times[i].begin() + rounds / 2);
            result.nanoseconds[i] = times[i][rounds / 2];
        }
        return result;
    }

private:
    void run_awaitable(int operations) {
        auto& context = reactor_.context();
        context.restart();
        asio::co_spawn(context, awaitable_(operations), asio::detached);
        context.run();
    }

    reactor::Reactor& reactor_;
    std::function<Deferred<>(int)> ours_;
    std::function<asio::awaitable<void>(int)> awaitable_;
    std::function<void(int)> callback_;
};

int sink = 0;

Contest::Result fired_already(reactor::Reactor& reactor) {
    Contest contest(reactor);
    contest.ours([](int times) -> Deferred<> {
        for (int i = 0; i < times; ++i) {
            sink += co_await deferred_child(i);
        }
    });
    contest.awaitable([](int times) -> asio::awaitable<void> {
        for (int i = 0; i < times; ++i) {
            sink += co_await awaitable_child(i);
        }
    });
    contest.callback([](int times) {
        for (int i = 0; i < times; ++i) {
            callback_child(i, [](int n) { sink += n; });
        }
    });
    return contest.run(20'000);
}

Contest::Result chain_of_ten(reactor::Reactor& reactor) {
    Contest contest(reactor);
    contest.ours([](int times) -> Deferred<> {
        for (int i = 0; i < times; ++i) {
            sink += co_await deferred_chain(depth);
        }
    });
    contest.awaitable([](int times) -> asio::awaitable<void> {
        for (int i = 0; i < times; ++i) {
            sink += co_await awaitable_chain(depth);
        }
    });
    contest.callback([](int times) {
        for (int i = 0; i < times; ++i) {
            callback_chain(depth, [](int n) { sink += n; });
        }
    });
    return contest.run(5'000);
}

void post_callbacks(asio::io_context& context, int left) {
    asio::post(context, [&context, left] {
        ++sink;
        if (left > 1) {
            post_callbacks(context, left - 1);
        }
    });
}

Contest::Result through_the_reactor(reactor::Reactor& reactor) {
    Contest contest(reactor);
    contest.ours([&reactor](int times) -> Deferred<> {
        for (int i = 0; i < times; ++i) {
            co_await asio::post(reactor.context(), use_deferred);
        }
    });
    contest.awaitable([](int times) -> asio::awaitable<void> {
        for (int i = 0; i < times; ++i) {
            co_await asio::post(asio::use_awaitable);
        }
    });
    contest.callback([&reactor](int times) {
        reactor.context().restart();
        post_callbacks(reactor.context(), times);
        reactor.context().run();
    });
    return contest.run(10'000);
}

Contest::Result spawn_and_await(reactor::Reactor& reactor) {
    Contest contest(reactor);
    contest.ours([](int times) -> Deferred<> {
        for (int i = 0; i < times; ++i) {
            auto spawned = deferred_child(i);
            sink += co_await spawned;
        }
    });
    contest.awaitable([&reactor](int times) -> asio::awaitable<void> {
        for (int i = 0; i < times; ++i) {
            sink +=
                co_await asio::co_spawn(reactor.context(), awaitable_child(i), asio::use_awaitable);
        }
    });
    contest.callback([](int times) {
        for (int i = 0; i < times; ++i) {
            callback_child(i, [](int n) { sink += n; });
        }
    });
    return contest.run(5'000);
}

struct Line {
    const char* name;
    Contest::Result result;

    double ratio() const { return result.nanoseconds[0] / result.nanoseconds[1]; }
    bool met() const { return ratio() <= 0.5 && result.allocated < 0.01; }
};

void print_table(const std::vector<Line>& lines) {
    std::printf("%-42s %10s %16s %10s %7s %12s\n", "ns per operation", "Deferred",
                "asio::awaitable", "callback", "ratio", "allocations");
    for (const Line& line : lines) {
        const auto& [ours, awaitable, callback] = line.result.nanoseconds;
        std::printf("%-42s %10.1f %16.1f %10.1f %7.2f %12.2f%s\n", line.name, ours, awaitable,
                    callback, line.ratio(), line.result.allocated,
                    line.met() ? "" : "  goal missed");
    }
}

void print_json(const std::vector<Line>& lines) {
    std::printf("[");
    for (const Line& line : lines) {
        const auto& [ours, awaitable, callback] = line.result.nanoseconds;
        std::printf(
            "%s\n{\"group\":\"deferred\",\"name\":\"%s\",\"unit\":\"ns\",\"ours\":%.1f,"
            "\"peers\":{\"asio::awaitable\":%.1f,\"callback\":%.1f},"
            "\"goal\":\"at most half of asio::awaitable, no allocation when warm\",\"met\":%s}",
            &line == lines.data() ? "" : ",", line.name, ours, awaitable, callback,
            line.met() ? "true" : "false");
    }
    std::printf("\n]\n");
}

}  // namespace

int main(int argc, char** argv) {
    reactor::Reactor reactor;
    const std::vector<Line> lines{
        {"await of one that has fired", fired_already(reactor)},
        {"chain of ten coroutines", chain_of_ten(reactor)},
        {"suspend and resume through the reactor", through_the_reactor(reactor)},
        {"spawn and await", spawn_and_await(reactor)},
    };
    if (argc > 1 && std::string_view(argv[1]) == "--json") {
        print_json(lines);
    } else {
        print_table(lines);
    }
    return std::ranges::all_of(lines, &Line::met) ? 0 : 1;
}
